import { yamlPack } from '../yaml-pack.ts';

/** The pack `sysdig-best-practices`: what stands between the backticks is a YAML policy file. */
export const sysdigBestPracticesPack = yamlPack(`name: sysdig-best-practices
description: What the policy "Sysdig Best Practices" stops, for pipelines that come from it.
rules:
  - id: critical-fixable
    scope: vulnerability
    when: finding.severity == "Critical" && finding.fix.state == "fixed"
    action: deny
    severity: Critical
    message: "{finding.id} (Critical) in {finding.package.name} {finding.package.version} has a fix: {finding.fix.versions}"
    remediation: upgrade the package in the layer that installs it
    controls: [nist-800-190:4.1.1, pci-dss-4:6.3.3]

  - id: high-fixable-for-a-month
    description: Counts from the day of the fix, else of the vulnerability; without any date at once.
    scope: vulnerability
    when: >-
      finding.severity == "High" && finding.fix.state == "fixed"
      && (!finding.dateKnown || finding.knownDays >= parameters.days)
    parameters: { days: 30 }
    action: deny
    severity: High
    message: "{finding.id} (High) in {finding.package.name} {finding.package.version} has a fix: {finding.fix.versions}"
    remediation: upgrade the package in the layer that installs it
    controls: [nist-800-190:4.1.1, pci-dss-4:6.3.3]

  - id: high-fixable-over-the-network
    description: The vector decides; one that nobody gives is taken as of the network.
    scope: vulnerability
    when: >-
      finding.level >= 4 && finding.fix.state == "fixed"
      && finding.risk.cvss.attackVector in ["network", ""]
    action: deny
    severity: High
    message: "{finding.id} ({finding.severity}) in {finding.package.name} {finding.package.version} can be exploited over the network and has a fix: {finding.fix.versions}"
    remediation: upgrade the package in the layer that installs it
    controls: [nist-800-190:4.1.1, pci-dss-4:6.3.3]
`);
