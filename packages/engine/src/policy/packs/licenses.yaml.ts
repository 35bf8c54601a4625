import { yamlPack } from '../yaml-pack.ts';

/** The pack `licenses`: what stands between the backticks is a YAML policy file. */
export const licensesPack = yamlPack(`name: licenses
description: Licences by what they ask of whoever ships the image, in the groups of Google's licence classification.
rules:
  - id: license-forbidden
    description: Network copyleft, non-commercial and source-available licences.
    scope: license
    when: license.group == "forbidden"
    action: deny
    severity: High
    message: "{license.package.name} is under {license.expression}"
    remediation: replace the package, or ask whoever decides about licences for an exception
    controls: [iso-5230:3.3.2]

  - id: license-unknown
    description: Nothing that is known says under which licence the package is; in programs of Go and Rust nothing ever does.
    scope: license
    when: "!license.known && !(license.package.type in ['generic', 'golang', 'cargo'])"
    action: warn
    severity: Low
    message: the licence of {license.package.name} is not known
    remediation: look it up, and note it in an exception
    controls: [iso-5230:3.3.1, pci-dss-4:6.3.2]
`);
