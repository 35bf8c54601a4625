import { yamlPack } from '../yaml-pack.ts';

/** The pack `qualys-risk-index`: what stands between the backticks is a YAML policy file. */
export const qualysRiskIndexPack = yamlPack(`name: qualys-risk-index
description: One number for an image, as pipelines with the Qualys sensor compute it (severity 5 and 4 are Critical and High).
rules:
  - id: risk-index
    scope: image
    when: parameters.critical * image.counts.critical + parameters.high * image.counts.high > parameters.threshold
    parameters: { critical: 3, high: 1, threshold: 10 }
    action: deny
    message: "{parameters.critical} × {image.counts.critical} Critical + {parameters.high} × {image.counts.high} High = {parameters.critical * image.counts.critical + parameters.high * image.counts.high} > {parameters.threshold}"
    remediation: fix or remove vulnerable packages until the index is at most the threshold
    controls: [nist-800-190:4.1.1, pci-dss-4:6.3.3]
`);
