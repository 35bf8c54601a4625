import { sourceKeyPrefix } from '../advisories/types.ts';
import type { Distro, Incomplete, Inventory, Package } from '../inventory/types.ts';
import { parseOnce } from '../versions/parse-once.ts';
import { findScheme } from '../versions/schemes.ts';
import { isForeign } from './distro-vendor.ts';

/** Which shard answers for what, and how it writes names; made by the advisories room, passed in. */
export interface Naming {
  /** undefined: no feed speaks about this distro release */
  distroShard(distro: Distro): string | undefined;
  /** undefined: no feed for this package type */
  ecosystemShard(packageType: string): { readonly shard: string; readonly scheme: string } | undefined;
  /** where a program that no package owns is looked up; undefined: nobody speaks about it; null: it is judged as another package */
  softwareShard?(
    pkg: Package,
  ): { readonly shard: string; readonly scheme: string; readonly name: string } | null | undefined;
  /** a package name as the shard keys it (PEP 503 for pypi …) */
  shardPackageName(shard: string, name: string): string;
}

/** How one package is looked up. */
export interface PackageLookup {
  readonly package: Package;
  readonly shard: string;
  /** as the shard keys it */
  readonly name: string;
  /** what is compared: the source package's version where the source is looked up */
  readonly version: string;
  readonly scheme: string;
  readonly via: 'source' | 'package';
  /** rpm: the source package, of which the same shard may speak besides; `epoch` is false where the version lacks it */
  readonly source?: { readonly name: string; readonly version: string; readonly epoch: boolean };
  /** installed by the distro's package manager */
  readonly distro: boolean;
}

/** What an inventory needs to be judged. */
export interface LookupPlan {
  /** null: no distro, or none that a feed speaks about */
  readonly distroShard: string | null;
  /** a distro for which no feed exists: the scan cannot pass */
  readonly noFeedDistro: Distro | null;
  /** shards without which the scan cannot pass, sorted; ratings come on top, once the CVEs are known */
  readonly shards: readonly string[];
  /** shards about programs that no package owns: without them those are `no-feed`, sorted */
  readonly software: readonly string[];
  /** names to look up, by shard; sorted, each once */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** packages that can be judged, in the order of the inventory */
  readonly lookups: readonly PackageLookup[];
  /** what cannot be judged, sorted by code, path, message */
  readonly incomplete: readonly Incomplete[];
}

/** Package types that a distro's package manager installs; their scheme has the same name. */
export const distroTypes: readonly string[] = ['deb', 'apk', 'rpm', 'alpm', 'opkg'];

/** Types whose feeds speak of source packages (apk: the origin). Binary names would hit other sources of the same name. */
const keyedBySource: readonly string[] = ['deb', 'apk'];

/** Distros whose feeds speak about one type alone: a `.deb` that lies in an Alpine image is not Alpine's. */
const ownType: Readonly<Record<string, string>> = {
  debian: 'deb',
  ubuntu: 'deb',
  alpine: 'apk',
  chainguard: 'apk',
  minimos: 'apk',
  wolfi: 'apk',
  arch: 'alpm',
  almalinux: 'rpm',
  amzn: 'rpm',
  azurelinux: 'rpm',
  centos: 'rpm',
  mariner: 'rpm',
  ol: 'rpm',
  'opensuse-leap': 'rpm',
  'opensuse-tumbleweed': 'rpm',
  photon: 'rpm',
  rhel: 'rpm',
  'sl-micro': 'rpm',
  'sle-micro': 'rpm',
  sles: 'rpm',
  rocky: 'rpm',
};

/**
 * Finds out which shards and which names an inventory needs. Whatever cannot be judged stands in `incomplete`, or makes
 * `noFeedDistro`: no package is dropped without a word.
 *
 * @param inventory packages and distro
 * @param naming where the advisories of a distro or package type are
 */
export function planLookups(
  inventory: Pick<Inventory, 'distro' | 'packages' | 'incomplete'>,
  naming: Naming,
): LookupPlan {
  const { distro } = inventory;
  const distroShard = (distro && naming.distroShard(distro)) ?? null;
  const gaps = new Gaps();
  const lookups: PackageLookup[] = [];
  const shards = new Set<string>();
  const software = new Set<string>();
  if (distro) shards.add('eol');
  if (distroShard !== null) shards.add(distroShard);
  for (const pkg of inventory.packages) {
    const target = distroTypes.includes(pkg.type)
      ? distroTarget(pkg, distro, distroShard, naming, gaps)
      : ecosystemTarget(pkg, naming, gaps);
    if (!target) continue;
    if (target.scheme === softwareScheme) software.add(target.shard);
    else shards.add(target.shard);
    const scheme = findScheme(target.scheme);
    if (!scheme) gaps.count('not-comparable', pkg.type);
    else if (parseOnce(scheme, target.version) === undefined) gaps.unparsed(pkg, target.version);
    else lookups.push(target);
  }
  // Nothing to look up, nothing that could be known to be exploited: an empty image needs no advisories.
  if (lookups.length > 0) shards.add('kev');
  if (gaps.distroless && !inventory.incomplete.some(({ code }) => code === 'distro-unknown')) gaps.unknownDistro();
  return {
    distroShard,
    noFeedDistro: distro && distroShard === null ? distro : null,
    shards: [...shards].sort(),
    software: [...software].sort(),
    names: namesByShard(lookups),
    lookups,
    incomplete: gaps.entries(),
  };
}

/** Of versions of software that belongs to no ecosystem. */
const softwareScheme = 'generic';

