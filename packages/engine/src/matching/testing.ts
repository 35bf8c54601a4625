import type { AdvisoryRecord, RatingRecord, Statement, VersionRange } from '../advisories/types.ts';
import type { Distro, Inventory, Package } from '../inventory/types.ts';
import { enrich, type RiskSources } from './enrich.ts';
import { type MatchResult, matchInventory } from './match.ts';
import { type LookupPlan, type Naming, planLookups } from './plan.ts';
import type { Finding } from './types.ts';

/** Builders for the tests of this room: what a test does not name has a plain default. */

export const debian12: Distro = {
  id: 'debian',
  version: '12',
  codename: 'bookworm',
  prettyName: 'Debian 12',
  like: [],
};

export function distro(id: string, version: string | null): Distro {
  return { ...debian12, id, version, codename: null, prettyName: null };
}

export function pkg(type: string, name: string, version: string, more: Partial<Package> = {}): Package {
  const path = type === 'deb' ? '/var/lib/dpkg/status' : `/app/${name}`;
  return {
    type,
    name,
    version,
    purl: `pkg:${type}/${name}@${version}`,
    arch: null,
    source: null,
    licenses: [],
    locations: [{ path, layer: 'sha256:base' }],
    ownedBy: null,
    ...more,
  };
}

const nothing = { files: 0, bytes: 0, ownedFiles: 0, ownedBytes: 0 };

export function inventory(packages: readonly Package[], more: Partial<Inventory> = {}): Inventory {
  const layer = { digest: null, mediaType: 'tar', size: 1, verified: true };
  return {
    distro: debian12,
    packages,
    facts: { config: null, coverage: { executables: nothing, libraries: nothing } },
    incomplete: [],
    layers: [{ ...layer, diffId: 'sha256:base', instruction: 'ADD rootfs.tar /' }],
    ...more,
  };
}

export function before(fixed: string | null): VersionRange {
  return { introduced: null, fixed, lastAffected: null };
}

export function record(id: string, name: string, more: Partial<AdvisoryRecord> = {}): AdvisoryRecord {
  return {
    id,
    source: 'osv',
    aliases: [],
    bulletins: [],
    package: name,
    scheme: 'npm',
    ranges: [],
    versions: [],
    status: 'affected',
    labels: [],
    cvss: [],
    published: null,
    modified: null,
    fixedSince: null,
    malicious: false,
    cwes: [],
    ...more,
  };
}

export function tracker(
  id: string,
  name: string,
  fixed: string | null,
  more: Partial<AdvisoryRecord> = {},
): AdvisoryRecord {
  return record(id, name, { source: 'debian-tracker', scheme: 'deb', ranges: [before(fixed)], ...more });
}

export function rating(id: string, more: Partial<RatingRecord> = {}): RatingRecord {
  return { id, labels: [], cvss: [], cwes: [], published: null, rejected: false, ...more };
}

const ecosystems: Readonly<Record<string, { readonly shard: string; readonly scheme: string }>> = {
  maven: { shard: 'maven', scheme: 'maven' },
  npm: { shard: 'npm', scheme: 'npm' },
  pypi: { shard: 'pypi', scheme: 'pypi' },
  hackage: { shard: 'hackage', scheme: 'hackage' },
  composer: { shard: 'packagist', scheme: 'packagist' },
  swift: { shard: 'swifturl', scheme: 'semver' },
};

export const naming: Naming = {
  distroShard: ({ id, version }) =>
    version !== null && ['debian', 'alpine', 'almalinux'].includes(id) ? `${id}-${version}` : undefined,
  ecosystemShard: (type) => (Object.hasOwn(ecosystems, type) ? ecosystems[type] : undefined),
  shardPackageName: (shard, name) => (shard === 'pypi' ? name.toLowerCase().replace(/[-_.]+/g, '-') : name),
};

/** Shard name → records; keyed by package on the way. */
export type Shards = Readonly<Record<string, readonly AdvisoryRecord[]>>;

export function match(of: Inventory, shards: Shards): MatchResult & { readonly plan: LookupPlan } {
  const plan = planLookups(of, naming);
  const advisories = new Map(
    Object.entries(shards).map(([shard, records]) => [shard, Map.groupBy(records.map(alone), (said) => said.package)]),
  );
  return { plan, ...matchInventory({ inventory: of, plan, advisories }) };
}

/** A record as the statement of one vulnerability that a shard holds. */
export function alone({ id, ...rest }: AdvisoryRecord): Statement {
  return { ids: [id], ...rest };
}

export function findings(of: Inventory, shards: Shards, sources: Partial<RiskSources> = {}): Finding[] {
  return enrich(match(of, shards).candidates, { ratings: new Map(), kev: new Map(), kevAvailable: true, ...sources });
}
