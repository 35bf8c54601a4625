import { parserOf } from './cel-tree.ts';
import { PolicyError } from './error.ts';
import { suggestion } from './nearest.ts';
import { bestPracticesPack } from './packs/best-practices.yaml.ts';
import { cisDockerPack } from './packs/cis-docker.yaml.ts';
import { clairThresholdPack } from './packs/clair-threshold.yaml.ts';
import { defaultPack } from './packs/default.yaml.ts';
import { licensesPack } from './packs/licenses.yaml.ts';
import { nist800190Pack } from './packs/nist-800-190.yaml.ts';
import { pciDss4Pack } from './packs/pci-dss-4.yaml.ts';
import { qualysRiskIndexPack } from './packs/qualys-risk-index.yaml.ts';
import { sysdigBestPracticesPack } from './packs/sysdig-best-practices.yaml.ts';
import { sysdigInlineScanPack } from './packs/sysdig-inline-scan.yaml.ts';
import { type Policy, policyOf } from './policy-file.ts';
import type { Pack } from './yaml-pack.ts';

/** The policies that ship with the product, by name. A new one is a file in packs/ and a line here. */
const packs: ReadonlyMap<string, Pack> = new Map([
  ['default', defaultPack],
  ['best-practices', bestPracticesPack],
  ['cis-docker', cisDockerPack],
  ['nist-800-190', nist800190Pack],
  ['pci-dss-4', pciDss4Pack],
  ['licenses', licensesPack],
  ['qualys-risk-index', qualysRiskIndexPack],
  ['sysdig-best-practices', sysdigBestPracticesPack],
  ['sysdig-inline-scan', sysdigInlineScanPack],
  ['clair-threshold', clairThresholdPack],
]);

export const packNames: readonly string[] = [...packs.keys()];

/** @throws PolicyError `PACK_UNKNOWN`, naming the nearest */
export function loadPack(name: string): Policy {
  const { value, trees } = packOf(name);
  return policyOf(value, `pack:${name}`, parserOf(trees));
}

/**
 * `sha256:…` of the text of a pack.
 *
 * @throws PolicyError `PACK_UNKNOWN`
 */
export function packDigest(name: string): string {
  return packOf(name).digest;
}

function packOf(name: string): Pack {
  const pack = packs.get(name);
  if (pack !== undefined) return pack;
  throw new PolicyError('PACK_UNKNOWN', [`there is no policy pack "${name}"${suggestion(name, packNames)}`]);
}