/** Says of programs that no package owns that nobody judged them, where the shard about them is not at hand. */
export function unjudgedSoftware(plan: LookupPlan, atHand: (shard: string) => boolean): Incomplete[] {
  return plan.software
    .filter((shard) => !atHand(shard))
    .map((shard): Incomplete => {
      const packages = plan.lookups.filter((lookup) => lookup.shard === shard).map((lookup) => lookup.package);
      const names = [...new Set(packages.map(({ name }) => name))].sort().join(', ');
      const message = `${packages.length} generic ${packages.length === 1 ? 'package was' : 'packages were'} not judged (${names}): the NVD's ranges of them are not at hand; run "plimsoll db build --only ${shard}"`;
      return { code: 'no-feed', message };
    });
}

function distroTarget(
  pkg: Package,
  distro: Distro | null,
  shard: string | null,
  naming: Naming,
  gaps: Gaps,
): PackageLookup | undefined {
  if (!distro) gaps.distroless = true;
  // Without a shard the whole distro is `noFeedDistro`.
  if (!distro || shard === null) return undefined;
  if (pkg.type !== (ownType[distro.id] ?? pkg.type)) {
    gaps.count('no-feed', pkg.type);
    return undefined;
  }
  if (isForeign(pkg, distro)) {
    gaps.foreign(pkg.vendor ?? '');
    return undefined;
  }
  const bySource = keyedBySource.includes(pkg.type) && pkg.source !== null;
  const { name, version } = bySource && pkg.source ? pkg.source : pkg;
  const source = pkg.type === 'rpm' ? rpmSource(pkg) : undefined;
  return {
    package: pkg,
    shard,
    name: naming.shardPackageName(shard, name),
    version,
    scheme: pkg.type,
    via: bySource ? 'source' : 'package',
    distro: true,
    ...(source && { source }),
  };
}

/** A source rpm's file name lacks the epoch; a binary of the same version and release has the same. */
function rpmSource({ version, source }: Package): PackageLookup['source'] {
  if (source === null) return undefined;
  const same = version.replace(/^\d+:/, '') === source.version;
  return { name: `${sourceKeyPrefix}${source.name}`, version: same ? version : source.version, epoch: same };
}

function ecosystemTarget(pkg: Package, naming: Naming, gaps: Gaps): PackageLookup | undefined {
  const software = naming.softwareShard?.(pkg);
  if (software === null) return undefined;
  const place = software ?? naming.ecosystemShard(pkg.type);
  if (place === undefined) {
    gaps.count('no-feed', pkg.type);
    return undefined;
  }
  const { shard, scheme } = place;
  const name = naming.shardPackageName(shard, software?.name ?? pkg.name);
  return { package: pkg, shard, name, version: pkg.version, scheme, via: 'package', distro: false };
}

function namesByShard(lookups: readonly PackageLookup[]): Map<string, readonly string[]> {
  const sets = new Map<string, Set<string>>();
  for (const { shard, name, source } of lookups) {
    let names = sets.get(shard);
    if (names === undefined) {
      names = new Set();
      sets.set(shard, names);
    }
    names.add(name);
    if (source !== undefined) names.add(source.name);
  }
  const shards = [...sets].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(shards.map(([shard, names]) => [shard, [...names].sort()]));
}

const unknownDistro = 'the image has packages of a distro, but does not say which release it is: they were not judged';

/** Whether planning or matching says so, and not what read the image. */
export function isOfMatching({ code, message }: Incomplete): boolean {
  if (code === 'distro-unknown') return message === unknownDistro;
  return code === 'no-feed' || code === 'not-comparable' || code === 'version-unparsed';
}

/** Collects what cannot be judged: one entry per package type, or per package whose version cannot be read. */
class Gaps {
  readonly #counts = new Map<string, { code: 'no-feed' | 'not-comparable'; type: string; packages: number }>();
  readonly #vendors = new Map<string, number>();
  readonly #single: Incomplete[] = [];
  /** distro packages were seen, and no distro */
  distroless = false;

  count(code: 'no-feed' | 'not-comparable', type: string): void {
    const key = `${code} ${type}`;
    const entry = this.#counts.get(key) ?? { code, type, packages: 0 };
    entry.packages += 1;
    this.#counts.set(key, entry);
  }

  /** an rpm package that somebody else than the distro built */
  foreign(vendor: string): void {
    this.#vendors.set(vendor, (this.#vendors.get(vendor) ?? 0) + 1);
  }

  unparsed(pkg: Package, version: string): void {
    const [location] = pkg.locations;
    this.#single.push({
      code: 'version-unparsed',
      message: `the version ${JSON.stringify(version)} of ${pkg.type} package ${pkg.name} cannot be read: it was not judged`,
      ...(location && { path: location.path }),
      ...(location?.layer && { layer: location.layer }),
    });
  }

  unknownDistro(): void {
    this.#single.push({ code: 'distro-unknown', message: unknownDistro });
  }

  entries(): Incomplete[] {
    const counted = [...this.#counts.values()].map(({ code, type, packages }): Incomplete => {
      const reason =
        code === 'no-feed' ? 'no feed speaks about this type' : 'versions of this type cannot be compared yet';
      const noun = packages === 1 ? 'package was' : 'packages were';
      return { code, message: `${packages} ${type} ${noun} not judged: ${reason}` };
    });
    const foreign = [...this.#vendors].map(([vendor, packages]): Incomplete => {
      const noun = packages === 1 ? 'package' : 'packages';
      const message = `${packages} rpm ${noun} of ${JSON.stringify(vendor)} not judged: the distro's feed speaks about its own packages`;
      return { code: 'no-feed', message };
    });
    return sortIncomplete([...counted, ...foreign, ...this.#single]);
  }
}

/** By code, path, message, in code unit order. */
export function sortIncomplete(entries: readonly Incomplete[]): Incomplete[] {
  const key = ({ code, path, message, layer }: Incomplete): string =>
    [code, path ?? '', message, layer ?? ''].join('\0');
  return entries.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
