/** The pack `cis-docker`: what stands between the backticks is a YAML policy file. */
export const cisDockerPack = `name: cis-docker
description: Section 4 (container images and build files) of the CIS Docker Benchmark, as far as an image shows it.
framework: cis-docker
rules:
  - id: cis-4.1-user
    scope: config
    when: config.root
    action: deny
    severity: High
    message: 4.1 the container runs as root
    remediation: create a user in the Dockerfile and add a USER instruction that names it
    controls: [cis-docker:4.1, nist-800-190:4.1.2]

  - id: cis-4.1-start-as-root
    description: A user who is no root and may become root without a password is root by another name.
    scope: user
    when: user.uid != 0 && user.sudo == "no-password"
    action: warn
    severity: Medium
    message: "4.1 {user.name} becomes root by sudo without a password"
    remediation: remove the NOPASSWD entry from sudoers, and sudo from the image
    controls: [cis-docker:4.1, nist-800-190:4.1.2]

  - id: cis-4.2-base-not-named
    description: Which bases are trusted is for a person to say (a rule on image.base.reference); that nothing tells of one is not.
    scope: image
    when: image.layers > 1 && !image.base.known && image.base.from == ""
    action: warn
    severity: Low
    message: 4.2 nothing says on which base image this one is built, so that nobody can say whether it is trusted
    remediation: name the base image with --base, or build with annotations that name it (org.opencontainers.image.base.name)
    controls: [cis-docker:4.2, nist-800-190:4.1.5]

  - id: cis-4.2-distro-end-of-life
    scope: image
    when: image.distro.pastEndOfLife
    action: deny
    severity: High
    message: "4.2 {image.distro.id} {image.distro.version} is past the end of its security support, and no base to trust"
    remediation: build on a supported release of the distribution
    controls: [cis-docker:4.2, nist-800-190:4.1.1]

  - id: cis-4.3-needless-package
    description: What builds, edits, debugs or administers has no place in an image that runs one service.
    scope: package
    when: >-
      pkg.type in ["deb", "apk", "rpm", "alpm", "opkg"] && pkg.name in ["gcc", "g++", "make", "gdb", "strace", "ltrace",
      "tcpdump", "nmap", "netcat", "netcat-openbsd", "netcat-traditional", "nmap-ncat", "socat", "telnet", "inetutils-telnet",
      "telnet-server", "telnetd", "ftp", "vsftpd", "tftp", "rsh-client", "rsh-server", "openssh-server", "dropbear", "vim",
      "vim-enhanced", "emacs", "emacs-nox", "git", "subversion", "mercurial", "wireshark", "tshark", "aircrack-ng", "sudo",
      "build-base", "build-essential", "linux-headers"]
    action: warn
    severity: Low
    message: "4.3 {pkg.name} {pkg.version} is not needed to run a service"
    remediation: build in another stage, and install only what the service needs to run
    controls: [cis-docker:4.3, nist-800-190:4.1.2]

  - id: cis-4.4-known-fix
    scope: vulnerability
    when: finding.fix.state == "fixed" && finding.level >= 4
    action: deny
    message: "4.4 {finding.id} ({finding.severity}) in {finding.package.name} {finding.package.version} has a fix: {finding.fix.versions}"
    remediation: build the image again with the fixed package
    controls: [cis-docker:4.4, nist-800-190:4.1.1]

  - id: cis-4.4-old-image
    scope: image
    when: image.ageDays >= parameters.days
    parameters: { days: 90 }
    action: warn
    severity: Low
    message: "4.4 the image was built {image.ageDays} days ago"
    remediation: build images again at least every few weeks, so that they take up the patches of their packages
    controls: [cis-docker:4.4, nist-800-190:4.1.1]

  - id: cis-4.5-not-by-digest
    description: Whether content trust is enabled is a setting of the client and for a person to check; a digest pins what was checked.
    scope: image
    when: >-
      image.reference.startsWith("registry:") && !image.reference.contains("@sha256:") && stage != "pipeline"
    action: warn
    severity: Low
    message: "4.5 {image.reference} is named by a tag, which may mean another image tomorrow"
    remediation: deploy by digest, and enable content trust or verify signatures where images are pulled
    controls: [cis-docker:4.5, nist-800-190:4.1.5]

  - id: cis-4.6-healthcheck
    scope: config
    when: "!config.healthcheck"
    action: warn
    severity: Low
    message: 4.6 the image has no HEALTHCHECK
    remediation: add a HEALTHCHECK instruction; where an orchestrator has probes of its own, except the image from this rule
    controls: [cis-docker:4.6]

  - id: cis-4.7-update-alone
    scope: instruction
    when: >-
      line.own
      && line.commands.exists(c, c.name in ["apt-get", "apt", "yum", "dnf", "microdnf", "apk", "zypper"]
        && c.words.exists(w, w in ["update", "upgrade", "check-update", "refresh", "makecache"]))
      && !line.commands.exists(c, c.name in ["apt-get", "apt", "yum", "dnf", "microdnf", "apk", "zypper"]
        && c.words.exists(w, w in ["install", "add", "in", "localinstall", "upgrade", "dist-upgrade", "full-upgrade"]))
    action: warn
    severity: Medium
    message: "4.7 the package lists are updated in a line of their own, which a build cache repeats: {line.text}"
    remediation: update and install in the same RUN instruction
    controls: [cis-docker:4.7]

  - id: cis-4.8-set-id
    scope: file
    when: file.setUid || file.setGid
    action: warn
    severity: Medium
    message: "4.8 {file.path} runs with the rights of its {file.setUid ? 'owner' : 'group'} (mode {file.mode})"
    remediation: "take the bits away in the Dockerfile: find / -xdev -perm /6000 -type f -exec chmod a-s {} +"
    controls: [cis-docker:4.8, nist-800-190:4.1.2]

  - id: cis-4.9-add
    description: A root file system can come by ADD alone.
    scope: instruction
    when: line.own && line.instruction == "ADD" && !line.bottom
    action: warn
    severity: Low
    message: "4.9 ADD fetches and unpacks, where COPY only copies: {line.text}"
    remediation: use COPY; fetch with a tool that checks a digest
    controls: [cis-docker:4.9]

  - id: cis-4.10-secret
    description: In files of every layer, deleted later or not, the environment, labels, commands and history.
    scope: secret
    when: secret.level >= 4 && !secret.example
    action: deny
    severity: High
    message: "4.10 {secret.title} in the image's {secret.path != '' ? 'file ' + secret.path : secret.env != '' ? 'environment variable ' + secret.env : 'configuration or history'}"
    remediation: revoke it, build without it, and hand secrets over as build secrets or when the container starts
    controls: [cis-docker:4.10, nist-800-190:4.1.4]

  - id: cis-4.10-secret-name
    description: Names alone; values are for the rule cis-4.10-secret.
    scope: instruction
    when: >-
      line.own && line.instruction in ["ENV", "ARG"]
      && line.words.exists(w, parameters.words.split(" ").exists(s, w.upperAscii().contains(s))
        && !w.upperAscii().endsWith("_FILE") && !w.upperAscii().endsWith("_PATH") && !w.upperAscii().endsWith("_URL"))
    parameters: { words: "PASSWORD PASSWD SECRET TOKEN API_KEY APIKEY ACCESS_KEY PRIVATE_KEY CREDENTIAL" }
    action: warn
    severity: High
    message: "4.10 a secret seems to be given to the build, and to stay in the image: {line.text}"
    remediation: use a secret mount (RUN --mount=type=secret), or give it when the container starts
    controls: [cis-docker:4.10, nist-800-190:4.1.4]

  - id: cis-4.11-unverified-package
    scope: instruction
    when: >-
      line.own && line.commands.exists(c,
        (c.name in ["apt-get", "apt"] && c.words.exists(w, w in ["--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories", "--no-gpg-check"] || w.contains("AllowUnauthenticated=true") || w.contains("AllowInsecureRepositories=true")))
        || (c.name == "apk" && c.words.exists(w, w == "--allow-untrusted"))
        || (c.name in ["yum", "dnf", "microdnf"] && c.words.exists(w, w in ["--nogpgcheck", "--nogpg", "--no-gpgchecks"] || w.contains("gpgcheck=0")))
        || (c.name == "zypper" && c.words.exists(w, w in ["--no-gpg-checks", "--allow-unsigned-rpm"]))
        || (c.name == "rpm" && c.words.exists(w, w in ["--nosignature", "--nodigest", "--noverify"]))
        || (c.name in ["curl"] && c.words.exists(w, w in ["-k", "--insecure"]))
        || (c.name == "wget" && c.words.exists(w, w == "--no-check-certificate")))
    action: deny
    severity: High
    message: "4.11 packages are taken without verifying who made them: {line.text}"
    remediation: keep signature and certificate checks on, and import the keys of the repositories that are used
    controls: [cis-docker:4.11, nist-800-190:4.1.5]

  - id: cis-4.11-run-what-is-fetched
    scope: instruction
    when: >-
      line.own && line.commands.exists(c, c.name in ["curl", "wget"])
      && line.commands.exists(c, c.name in ["sh", "bash", "ash", "dash", "zsh", "python", "python3", "perl", "node"]
        && (size(c.words) == 0 || c.words.all(w, w.startsWith("-"))))
      && (line.text.contains("|") || line.text.contains("<("))
    action: warn
    severity: Medium
    message: "4.11 a script is run as it is fetched, unverified: {line.text}"
    remediation: fetch it to a file, verify its digest or signature, then run it
    controls: [cis-docker:4.11, nist-800-190:4.1.5]

  - id: cis-4.12-not-signed
    description: Whose signatures count is said by --signature-key or --signature-identity; where nobody says so, it is for a person to check.
    scope: image
    when: image.signaturesKnown && !image.signed
    action: deny
    severity: High
    message: 4.12 nobody whose signature counts has signed the image
    remediation: sign the image where it is built (cosign sign), and deploy what is signed
    controls: [cis-docker:4.12, nist-800-190:4.1.5]
`;
