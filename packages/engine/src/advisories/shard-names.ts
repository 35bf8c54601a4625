/** Which shard answers for a distro or a package type: the one table of names. */

export interface DistroName {
  readonly id: string;
  readonly version: string | null;
  readonly codename: string | null;
  /** tells CentOS Stream from CentOS Linux, which share an id and a version */
  readonly prettyName?: string | null;
}

/** Releases of Debian by codename, as the security tracker and os-release write it. */
export const debianReleases: Readonly<Record<string, string>> = {
  woody: '3.0',
  sarge: '3.1',
  etch: '4',
  lenny: '5',
  squeeze: '6',
  wheezy: '7',
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  duke: '15',
  sid: 'sid',
};

type Release = (distro: DistroName) => string | undefined;

const major: Release = ({ version }) => version?.match(/^\d+/)?.[0];
const majorMinor: Release = ({ version }) => version?.match(/^\d+\.\d+/)?.[0];

/** `15.3` is service pack 3 of 15; `15` is its first release, `16.0` that of 16. */
const servicePack: Release = ({ version }) => version?.match(/^\d+(?:\.\d+)?/)?.[0];

function debianRelease({ version, codename }: DistroName): string | undefined {
  const number = version?.match(/^(\d+)(\.\d+)?/);
  if (number?.[1] !== undefined) return Number(number[1]) < 4 ? number[0] : number[1];
  // testing and sid have no VERSION_ID; `--distro debian:sid` has nothing else
  const name = (codename ?? version ?? '').toLowerCase();
  return Object.hasOwn(debianReleases, name) ? debianReleases[name] : undefined;
}

/** Amazon Linux AMI is dated (`2018.03`); the later ones are 2, 2022 and 2023. */
function amazonRelease(distro: DistroName): string | undefined {
  return /^201\d\./.test(distro.version ?? '') ? '1' : major(distro);
}

/** CentOS Linux was rebuilt from RHEL; CentOS Stream, all there is from 9 on, comes before it and has no advisories. */
function centosRelease(distro: DistroName): string | undefined {
  const release = major(distro);
  return Number(release) > 8 || /\bstream\b/i.test(distro.prettyName ?? '') ? undefined : release;
}

function alpineRelease({ version }: DistroName): string | undefined {
  if (version === null) return undefined;
  // edge calls itself 3.24.0_alpha20260127 or edge
  if (version === 'edge' || /_alpha\d*$/.test(version)) return 'edge';
  return version.match(/^\d+\.\d+/)?.[0];
}

/** os-release id → prefix of its shards and how a release is read from VERSION_ID (null: there is one rolling release). Derivatives have advisories of their own, or none. */
const distros: Readonly<Record<string, { readonly prefix: string; readonly release: Release | null }>> = {
  debian: { prefix: 'debian', release: debianRelease },
  ubuntu: { prefix: 'ubuntu', release: majorMinor },
  alpine: { prefix: 'alpine', release: alpineRelease },
  arch: { prefix: 'arch', release: null },
  chainguard: { prefix: 'chainguard', release: null },
  minimos: { prefix: 'minimos', release: null },
  wolfi: { prefix: 'wolfi', release: null },
  almalinux: { prefix: 'almalinux', release: major },
  amzn: { prefix: 'amazon-linux', release: amazonRelease },
  azurelinux: { prefix: 'azurelinux', release: majorMinor },
  centos: { prefix: 'rhel', release: centosRelease },
  mariner: { prefix: 'mariner', release: majorMinor },
  ol: { prefix: 'oracle-linux', release: major },
  'opensuse-leap': { prefix: 'opensuse-leap', release: majorMinor },
  'opensuse-tumbleweed': { prefix: 'opensuse-tumbleweed', release: null },
  photon: { prefix: 'photon', release: majorMinor },
  rhel: { prefix: 'rhel', release: major },
  rocky: { prefix: 'rocky-linux', release: major },
  'sl-micro': { prefix: 'sle-micro', release: majorMinor },
  'sle-micro': { prefix: 'sle-micro', release: majorMinor },
  sles: { prefix: 'sles', release: servicePack },
};

/** Shard of a distro release; undefined: no feed speaks about it. */
export function distroShard(distro: DistroName): string | undefined {
  const known = Object.hasOwn(distros, distro.id) ? distros[distro.id] : undefined;
  if (known?.release === null) return known.prefix;
  const release = known?.release(distro);
  return known === undefined || release === undefined ? undefined : `${known.prefix}-${release.toLowerCase()}`;
}

