import { anchoreBundle } from './anchore-bundle.ts';
import { clairWhitelist } from './clair-whitelist.ts';
import type { ForeignFormat } from './foreign-format.ts';
import { grypeRules } from './grype-rules.ts';
import { harborAllowlist } from './harbor-allowlist.ts';
import { osvScannerConfig } from './osv-scanner-config.ts';
import { snykPolicy } from './snyk-policy.ts';
import { trivyIgnore } from './trivy-ignore.ts';
import { trivyYaml } from './trivy-yaml.ts';

/** Exceptions files of other tools that are read as they are; of those that look like two, the first. */
export const foreignFormats: readonly ForeignFormat[] = [
  trivyIgnore,
  trivyYaml,
  snykPolicy,
  grypeRules,
  osvScannerConfig,
  harborAllowlist,
  anchoreBundle,
  clairWhitelist,
];
