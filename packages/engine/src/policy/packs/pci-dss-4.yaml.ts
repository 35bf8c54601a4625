import { yamlPack } from '../yaml-pack.ts';

/** The pack `pci-dss-4`: what stands between the backticks is a YAML policy file. */
export const pciDss4Pack = yamlPack(`name: pci-dss-4
description: Requirements of PCI DSS 4.0 that an image can break.
framework: pci-dss-4
rules:
  - id: default-account
    scope: user
    when: user.canLogIn && user.password == "empty"
    action: deny
    severity: High
    message: "{user.name} logs in without a password"
    remediation: lock the account (passwd -l)
    controls: [pci-dss-4:2.2.2, pci-dss-4:8.3.1]

  - id: remote-administration
    scope: config
    when: config.tcpPorts.exists(port, port in [20, 21, 22, 23, 69, 512, 513, 514, 2375, 2376, 3389, 5900, 5901, 5985, 5986])
    action: deny
    severity: High
    message: "{config.exposedPorts} is a port for remote administration or clear-text transfer"
    remediation: remove the EXPOSE instruction and the service
    controls: [pci-dss-4:2.2.4, pci-dss-4:2.2.5]

  - id: malicious-package
    scope: malware
    when: finding.package.name != ""
    action: deny
    severity: Critical
    message: "{finding.package.name} {finding.package.version} is malicious ({finding.id})"
    remediation: remove the package, and treat what ran with it as compromised
    controls: [pci-dss-4:5.2.1]

  - id: infected-file
    description: Files are scanned only where --clamd names a daemon.
    scope: malware
    when: finding.package.name == ""
    action: deny
    severity: Critical
    message: "{finding.package.path} is infected ({finding.id})"
    remediation: build without the file, and treat what ran with it as compromised
    controls: [pci-dss-4:5.2.1]

  - id: known-exploited
    scope: vulnerability
    when: finding.risk.kev
    action: deny
    severity: Critical
    message: "{finding.id} in {finding.package.name} {finding.package.version} is known to be exploited"
    remediation: upgrade the package in the layer that installs it; without a fix, remove or replace it
    controls: [pci-dss-4:6.3.1, pci-dss-4:6.3.3]

  - id: inventory-complete
    description: An inventory of the software of others and of its components is asked for; this says what of it is missing.
    scope: coverage
    when: entry.code in ["application-unread", "sbom-component-unread", "sbom-incomplete", "sbom-source-unknown", "package-database-unread"]
    action: warn
    message: "{entry.message}"
    remediation: list these components by other means
    controls: [pci-dss-4:6.3.2]

  - id: fixable-critical-or-high
    description: >-
      Patches for critical vulnerabilities are to be installed within one month of their release: so a fix that is younger, or
      the vulnerability where nobody says since when there is a fix, has that long. Without any date there is no such time.
    scope: vulnerability
    when: >-
      (finding.level >= 4 || finding.level == 0) && finding.fix.state == "fixed"
      && (!finding.dateKnown || finding.knownDays >= parameters.days)
    parameters: { days: 30 }
    action: deny
    severity: High
    message: "{finding.id} ({finding.severity}) in {finding.package.name} {finding.package.version} has a fix: {finding.fix.versions}"
    remediation: upgrade the package in the layer that installs it
    controls: [pci-dss-4:6.3.3]

  - id: young-fix
    scope: vulnerability
    when: >-
      (finding.level >= 4 || finding.level == 0) && finding.fix.state == "fixed"
      && finding.dateKnown && finding.knownDays < parameters.days
    parameters: { days: 30 }
    action: warn
    severity: Medium
    message: "{finding.id} ({finding.severity}) in {finding.package.name} {finding.package.version} has had a fix for {finding.knownDays} days: {finding.fix.versions}"
    remediation: upgrade the package in the layer that installs it within a month of the fix
    controls: [pci-dss-4:6.3.3]

  - id: unfixed-critical-or-high
    scope: vulnerability
    when: finding.level >= 4 && finding.fix.state != "fixed"
    action: warn
    severity: Medium
    message: "{finding.id} ({finding.severity}) in {finding.package.name} {finding.package.version} has no fix"
    remediation: rank the risk, and note in an exception how it is dealt with
    controls: [pci-dss-4:6.3.1]

  - id: distro-end-of-life
    scope: image
    when: image.distro.pastEndOfLife
    action: deny
    severity: High
    message: "{image.distro.id} {image.distro.version} is past the end of its public security support ({image.distro.endOfLife})"
    remediation: build on a supported release of the distribution
    controls: [pci-dss-4:6.3.3, pci-dss-4:12.3.4]

  - id: root-user
    scope: config
    when: config.root
    action: deny
    severity: High
    message: the container runs as root
    remediation: add a USER instruction that names an unprivileged user
    controls: [pci-dss-4:7.2.5]

  - id: root-without-password
    scope: user
    when: user.uid != 0 && user.sudo == "no-password"
    action: deny
    severity: High
    message: "{user.name} becomes root by sudo without a password"
    remediation: remove the NOPASSWD entry from sudoers, and sudo from the image
    controls: [pci-dss-4:7.2.5]

  - id: secret
    description: In files (also those that a later layer deleted, since they still ship), environment, labels and history.
    scope: secret
    when: secret.level >= 3 && !secret.example
    action: deny
    severity: High
    message: "{secret.title} in {secret.path != '' ? secret.path : secret.env != '' ? 'the environment variable ' + secret.env : 'the configuration or history'}"
    remediation: revoke it, build without it, and hand secrets over as build secrets or when the container starts
    controls: [pci-dss-4:8.6.2, pci-dss-4:8.3.2]

  - id: secrets-unread
    scope: coverage
    when: entry.code == "secrets-unread"
    action: deny
    message: "{entry.message}"
    remediation: make the file smaller, or leave it out of the image
    controls: [pci-dss-4:8.6.2, pci-dss-4:8.3.2]

`);
