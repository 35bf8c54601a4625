import { yamlPack } from '../yaml-pack.ts';

/** The pack `cis-docker`: what stands between the backticks is a YAML policy file. */
export const cisDockerPack = yamlPack(`name: cis-docker
description: Sections 4 (container images and build files) and 5 (containers, with --container) of the CIS Docker Benchmark, as far as an image and its containers show it.
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

  - id: cis-5.2-apparmor
    scope: runtime
    when: >-
      container.appArmor == "" && !container.seLinux
    action: warn
    severity: Medium
    message: "{container.name} runs without an AppArmor profile"
    remediation: "run it with the default profile, on a host that has AppArmor or SELinux"
    controls: [cis-docker:5.2, nist-800-190:4.4.3]

  - id: cis-5.3-selinux
    scope: runtime
    when: >-
      !container.seLinux && container.appArmor == ""
    action: warn
    severity: Medium
    message: "{container.name} runs without SELinux labels"
    remediation: "run it on a host with SELinux (or AppArmor), and do not disable labels"
    controls: [cis-docker:5.3, nist-800-190:4.4.3]

  - id: cis-5.4-capabilities
    scope: runtime
    when: >-
      container.capAdd.exists(c, c != "NET_BIND_SERVICE")
    action: deny
    severity: High
    message: "{container.name} has added capabilities: {container.capAdd}"
    remediation: "drop all capabilities, and add those alone that it needs"
    controls: [cis-docker:5.4, nist-800-190:4.4.3]

  - id: cis-5.5-privileged
    scope: runtime
    when: >-
      container.privileged
    action: deny
    severity: Critical
    message: "{container.name} is privileged: it is root on the host"
    remediation: "run it without --privileged, with the capabilities and devices that it needs"
    controls: [cis-docker:5.5, nist-800-190:4.4.3]

  - id: cis-5.6-host-directory
    scope: runtime
    when: >-
      container.mounts.exists(m, m.type == "bind" && (m.source == "/" || ["/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr"].exists(d, m.source == d || m.source.startsWith(d + "/"))))
    action: deny
    severity: High
    message: "{container.name} mounts a sensitive directory of the host"
    remediation: "mount a directory of its own, or a volume"
    controls: [cis-docker:5.6, nist-800-190:4.5.5]

  - id: cis-5.7-sshd
    scope: runtime
    when: >-
      container.program == "sshd" || container.ports.exists(p, p.container == 22)
    action: deny
    severity: High
    message: "{container.name} runs or publishes sshd"
    remediation: "use docker exec instead of ssh"
    controls: [cis-docker:5.7, nist-800-190:4.4.3]

  - id: cis-5.8-privileged-port
    scope: runtime
    when: >-
      container.ports.exists(p, p.host > 0 && p.host < 1024)
    action: deny
    severity: Medium
    message: "{container.name} is published on a privileged port of the host"
    remediation: "publish it on a port above 1023"
    controls: [cis-docker:5.8, nist-800-190:4.4.3]

  - id: cis-5.10-host-network
    scope: runtime
    when: >-
      container.network == "host"
    action: deny
    severity: High
    message: "{container.name} shares the network of the host"
    remediation: "run it in a network of its own"
    controls: [cis-docker:5.10, nist-800-190:4.4.2]

  - id: cis-5.11-memory
    scope: runtime
    when: >-
      container.memory == 0
    action: deny
    severity: Medium
    message: "{container.name} may take all memory of the host"
    remediation: "run it with --memory"
    controls: [cis-docker:5.11, nist-800-190:4.4.3]

  - id: cis-5.12-cpu
    scope: runtime
    when: >-
      !container.cpuLimited
    action: warn
    severity: Low
    message: "{container.name} has no CPU limit or share"
    remediation: "run it with --cpus or --cpu-shares"
    controls: [cis-docker:5.12, nist-800-190:4.4.3]

  - id: cis-5.13-read-only-root
    scope: runtime
    when: >-
      !container.readOnlyRoot
    action: deny
    severity: Medium
    message: "{container.name} may write to its root file system"
    remediation: "run it with --read-only, and volumes for what it writes"
    controls: [cis-docker:5.13, nist-800-190:4.4.3]

  - id: cis-5.14-every-interface
    scope: runtime
    when: >-
      container.ports.exists(p, p.address in ["", "0.0.0.0", "::"])
    action: deny
    severity: Medium
    message: "{container.name} is published on every interface of the host"
    remediation: "publish it on one address: -p 10.2.3.4:8080:8080"
    controls: [cis-docker:5.14, nist-800-190:4.4.2]

  - id: cis-5.15-restart
    scope: runtime
    when: >-
      container.restart in ["always", "unless-stopped"] || (container.restart == "on-failure" && (container.restartRetries == 0 || container.restartRetries > 5))
    action: deny
    severity: Low
    message: "{container.name} is restarted without end ({container.restart})"
    remediation: "run it with --restart=on-failure:5"
    controls: [cis-docker:5.15, nist-800-190:4.4.3]

  - id: cis-5.16-host-processes
    scope: runtime
    when: >-
      container.pid == "host"
    action: deny
    severity: High
    message: "{container.name} sees the processes of the host"
    remediation: "run it without --pid=host"
    controls: [cis-docker:5.16, nist-800-190:4.4.3]

  - id: cis-5.17-host-ipc
    scope: runtime
    when: >-
      container.ipc == "host"
    action: deny
    severity: High
    message: "{container.name} shares the IPC namespace of the host"
    remediation: "run it without --ipc=host"
    controls: [cis-docker:5.17, nist-800-190:4.4.3]

  - id: cis-5.18-devices
    scope: runtime
    when: >-
      size(container.devices) > 0
    action: warn
    severity: Medium
    message: "{container.name} has devices of the host: {container.devices}"
    remediation: "remove devices that it does not need"
    controls: [cis-docker:5.18, nist-800-190:4.4.3]

  - id: cis-5.19-ulimits
    scope: runtime
    when: >-
      size(container.ulimits) > 0
    action: warn
    severity: Low
    message: "{container.name} overwrites default limits: {container.ulimits}"
    remediation: "overwrite the limits of the daemon only where it is needed"
    controls: [cis-docker:5.19, nist-800-190:4.4.3]

  - id: cis-5.20-shared-mount
    scope: runtime
    when: >-
      container.mounts.exists(m, m.propagation in ["shared", "rshared"])
    action: deny
    severity: Medium
    message: "{container.name} propagates mounts to the host"
    remediation: "mount without shared propagation"
    controls: [cis-docker:5.20, nist-800-190:4.4.3]

  - id: cis-5.21-host-uts
    scope: runtime
    when: >-
      container.uts == "host"
    action: deny
    severity: Medium
    message: "{container.name} may change the name of the host"
    remediation: "run it without --uts=host"
    controls: [cis-docker:5.21, nist-800-190:4.4.3]

  - id: cis-5.22-seccomp
    scope: runtime
    when: >-
      container.seccomp == "unconfined" || (container.privileged && container.seccomp == "default")
    action: deny
    severity: High
    message: "{container.name} runs without seccomp"
    remediation: "run it with the default seccomp profile"
    controls: [cis-docker:5.22, nist-800-190:4.4.3]

  - id: cis-5.25-cgroup
    scope: runtime
    when: >-
      container.cgroupParent != ""
    action: deny
    severity: Low
    message: "{container.name} runs in the cgroup {container.cgroupParent}"
    remediation: "run it in the cgroup that the engine has for it"
    controls: [cis-docker:5.25, nist-800-190:4.4.3]

  - id: cis-5.26-new-privileges
    scope: runtime
    when: >-
      !container.noNewPrivileges
    action: deny
    severity: Medium
    message: "{container.name} may acquire privileges by set-id programs"
    remediation: "run it with --security-opt=no-new-privileges"
    controls: [cis-docker:5.26, nist-800-190:4.4.3]

  - id: cis-5.27-health
    scope: runtime
    when: >-
      !container.healthcheck
    action: deny
    severity: Low
    message: "{container.name} has no health check"
    remediation: "build the image with HEALTHCHECK, or run it with --health-cmd"
    controls: [cis-docker:5.27, nist-800-190:4.4.3]

  - id: cis-5.28-earlier-image
    scope: runtime
    when: >-
      !container.ofImage
    action: warn
    severity: Medium
    message: "{container.name} runs another image than the one that is judged: {container.imageId}"
    remediation: "make the container anew from the image of today"
    controls: [cis-docker:5.28, nist-800-190:4.2.2]

  - id: cis-5.29-processes
    scope: runtime
    when: >-
      container.pidsLimit == 0
    action: deny
    severity: Medium
    message: "{container.name} may start any number of processes"
    remediation: "run it with --pids-limit"
    controls: [cis-docker:5.29, nist-800-190:4.4.3]

  - id: cis-5.30-default-bridge
    scope: runtime
    when: >-
      container.network in ["", "default", "bridge"]
    action: deny
    severity: Low
    message: "{container.name} is in the default bridge network"
    remediation: "run it in a network of its own"
    controls: [cis-docker:5.30, nist-800-190:4.4.2]

  - id: cis-5.31-host-users
    scope: runtime
    when: >-
      container.userns == "host"
    action: deny
    severity: Medium
    message: "{container.name} shares the user namespace of the host"
    remediation: "run it without --userns=host"
    controls: [cis-docker:5.31, nist-800-190:4.4.3]

  - id: cis-5.32-docker-socket
    scope: runtime
    when: >-
      container.mounts.exists(m, m.source in ["/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock"])
    action: deny
    severity: Critical
    message: "{container.name} has the socket of the engine: it is root on the host"
    remediation: "do not mount the socket; use an API that allows what is needed"
    controls: [cis-docker:5.32, nist-800-190:4.4.3]
`);
