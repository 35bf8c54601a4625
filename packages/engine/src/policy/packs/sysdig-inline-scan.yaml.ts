import { yamlPack } from '../yaml-pack.ts';

/** The pack `sysdig-inline-scan`: what stands between the backticks is a YAML policy file. */
export const sysdigInlineScanPack = yamlPack(`name: sysdig-inline-scan
description: >-
  Stop conditions as pipelines with Sysdig's inline scan (2020) usually have them: port 22, and vulnerabilities of High or Critical
  that the vendor has not declined to fix.
rules:
  - id: severe-vulnerability
    scope: vulnerability
    description: One that nobody rates counts as High where it has a fix.
    when: >-
      (finding.level >= 4 && finding.fix.state != "will-not-fix")
      || (finding.severity == "Unknown" && finding.fix.state == "fixed")
    action: deny
    severity: High
    message: "{finding.id} ({finding.severity}) in {finding.package.name} {finding.package.version}"
    remediation: upgrade or remove the package, or excuse the vulnerability in an exceptions file
    controls: [nist-800-190:4.1.1]

  - id: forbidden-port
    scope: config
    when: config.tcpPorts.exists(port, port in [22, 23])
    action: deny
    severity: High
    message: "{config.exposedPorts} is a port for remote shells"
    remediation: remove the EXPOSE instruction and the service
    controls: [nist-800-190:4.1.2]

  - id: root-user
    scope: config
    when: config.root
    action: warn
    severity: Medium
    message: the container runs as root
    remediation: add a USER instruction that names an unprivileged user
    controls: [nist-800-190:4.1.2]
`);
