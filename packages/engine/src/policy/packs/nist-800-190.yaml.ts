import { yamlPack } from '../yaml-pack.ts';

/** The pack `nist-800-190`: what stands between the backticks is a YAML policy file. */
export const nist800190Pack = yamlPack(`name: nist-800-190
description: Section 4.1 (countermeasures for images) of NIST SP 800-190, Application Container Security Guide, as far as an image shows it.
framework: nist-800-190
rules:
  - id: known-exploited
    scope: vulnerability
    when: finding.risk.kev
    action: deny
    severity: Critical
    message: "{finding.id} in {finding.package.name} {finding.package.version} is known to be exploited"
    remediation: upgrade the package in the layer that installs it; without a fix, remove or replace it
    controls: [nist-800-190:4.1.1]

  - id: fixable-vulnerability
    scope: vulnerability
    when: finding.level >= 3 && finding.fix.state == "fixed"
    action: deny
    severity: High
    message: "{finding.id} ({finding.severity}) in {finding.package.name} {finding.package.version} has a fix: {finding.fix.versions}"
    remediation: upgrade the package in the layer that installs it
    controls: [nist-800-190:4.1.1]

  - id: fixable-unrated
    description: What nobody rates may be anything.
    scope: vulnerability
    when: finding.level == 0 && finding.fix.state == "fixed"
    action: deny
    severity: High
    message: "{finding.id} in {finding.package.name} {finding.package.version} is rated by nobody and has a fix: {finding.fix.versions}"
    remediation: upgrade the package in the layer that installs it
    controls: [nist-800-190:4.1.1]

  - id: unfixed-vulnerability
    scope: vulnerability
    when: finding.level >= 4 && finding.fix.state != "fixed"
    action: warn
    severity: Medium
    message: "{finding.id} ({finding.severity}) in {finding.package.name} {finding.package.version} has no fix"
    remediation: remove or replace the package, or note in an exception why it does not matter
    controls: [nist-800-190:4.1.1]

  - id: distro-end-of-life
    scope: image
    when: image.distro.pastEndOfLife
    action: deny
    severity: High
    message: "{image.distro.id} {image.distro.version} is past the end of its public security support ({image.distro.endOfLife})"
    remediation: build on a supported release of the distribution
    controls: [nist-800-190:4.1.1]

  - id: not-judged
    description: The guide asks for visibility into all layers of the image, not just the base.
    scope: coverage
    when: entry.code in ["application-unread", "no-feed", "not-comparable", "version-unparsed"]
    action: warn
    message: "{entry.message}"
    remediation: judge these parts by other means, or leave them out of the image
    controls: [nist-800-190:4.1.1]

  - id: root-user
    scope: config
    when: config.root
    action: deny
    severity: High
    message: the container runs as root
    remediation: add a USER instruction that names an unprivileged user
    controls: [nist-800-190:4.1.2]

  - id: remote-administration
    description: The guide rules SSH and other remote administration tools out.
    scope: config
    when: config.tcpPorts.exists(port, port in [22, 23, 512, 513, 514, 2375, 2376, 3389, 5900, 5901, 5985, 5986])
    action: deny
    severity: High
    message: "{config.exposedPorts} is a port for remote administration"
    remediation: remove the EXPOSE instruction and the service; administer containers through the engine or orchestrator
    controls: [nist-800-190:4.1.2]

  - id: remote-shell-server
    scope: package
    when: pkg.name in ["openssh-server", "dropbear", "telnetd", "telnet-server", "inetutils-telnetd", "rsh-server", "xrdp", "tigervnc-server"]
    action: deny
    severity: High
    message: "{pkg.name} {pkg.version} lets people log in to the container"
    remediation: remove the package; administer containers through the engine or orchestrator
    controls: [nist-800-190:4.1.2]

  - id: package-manager
    description: Images are to be immutable and hold what the service needs; what installs more is neither.
    scope: image
    when: image.packageManagers.size() > 0
    action: warn
    severity: Low
    message: "the image holds {image.packageManagers}"
    remediation: copy what the service needs into an image without a package manager (distroless, scratch)
    controls: [nist-800-190:4.1.2]

  - id: set-id-file
    scope: file
    when: file.type == "file" && (file.setUid || file.setGid) && file.uid == 0
    action: warn
    severity: Low
    message: "{file.path} runs with the rights of its owner or group (mode {file.mode})"
    remediation: remove the bits (chmod a-s) of what the service does not need
    controls: [nist-800-190:4.1.2]

  - id: empty-password
    scope: user
    when: user.password == "empty" && user.canLogIn
    action: deny
    severity: High
    message: "{user.name} logs in without a password"
    remediation: lock the account (passwd -l)
    controls: [nist-800-190:4.1.2]

  - id: malicious-package
    scope: malware
    when: finding.package.name != ""
    action: deny
    severity: Critical
    message: "{finding.package.name} {finding.package.version} is malicious ({finding.id})"
    remediation: remove the package, and treat what ran with it as compromised
    controls: [nist-800-190:4.1.3]

  - id: infected-file
    description: Files are scanned only where --clamd names a daemon.
    scope: malware
    when: finding.package.name == ""
    action: deny
    severity: Critical
    message: "{finding.package.path} is infected ({finding.id})"
    remediation: build without the file, and treat what ran with it as compromised
    controls: [nist-800-190:4.1.3]

  - id: secret
    description: In files (also those that a later layer deleted, since they still ship), environment, labels and history.
    scope: secret
    when: secret.level >= 3 && !secret.example
    action: deny
    severity: High
    message: "{secret.title} in {secret.path != '' ? secret.path : secret.env != '' ? 'the environment variable ' + secret.env : 'the configuration or history'}"
    remediation: revoke it, build without it, and hand secrets over as build secrets or when the container starts
    controls: [nist-800-190:4.1.4]

  - id: secrets-unread
    scope: coverage
    when: entry.code == "secrets-unread"
    action: deny
    message: "{entry.message}"
    remediation: make the file smaller, or leave it out of the image
    controls: [nist-800-190:4.1.4]

  - id: untrusted-registry
    description: Names the registries that are trusted, with commas (--set untrusted-registry.trusted=registry.example.com,docker.io).
    scope: image
    when: >-
      parameters.trusted != "" && image.registry != "" && !(image.registry in parameters.trusted.split(","))
    parameters: { trusted: "" }
    action: deny
    severity: High
    message: "{image.registry} is none of the trusted registries ({parameters.trusted})"
    remediation: take the image from a trusted registry
    controls: [nist-800-190:4.1.5]

  - id: base-not-named
    scope: image
    when: image.layers > 1 && !image.base.known && image.base.from == ""
    action: warn
    severity: Low
    message: nothing says on which base image this one is built, so that nobody can say whether it is trusted
    remediation: name the base image with --base, or build with annotations that name it (org.opencontainers.image.base.name)
    controls: [nist-800-190:4.1.5]
`);
