import { yamlPack } from '../yaml-pack.ts';

/** The pack `clair-threshold`: what stands between the backticks is a YAML policy file. */
export const clairThresholdPack = yamlPack(`name: clair-threshold
description: One threshold of severity, fix or no fix, as clair-scanner has it (--set threshold=High). Whitelists are exceptions.
rules:
  - id: at-or-above-threshold
    scope: vulnerability
    when: >-
      parameters.threshold == "Unknown"
      || (parameters.threshold == "Negligible" && finding.level >= 1)
      || (parameters.threshold == "Low" && finding.level >= 2)
      || (parameters.threshold == "Medium" && finding.level >= 3)
      || (parameters.threshold == "High" && finding.level >= 4)
      || (parameters.threshold == "Critical" && finding.level >= 5)
    parameters: { threshold: Unknown }
    action: deny
    severity: High
    message: "{finding.id} ({finding.severity}) in {finding.package.name} {finding.package.version} is at or above {parameters.threshold}"
    remediation: upgrade or remove the package, or approve the vulnerability in an exceptions file
    controls: [nist-800-190:4.1.1]

  - id: threshold-is-a-severity
    description: A threshold that is misspelt would approve everything.
    scope: image
    when: '!(parameters.threshold in ["Unknown", "Negligible", "Low", "Medium", "High", "Critical"])'
    parameters: { threshold: Unknown }
    action: deny
    severity: High
    message: "the threshold is \\"{parameters.threshold}\\"; say Unknown, Negligible, Low, Medium, High or Critical"
    remediation: correct the parameter
    controls: [nist-800-190:4.1.1]
`);
