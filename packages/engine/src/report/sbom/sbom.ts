/** What every SBOM format is written from: the inventory with a name for each of its parts, and one for the whole. */
import { createHash, hash } from 'node:crypto';
import type { Package } from '../../inventory/types.ts';
import { type InventoryResult, isScanResult } from '../../result/types.ts';
import { ordered } from '../json-text.ts';
import { oncePer } from '../once-per.ts';
import { distroProperties, documentProperties, imageProperties, nameText, seenIncomplete } from './sbom-properties.ts';

export interface Sbom {
  readonly result: InventoryResult;
  /** `name` of the format and everything that it says, as a UUID of version 5 */
  readonly uuid: string;
  /** `YYYY-MM-DDThh:mm:ssZ` */
  readonly time: string;
  readonly imageName: string;
  /** in the order of the packages; letters, digits, `.` and `-` */
  readonly refs: readonly string[];
  /** owner → what it owns, as indices of packages, in their order */
  readonly owned: ReadonlyMap<number, readonly number[]>;
  readonly completeness: Completeness;
}

/** `unknown`: nothing was left out, but some executable or library belongs to no listed package */
export type Completeness = 'complete' | 'unknown' | 'incomplete';

export const imageRef = 'Image';
export const distroRef = 'OperatingSystem';

/** @param format name of the format, so that each has a document of its own */
export function createSbom(result: InventoryResult, format: string): Sbom {
  return {
    result,
    uuid: documentUuid(result, format),
    time: `${result.inputs.evaluatedAt}T00:00:00Z`,
    imageName: nameText(result.image.names[0] ?? result.image.reference),
    refs: packageRefs(result.packages),
    owned: ownership(result.packages),
    completeness: completenessOf(result),
  };
}

function completenessOf(result: InventoryResult): Completeness {
  if (seenIncomplete(result).length > 0) return 'incomplete';
  const { coverage } = result.facts;
  if (coverage === null) return 'unknown';
  const { executables, libraries } = coverage;
  return executables.ownedFiles < executables.files || libraries.ownedFiles < libraries.files ? 'unknown' : 'complete';
}

/** Packages with one purl differ in place or owner; what differs in nothing is counted. */
const packageRefs = oncePer((packages: readonly Package[]): readonly string[] => {
  const seen = new Map<string, number>();
  return packages.map((pkg) => {
    const { type, name, version, purl, arch, locations, ownedBy } = pkg;
    const paths = locations.map(({ path }) => path);
    const told = hash('sha256', JSON.stringify([type, name, version, purl, arch, paths, ownedBy]), 'hex').slice(0, 16);
    const words = `${type} ${name}`.slice(0, 60).match(/[A-Za-z0-9.]+/g) ?? [];
    const ref = ['Package', ...words, told].join('-');
    const count = (seen.get(ref) ?? 0) + 1;
    seen.set(ref, count);
    return count === 1 ? ref : `${ref}-${count}`;
  });
});

/** An owner is known by its name alone: the first package of another type that has it, one with a source before others. */
function ownership(packages: readonly Package[]): ReadonlyMap<number, readonly number[]> {
  const wanted = new Set(packages.flatMap(({ ownedBy }) => ownedBy ?? []));
  const owners = new Map<string, number>();
  for (const [index, { name, source, ownedBy }] of packages.entries()) {
    if (!wanted.has(name) || ownedBy === name) continue;
    const known = owners.get(name);
    if (known === undefined || (packages[known]?.source === null && source !== null)) owners.set(name, index);
  }
  const owned = new Map<number, number[]>();
  for (const [index, { ownedBy, type }] of packages.entries()) {
    const owner = ownedBy === null ? undefined : owners.get(ownedBy);
    if (owner === undefined || packages[owner]?.type === type) continue;
    const list = owned.get(owner);
    if (list) list.push(index);
    else owned.set(owner, [index]);
  }
  return owned;
}

/** Namespace of our UUIDs (RFC 9562): made once, by chance. */
const namespace = Buffer.from('5b0f6c1d8c1e4d5a9a3f2f7b64c0d9e1', 'hex');

function documentUuid(result: InventoryResult, format: string): string {
  const sha = createHash('sha1').update(namespace).update(format);
  for (const part of saidParts(result)) sha.update(JSON.stringify(part)).update('\n');
  const hex = sha.digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}

/** Everything that an SBOM says, in arrays: in which order an object got its properties does not count. */
function* saidParts(result: InventoryResult): Generator<unknown> {
  const { distro } = result.image;
  yield documentProperties(result);
  yield imageProperties(result);
  yield distro && [distro.id, distro.version, distroProperties(distro)];
  for (const pkg of result.packages) {
    const { type, name, version, purl, arch, source, licenses, locations, ownedBy, modularity, vendor } = pkg;
    const claim = pkg.claimedBy === undefined ? [] : [pkg.claimedBy];
    const places = locations.map(({ path, layer }) => [path, layer]);
    const from = source && [source.name, source.version];
    yield [
      type,
      name,
      version,
      purl,
      arch,
      from,
      licenses,
      places,
      ownedBy,
      modularity ?? null,
      vendor ?? null,
      ...claim,
    ];
  }
  // what is found is a function of what was given
  if (isScanResult(result)) yield ordered(result.inputs, null);
}
