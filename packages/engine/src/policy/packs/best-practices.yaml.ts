import { yamlPack } from '../yaml-pack.ts';

/** The pack `best-practices`: what stands between the backticks is a YAML policy file. */
export const bestPracticesPack = yamlPack(`name: best-practices
description: What Dockerfile linters and image checks advise, as far as an image shows it; everything is a warning.
rules:
  - id: latest-base
    scope: image
    when: >-
      image.base.reference.endsWith(":latest")
      || (image.base.reference != "" && image.base.from != "option" && !image.base.reference.contains("@")
        && (!image.base.reference.glob("*:*") || image.base.reference.glob("*:*/*") && !image.base.reference.glob("*/*:*")))
    action: warn
    message: "the base {image.base.reference} is whatever is newest on the day of the build"
    remediation: name a version of the base, best by its digest
    controls: [trivy:DS-0001, nist-800-190:4.1.5]

  - id: latest-tag
    scope: image
    when: size(image.names) > 0 && image.names.all(name, name.endsWith(":latest"))
    action: warn
    severity: Low
    message: "the image has no other name than {image.names}, which says nothing about its version"
    remediation: tag images with a version
    controls: [trivy:DS-0001]

  - id: root-user
    scope: config
    when: config.root
    action: warn
    severity: High
    message: the container runs as root
    remediation: add a USER instruction that names an unprivileged user
    controls: [trivy:DS-0002, cis-docker:4.1, nist-800-190:4.1.2]

  - id: administration-port
    description: Remote shells, desktops and the engine's own interface (SSH, Telnet, r-commands, Docker, RDP, VNC, WinRM).
    scope: config
    when: config.tcpPorts.exists(port, port in [22, 23, 512, 513, 514, 2375, 2376, 3389, 5900, 5901, 5985, 5986])
    action: warn
    severity: Medium
    message: "{config.exposedPorts} is a port for remote administration"
    remediation: remove the EXPOSE instruction and the service; administer containers through the engine or orchestrator
    controls: [trivy:DS-0004, cis-docker:5.7, nist-800-190:4.1.2]

  - id: privileged-port
    scope: config
    when: config.ports.exists(port, port < 1024 && !(port in [22, 23, 512, 513, 514]))
    action: warn
    severity: Low
    message: "{config.exposedPorts} is a privileged port, for which a service needs rights that it should not have"
    remediation: listen on a port above 1023 and map it where the container is started
    controls: [cis-docker:5.8]

  - id: port-out-of-range
    scope: config
    when: size(config.portsOutOfRange) > 0
    action: warn
    severity: Medium
    message: "{config.portsOutOfRange} is no port"
    remediation: expose a port from 1 to 65535
    controls: [trivy:DS-0008]

  - id: add-for-copy
    description: The classic builder does not write down whether a file was an archive; those are not judged.
    scope: instruction
    when: >-
      line.own && line.instruction == "ADD" && !line.bottom && !line.words.exists(w, w.startsWith("file:")
        || w.startsWith("http://") || w.startsWith("https://") || w.startsWith("git@") || w.contains(".tar")
        || w.endsWith(".tgz") || w.endsWith(".tbz2") || w.endsWith(".txz") || w.endsWith(".gz") || w.endsWith(".xz") || w.endsWith(".bz2") || w.endsWith(".zst"))
    action: warn
    severity: Low
    message: "ADD does what COPY does, and more: {line.text}"
    remediation: use COPY
    controls: [trivy:DS-0005, cis-docker:4.9]

  - id: several-entrypoint
    scope: instruction
    when: image.base.layers > 0 && line.own && line.instruction == "ENTRYPOINT" && !line.last
    action: warn
    severity: Low
    message: "of several ENTRYPOINT instructions only the last counts, not: {line.text}"
    remediation: leave the last ENTRYPOINT alone
    controls: [trivy:DS-0007]

  - id: several-cmd
    scope: instruction
    when: image.base.layers > 0 && line.own && line.instruction == "CMD" && !line.last
    action: warn
    severity: Low
    message: "of several CMD instructions only the last counts, not: {line.text}"
    remediation: leave the last CMD alone
    controls: [trivy:DS-0016]

  - id: several-healthcheck
    scope: instruction
    when: image.base.layers > 0 && line.own && line.instruction == "HEALTHCHECK" && !line.last
    action: warn
    severity: Low
    message: "of several HEALTHCHECK instructions only the last counts, not: {line.text}"
    remediation: leave the last HEALTHCHECK alone
    controls: [trivy:DS-0023]

  - id: relative-workdir
    description: Docker writes down where a relative path leads; Kaniko and Buildah write what the Dockerfile says.
    scope: instruction
    when: >-
      line.own && line.instruction == "WORKDIR"
      && line.words.exists(w, !w.startsWith("/") && !w.startsWith("$") && !w.startsWith('"') && !w.glob("?:*"))
    action: warn
    severity: Low
    message: "where {line.text} leads depends on the lines before it"
    remediation: name an absolute path
    controls: [trivy:DS-0009]

  - id: workdir-in-system
    scope: instruction
    when: >-
      line.own && line.instruction == "WORKDIR" && line.words.exists(w, ["/bin", "/boot", "/dev", "/etc", "/initrd", "/lib", "/lib64", "/lost+found", "/proc", "/root", "/sbin", "/sys", "/usr/bin", "/usr/lib", "/usr/sbin"]
        .exists(dir, w == dir || w.startsWith(dir + "/")) && !w.startsWith("/root/"))
    action: warn
    severity: Medium
    message: "a folder of the system is no place to work in: {line.text}"
    remediation: use a folder of the application's own
    controls: [trivy:DS-0030]

  - id: sudo-in-run
    scope: instruction
    when: line.own && line.commands.exists(c, c.name == "sudo")
    action: warn
    severity: Medium
    message: "sudo is run while the image is built: {line.text}"
    remediation: switch users with USER instructions
    controls: [trivy:DS-0010]

  - id: sudo-installed
    scope: package
    when: pkg.type in ["deb", "apk", "rpm", "alpm"] && pkg.name in ["sudo", "sudo-ldap", "doas", "opendoas"]
    action: warn
    severity: Low
    message: "{pkg.name} lets what runs in the container become root"
    remediation: remove it
    controls: [nist-800-190:4.1.2]

  - id: copy-several-to-file
    scope: instruction
    when: line.own && line.instruction in ["COPY", "ADD"] && size(line.words) > 2 && !line.target.endsWith("/") && !(line.target in [".", ".."])
    action: warn
    severity: Low
    message: "several files are copied to what is not written as a folder: {line.text}"
    remediation: end the target with a slash
    controls: [trivy:DS-0011]

  - id: run-cd
    scope: instruction
    when: line.own && line.text.startsWith("RUN cd ")
    action: warn
    severity: Low
    message: "the folder changes for this line alone: {line.text}"
    remediation: use WORKDIR
    controls: [trivy:DS-0013]

  - id: wget-and-curl
    scope: instruction
    when: >-
      line.own && line.commands.exists(c, c.name == "wget")
      && dockerfile.exists(l, l.own && l.commands.exists(c, c.name == "curl"))
    action: warn
    severity: Low
    message: "wget is used where curl is used too: {line.text}"
    remediation: use one of the two, and leave the other out of the image
    controls: [trivy:DS-0014]

  - id: yum-not-cleaned
    scope: instruction
    when: >-
      line.own && line.commands.exists(c, c.name == "yum" && c.words.exists(w, w in ["install", "localinstall", "update", "upgrade"]))
      && !line.commands.exists(c, c.name == "yum" && c.words.exists(w, w in ["clean"]) || c.name == "rm" && c.words.exists(w, w.startsWith("/var/cache")))
    action: warn
    severity: Low
    message: "yum leaves what it fetched in the layer: {line.text}"
    remediation: add yum clean all in the same RUN instruction
    controls: [trivy:DS-0015]

  - id: dnf-not-cleaned
    scope: instruction
    when: >-
      line.own && line.commands.exists(c, c.name == "dnf" && c.words.exists(w, w in ["install", "update", "upgrade"]))
      && !line.commands.exists(c, c.name == "dnf" && c.words.exists(w, w in ["clean"]) || c.name == "rm" && c.words.exists(w, w.startsWith("/var/cache")))
    action: warn
    severity: Low
    message: "dnf leaves what it fetched in the layer: {line.text}"
    remediation: add dnf clean all in the same RUN instruction
    controls: [trivy:DS-0019]

  - id: zypper-not-cleaned
    scope: instruction
    when: >-
      line.own && line.commands.exists(c, c.name == "zypper" && c.words.exists(w, w in ["install", "in", "update", "up", "patch", "dist-upgrade", "dup"]))
      && !line.commands.exists(c, c.name == "zypper" && c.words.exists(w, w in ["clean", "cc"]) || c.name == "rm" && c.words.exists(w, w.startsWith("/var/cache")))
    action: warn
    severity: Low
    message: "zypper leaves what it fetched in the layer: {line.text}"
    remediation: add zypper clean --all in the same RUN instruction
    controls: [trivy:DS-0020]

  - id: microdnf-not-cleaned
    scope: instruction
    when: >-
      line.own && line.commands.exists(c, c.name == "microdnf" && c.words.exists(w, w in ["install", "update", "upgrade"]))
      && !line.commands.exists(c, c.name == "microdnf" && c.words.exists(w, w in ["clean"]) || c.name == "rm" && c.words.exists(w, w.startsWith("/var/cache")))
    action: warn
    severity: Low
    message: "microdnf leaves what it fetched in the layer: {line.text}"
    remediation: add microdnf clean all in the same RUN instruction
    controls: [trivy:DS-0027]

  - id: update-alone
    scope: instruction
    when: >-
      line.own
      && line.commands.exists(c, c.name in ["apt-get", "apt", "yum", "dnf", "microdnf", "apk", "zypper"]
        && c.words.exists(w, w in ["update", "check-update", "refresh", "makecache"]))
      && !line.commands.exists(c, c.name in ["apt-get", "apt", "yum", "dnf", "microdnf", "apk", "zypper"]
        && c.words.exists(w, w in ["install", "add", "in", "localinstall", "upgrade", "dist-upgrade", "full-upgrade"]))
    action: warn
    severity: Medium
    message: "the package lists are updated in a line of their own, which a build cache repeats: {line.text}"
    remediation: update and install in the same RUN instruction
    controls: [trivy:DS-0017, cis-docker:4.7]

  - id: apt-asks
    scope: instruction
    when: >-
      line.own && line.commands.exists(c, c.name in ["apt-get", "apt"] && c.words.exists(w, w == "install")
        && !c.words.exists(w, w in ["--yes", "--assume-yes"] || w.startsWith("-qq") || w == "-q=2" || w.contains("Assume-Yes")
          || w.startsWith("-") && !w.startsWith("--") && w.contains("y")))
    action: warn
    severity: Low
    message: "apt-get would ask before it installs: {line.text}"
    remediation: add -y
    controls: [trivy:DS-0021]

  - id: maintainer
    scope: instruction
    when: line.own && line.instruction == "MAINTAINER"
    action: warn
    severity: Low
    message: "MAINTAINER is deprecated: {line.text}"
    remediation: "use LABEL org.opencontainers.image.authors"
    controls: [trivy:DS-0022]

  - id: dist-upgrade
    scope: instruction
    when: line.own && line.commands.exists(c, c.name in ["apt-get", "apt", "zypper"] && c.words.exists(w, w in ["dist-upgrade", "full-upgrade", "dup"]))
    action: warn
    severity: Medium
    message: "the whole distribution is replaced in a layer: {line.text}"
    remediation: build on the release that is wanted
    controls: [trivy:DS-0024]

  - id: apk-cache
    scope: instruction
    when: >-
      line.own && line.commands.exists(c, c.name == "apk" && c.words.exists(w, w == "add") && !c.words.exists(w, w in ["--no-cache", "--virtual-only"]))
      && !line.commands.exists(c, c.name == "rm" && c.words.exists(w, w.startsWith("/var/cache/apk")))
    action: warn
    severity: Low
    message: "apk leaves its package lists in the layer: {line.text}"
    remediation: add --no-cache
    controls: [trivy:DS-0025]

  - id: no-healthcheck
    scope: config
    when: "!config.healthcheck"
    action: warn
    severity: Low
    message: the image has no HEALTHCHECK
    remediation: add a HEALTHCHECK instruction, unless an orchestrator has probes of its own
    controls: [trivy:DS-0026, cis-docker:4.6]

  - id: apt-recommends
    scope: instruction
    when: >-
      line.own && line.commands.exists(c, c.name in ["apt-get", "apt"] && c.words.exists(w, w == "install")
        && !c.words.exists(w, w == "--no-install-recommends" || w.contains("Install-Recommends")))
    action: warn
    severity: Low
    message: "apt-get installs what is only recommended: {line.text}"
    remediation: add --no-install-recommends
    controls: [trivy:DS-0029, cis-docker:4.3]

  - id: secret-in-file
    description: Files of every layer; one that a later layer deletes still ships.
    scope: secret
    when: secret.path != "" && !secret.example
    action: warn
    message: "{secret.title} in {secret.path}{secret.deleted ? ', which a later layer deletes or replaces' : ''}"
    remediation: revoke it, build without it, and hand secrets over as build secrets or when the container starts
    controls: [trivy:DS-0031, cis-docker:4.10, nist-800-190:4.1.4]

  - id: secrets-unread
    scope: coverage
    when: entry.code == "secrets-unread"
    action: warn
    message: "{entry.path} may hold secrets: {entry.message}"
    remediation: leave files out of the image that are too large to be searched, or look through them yourself
    controls: [trivy:DS-0031, cis-docker:4.10, nist-800-190:4.1.4]

  - id: secret-by-name
    description: Names of ENV and ARG, and names of files that are copied; values in files are for the rule secret-in-file.
    scope: instruction
    when: >-
      line.own && (line.instruction in ["ENV", "ARG"]
        && line.words.exists(w, parameters.words.split(" ").exists(s, w.upperAscii().contains(s))
          && !w.upperAscii().endsWith("_FILE") && !w.upperAscii().endsWith("_PATH") && !w.upperAscii().endsWith("_URL"))
      || line.instruction in ["COPY", "ADD"]
        && line.words.exists(w, parameters.files.split(" ").exists(f, w == f || w.endsWith("/" + f))))
    parameters:
      words: "PASSWORD PASSWD SECRET TOKEN API_KEY APIKEY ACCESS_KEY PRIVATE_KEY CREDENTIAL"
      files: ".env .npmrc .netrc .pypirc .git-credentials .dockercfg .pgpass id_rsa id_dsa id_ecdsa id_ed25519 credentials .aws .ssh .kube"
    action: warn
    severity: High
    message: "a secret seems to be given to the build, and to stay in the image: {line.text}"
    remediation: use a secret mount (RUN --mount=type=secret), or give it when the container starts
    controls: [trivy:DS-0031, cis-docker:4.10, nist-800-190:4.1.4]

  - id: package-manager
    scope: image
    when: size(image.packageManagers) > 0
    action: warn
    severity: Low
    message: "the package managers {image.packageManagers} let what runs in the container install more"
    remediation: ship only what runs, on a base without a package manager
    controls: [nist-800-190:4.1.2, cis-docker:4.3]

  - id: world-writable
    scope: file
    when: file.worldWritable && file.type != "device" && !(file.type == "directory" && file.sticky)
    action: warn
    severity: Medium
    message: "{file.path} can be written by everybody (mode {file.mode})"
    remediation: take the right to write away from others
    controls: [nist-800-190:4.1.2]

  - id: open-chmod
    scope: instruction
    when: line.own && line.commands.exists(c, c.name == "chmod" && c.words.exists(w, w in ["777", "0777", "a+rwx", "ugo+rwx", "o+w", "a+w", "666", "0666"]))
    action: warn
    severity: Medium
    message: "everybody may write: {line.text}"
    remediation: give rights to the user who needs them (COPY --chown, chmod g+w)
    controls: [nist-800-190:4.1.2]

  - id: empty-password
    scope: user
    when: user.password == "empty"
    action: warn
    severity: Critical
    message: "{user.name} needs no password"
    remediation: lock the account (passwd -l), or remove it
    controls: [nist-800-190:4.1.2]

  - id: known-password
    description: Whoever has the image has the hash, and every container the same password.
    scope: user
    when: user.password == "hashed"
    action: warn
    severity: Medium
    message: "{user.name} has a password in the image, hashed with {user.hash}"
    remediation: lock the account (passwd -l)
    controls: [nist-800-190:4.1.4]

  - id: second-root
    scope: user
    when: user.uid == 0 && user.name != "root"
    action: warn
    severity: High
    message: "{user.name} is root by another name (user id 0)"
    remediation: remove the account
    controls: [nist-800-190:4.1.2]

  - id: sudo-without-password
    scope: user
    when: user.uid != 0 && user.sudo == "no-password"
    action: warn
    severity: High
    message: "{user.name} becomes root by sudo without a password"
    remediation: remove the NOPASSWD entry from sudoers, and sudo from the image
    controls: [nist-800-190:4.1.2]

  - id: host-volume
    scope: config
    when: config.volumes.exists(volume, volume in ["/", "/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/run/docker.sock", "/sbin", "/sys", "/usr", "/var/run/docker.sock"])
    action: warn
    severity: Medium
    message: "{config.volumes} asks for a folder of the system, or for the engine itself"
    remediation: remove the VOLUME instruction
    controls: [cis-docker:5.5, nist-800-190:4.1.2]

  - id: history-not-told
    scope: coverage
    when: entry.code == "history-incomplete"
    action: warn
    message: "{entry.message}"
    remediation: build without changing the history, so that what the image is made of can be judged
    controls: [nist-800-190:4.1.2]
`);