/** Of each distro with advisories its os-release id and the name of its shards, for the reference. */
export function distrosWithFeeds(): { readonly id: string; readonly shard: string }[] {
  const of = Object.entries(distros).map(([id, { prefix, release }]) => ({
    id,
    shard: release === null ? prefix : `${prefix}-RELEASE`,
  }));
  return of.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether any feed speaks about this distro at all; its release may still be unknown. */
export function distroFeedExists(distro: DistroName): boolean {
  return Object.hasOwn(distros, distro.id);
}

export interface EcosystemShard {
  readonly shard: string;
  /** version scheme of its records */
  readonly scheme: string;
}

/** purl type → shard */
const ecosystems: Readonly<Record<string, EcosystemShard>> = {
  npm: { shard: 'npm', scheme: 'npm' },
  pypi: { shard: 'pypi', scheme: 'pypi' },
  golang: { shard: 'go', scheme: 'semver' },
  maven: { shard: 'maven', scheme: 'maven' },
  gem: { shard: 'rubygems', scheme: 'rubygems' },
  cargo: { shard: 'crates.io', scheme: 'semver' },
  composer: { shard: 'packagist', scheme: 'packagist' },
  // Packagist has the same releases
  pear: { shard: 'packagist', scheme: 'packagist' },
  nuget: { shard: 'nuget', scheme: 'nuget' },
  bitnami: { shard: 'bitnami', scheme: 'bitnami' },
  hex: { shard: 'hex', scheme: 'semver' },
  pub: { shard: 'pub', scheme: 'pub' },
  cran: { shard: 'cran', scheme: 'cran' },
  hackage: { shard: 'hackage', scheme: 'hackage' },
  conan: { shard: 'conancenter', scheme: 'conan' },
  swift: { shard: 'swifturl', scheme: 'semver' },
  // the build counts, as with Pub: `8.4.0+0` comes before `8.4.0+1`
  julia: { shard: 'julia', scheme: 'pub' },
};

/** Shard of a package type (purl type); undefined: no feed for it. */
export function ecosystemShard(packageType: string): EcosystemShard | undefined {
  return Object.hasOwn(ecosystems, packageType) ? ecosystems[packageType] : undefined;
}

/** Shard with the ratings of a CVE; undefined: not a CVE id. */
export function ratingsShard(id: string): string | undefined {
  const year = /^CVE-(\d{4})-\d+$/.exec(id)?.[1];
  return year === undefined ? undefined : `ratings-${year}`;
}

/** Shard with the ratings of the CVEs that an advisory shard names: an image needs those of no other year and package. */
export function ratingsBeside(shard: string): string {
  return `${shard}-ratings`;
}

/** The advisory shard that a shard of ratings stands beside; undefined: it is none. */
export function besideOf(shard: string): string | undefined {
  return /^(.+)-ratings$/.exec(shard)?.[1];
}

/** Products that the NVD has under several names, by the one that the classifiers use. */
const sameProduct: Readonly<Record<string, string>> = {
  'igor_sysoev:nginx': 'f5:nginx',
  'mysql:mysql': 'oracle:mysql',
  'nginx:nginx': 'f5:nginx',
  'nodejs:nodejs': 'nodejs:node.js',
  'oracle:mysql_server': 'oracle:mysql',
  'pivotal_software:redis': 'redis:redis',
  'python_software_foundation:python': 'python:python',
  'redislabs:redis': 'redis:redis',
};

/** A product's name as the shards of the NVD's ranges key it: `vendor:product`. */
export function cpeProduct(vendor: string, product: string): string {
  const name = `${vendor}:${product}`.toLowerCase();
  return Object.hasOwn(sameProduct, name) ? sameProduct[name]! : name;
}

/** Shard with the ranges of a product (`nodejs:node.js` → `cpe-n`), by the product's first letter. */
export function cpeShard(product: string): string {
  return `cpe-${/:[^a-z0-9]*([a-z])/.exec(product)?.[1] ?? 'other'}`;
}

/** A package name as the shard keys it: PEP 503 for pypi, lower case where the registry does not tell case apart. */
export function shardPackageName(shard: string, name: string): string {
  switch (shard) {
    case 'pypi':
      return name.toLowerCase().replace(/[-_.]+/g, '-');
    case 'packagist':
      return name.toLowerCase().replace(/^pear\.php\.net\//, 'pear/');
    case 'nuget':
      return name.toLowerCase();
    default:
      return name;
  }
}
