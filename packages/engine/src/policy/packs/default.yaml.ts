import { yamlPack } from '../yaml-pack.ts';

/** The pack `default`: what stands between the backticks is a YAML policy file. */
export const defaultPack = yamlPack(`name: default
description: Stops what can be fixed and is serious, what is being exploited, and what nobody supports any more.
rules:
  - id: malicious-package
    scope: malware
    when: finding.package.name != ""
    action: deny
    message: "{finding.package.name} {finding.package.version} is malicious ({finding.id})"
    remediation: remove the package, and treat what ran with it as compromised
    controls: [nist-800-190:4.1.3, pci-dss-4:5.2.1]

  - id: infected-file
    description: Files are scanned only where --clamd names a daemon.
    scope: malware
    when: finding.package.name == ""
    action: deny
    message: "{finding.package.path} is infected ({finding.id})"
    remediation: build without the file, and treat what ran with it as compromised
    controls: [nist-800-190:4.1.3, pci-dss-4:5.2.1]

  - id: known-exploited
    scope: vulnerability
    when: finding.risk.kev
    action: deny
    message: "{finding.id} in {finding.package.name} {finding.package.version} is known to be exploited"
    remediation: upgrade the package in the layer that installs it; without a fix, remove or replace it
    controls: [nist-800-190:4.1.1, pci-dss-4:6.3.1]

  - id: fixable-critical
    scope: vulnerability
    when: finding.severity == "Critical" && finding.fix.state == "fixed"
    action: deny
    message: "{finding.id} (Critical) in {finding.package.name} {finding.package.version} has a fix: {finding.fix.versions}"
    remediation: upgrade the package in the layer that installs it
    controls: [nist-800-190:4.1.1, pci-dss-4:6.3.3, cis-docker:4.4]

  - id: fixable-high
    description: A High has a grace period from the day its fix, else the vulnerability, became known. Without a date it has none.
    scope: vulnerability
    when: >-
      finding.severity == "High" && finding.fix.state == "fixed"
      && (!finding.dateKnown || finding.knownDays >= parameters.days)
    parameters: { days: 30 }
    action: deny
    message: "{finding.id} (High) in {finding.package.name} {finding.package.version} has a fix: {finding.fix.versions} ({finding.dateKnown ? 'known for ' + string(finding.knownDays) + ' days' : 'date unknown'})"
    remediation: upgrade the package in the layer that installs it
    controls: [nist-800-190:4.1.1, pci-dss-4:6.3.3, cis-docker:4.4]

  - id: fixable-unrated
    description: What nobody rates is judged as High.
    scope: vulnerability
    when: >-
      finding.severity == "Unknown" && finding.fix.state == "fixed"
      && (!finding.dateKnown || finding.knownDays >= parameters.days)
    parameters: { days: 30 }
    action: deny
    message: "{finding.id} in {finding.package.name} {finding.package.version} is rated by nobody, so it is judged as High, and has a fix: {finding.fix.versions} ({finding.dateKnown ? 'known for ' + string(finding.knownDays) + ' days' : 'date unknown'})"
    remediation: upgrade the package in the layer that installs it
    controls: [nist-800-190:4.1.1, pci-dss-4:6.3.3, cis-docker:4.4]

  - id: distro-end-of-life
    scope: image
    when: image.distro.pastEndOfLife
    action: deny
    message: "{image.distro.id} {image.distro.version} is past the end of its public security support ({image.distro.endOfLife}); nobody writes advisories for it any more"
    remediation: build on a supported release of the distribution
    controls: [nist-800-190:4.1.1, pci-dss-4:6.3.3, cis-docker:4.2]

  - id: root-user
    scope: config
    when: config.root
    action: warn
    severity: Medium
    message: the container runs as root
    remediation: add a USER instruction that names an unprivileged user
    controls: [nist-800-190:4.1.2, pci-dss-4:7.2.5, cis-docker:4.1]

  - id: administration-port
    description: Remote shells, desktops and the engine's own interface (SSH, Telnet, r-commands, Docker, RDP, VNC, WinRM).
    scope: config
    when: config.tcpPorts.exists(port, port in [22, 23, 512, 513, 514, 2375, 2376, 3389, 5900, 5901, 5985, 5986])
    action: warn
    severity: Medium
    message: "{config.exposedPorts} is a port for remote administration"
    remediation: remove the EXPOSE instruction and the service; administer containers through the engine or orchestrator
    controls: [nist-800-190:4.1.2, pci-dss-4:2.2.4, cis-docker:5.7]

  - id: secret-in-configuration
    description: >-
      In the environment, labels, commands or history, where everybody who may pull the image reads it. Looking there costs
      nothing; for secrets in files, which all have to be read, write a rule of scope secret without "within".
    scope: secret
    within: configuration
    when: secret.level >= 4 && !secret.example
    action: deny
    message: "{secret.title} in the image's {secret.env == '' ? 'configuration or history' : 'environment variable ' + secret.env}"
    remediation: revoke it, build without it, and hand secrets over as build secrets or when the container starts
    controls: [nist-800-190:4.1.4, pci-dss-4:8.6.2, cis-docker:4.10]

  - id: doubtful-secret-in-configuration
    description: Examples, and weaker kinds.
    scope: secret
    within: configuration
    when: secret.level < 4 || secret.example
    action: warn
    message: "{secret.title} in the image's {secret.env == '' ? 'configuration or history' : 'environment variable ' + secret.env}"
    remediation: leave it out of the image if it opens anything
    controls: [nist-800-190:4.1.4, pci-dss-4:8.6.2, cis-docker:4.10]

  - id: not-judged
    description: Parts of the image for which there is no reader, no feed or no comparison of versions yet.
    scope: coverage
    when: entry.code in ["application-unread", "no-feed", "not-comparable", "version-unparsed", "history-incomplete"]
    action: warn
    message: "{entry.message}"
    remediation: judge these parts by other means, or leave them out of the image
    controls: [nist-800-190:4.1.1]

  - id: other-base
    description: The image is not built on the base image that was given, so that all of its findings count as its own.
    scope: coverage
    when: entry.code == "base-mismatch"
    action: warn
    message: "{entry.message}"
    remediation: name the base image that it was built on, best by its digest, or build it again on the one that was given
    controls: [nist-800-190:4.1.5]
`);
