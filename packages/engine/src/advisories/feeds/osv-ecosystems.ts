import { debianReleases } from '../shard-names.ts';

export interface OsvEcosystem {
  /** as OSV writes it, without the release */
  readonly name: string;
  /** shard, or its prefix where releases have shards of their own */
  readonly prefix: string;
  /** version scheme */
  readonly scheme: string;
  /** how a release after the colon is written in the shard's name; absent: the ecosystem is one shard */
  readonly release?: (suffix: string) => string;
  readonly license: string;
  /** archive beside the release's own that an entry is about, by what stands after the colon and its package URL */
  readonly channel?: (suffix: string, purl: string) => string | undefined;
  /** ids of the distro's own records on one CVE each, where bulletins (USN) stand beside them in the same archive */
  readonly distroRecord?: RegExp;
  /** rpm: its records name source packages */
  readonly keyedBySource?: true;
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9._+]+/g, '-')
    .replace(/^-|-$/g, '');

/** of an LTS release, with the archives that only Ubuntu Pro opens */
const ubuntuPro = /^Pro:(?=\d\d\.\d\d(?::LTS)?$)/;

/** `22.04:LTS` and `Pro:22.04:LTS` → `22.04`, `Pro:FIPS:22.04:LTS` → `pro-fips-22.04` */
const ubuntuRelease = (suffix: string): string =>
  slug(
    suffix
      .replace(ubuntuPro, '')
      .split(':')
      .filter((part) => part !== 'LTS')
      .join('-'),
  );
const ubuntuChannel = (suffix: string, purl: string): string | undefined =>
  ubuntuPro.test(suffix) ? (/[?&]distro=(esm-(?:apps|infra))(?:\/|%2F)/i.exec(purl)?.[1] ?? 'esm') : undefined;

const debianRelease = (suffix: string): string => {
  const number = suffix.replace(/^(\d+)\.0$/, '$1');
  return Number(suffix) < 4 ? suffix : (debianReleases[suffix.toLowerCase()] ?? slug(number));
};

const ghsa = 'GitHub Advisory Database, CC-BY-4.0';
const malicious = 'OpenSSF Malicious Packages, Apache-2.0';

/** Ecosystems of OSV whose names, schemes or licences are known; others are stored under their own name. */
export const osvEcosystems: readonly OsvEcosystem[] = [
  { name: 'npm', prefix: 'npm', scheme: 'npm', license: `${ghsa}; ${malicious}` },
  { name: 'PyPI', prefix: 'pypi', scheme: 'pypi', license: `PyPA Advisory Database, CC-BY-4.0; ${ghsa}; ${malicious}` },
  {
    name: 'Go',
    prefix: 'go',
    scheme: 'semver',
    license: `Go Vulnerability Database, CC-BY-4.0; ${ghsa}; ${malicious}`,
  },
  { name: 'Maven', prefix: 'maven', scheme: 'maven', license: `${ghsa}; ${malicious}` },
  {
    name: 'crates.io',
    prefix: 'crates.io',
    scheme: 'semver',
    license: `RustSec Advisory Database, CC0-1.0; ${ghsa}; ${malicious}`,
  },
  { name: 'RubyGems', prefix: 'rubygems', scheme: 'rubygems', license: `${ghsa}; ${malicious}` },
  { name: 'Packagist', prefix: 'packagist', scheme: 'packagist', license: `${ghsa}; ${malicious}` },
  { name: 'NuGet', prefix: 'nuget', scheme: 'nuget', license: `${ghsa}; ${malicious}` },
  { name: 'Bitnami', prefix: 'bitnami', scheme: 'bitnami', license: 'Bitnami Vulnerability Database, Apache-2.0' },
  { name: 'Hex', prefix: 'hex', scheme: 'semver', license: ghsa },
  { name: 'Pub', prefix: 'pub', scheme: 'pub', license: ghsa },
  { name: 'SwiftURL', prefix: 'swifturl', scheme: 'semver', license: ghsa },
  { name: 'GitHub Actions', prefix: 'github-actions', scheme: 'semver', license: ghsa },
  { name: 'CRAN', prefix: 'cran', scheme: 'cran', license: 'R Consortium Advisory Database, Apache-2.0' },
  { name: 'Hackage', prefix: 'hackage', scheme: 'hackage', license: 'Haskell Security Advisories, CC0-1.0' },
  { name: 'Julia', prefix: 'julia', scheme: 'pub', license: 'Julia Security Advisories, CC-BY-4.0' },
  { name: 'ConanCenter', prefix: 'conancenter', scheme: 'conan', license: 'OSV, CC-BY-4.0' },
  {
    name: 'Debian',
    prefix: 'debian',
    scheme: 'deb',
    release: debianRelease,
    license: 'Debian security advisories, MIT (Debian security tracker)',
  },
  {
    name: 'Ubuntu',
    prefix: 'ubuntu',
    scheme: 'deb',
    release: ubuntuRelease,
    channel: ubuntuChannel,
    license: 'Ubuntu CVE Tracker, CC-BY-SA-4.0',
    distroRecord: /^UBUNTU-CVE-/,
  },
  { name: 'AlmaLinux', prefix: 'almalinux', scheme: 'rpm', release: slug, license: 'AlmaLinux OSV database, MIT' },
  {
    name: 'Rocky Linux',
    prefix: 'rocky-linux',
    scheme: 'rpm',
    release: slug,
    license: 'Rocky Linux errata, BSD-3-Clause',
    keyedBySource: true,
  },
  { name: 'Mageia', prefix: 'mageia', scheme: 'rpm', release: slug, license: 'Mageia advisories, CC-BY-SA-4.0' },
  { name: 'openEuler', prefix: 'openeuler', scheme: 'rpm', release: slug, license: 'openEuler security data' },
  { name: 'MinimOS', prefix: 'minimos', scheme: 'apk', license: 'MinimOS advisories' },
];

/** Copies of feeds that are read at their origin, and bases that name no installable packages. */
export const osvIgnored: ReadonlySet<string> = new Set([
  'Debian',
  'Alpine',
  'Azure Linux',
  'Photon OS',
  'Red Hat',
  'SUSE',
  'openSUSE',
  'Chainguard',
  'Wolfi',
  'GIT',
  'Linux',
  'Android',
  'OSS-Fuzz',
  'UVI',
]);

export function osvEcosystem(name: string): OsvEcosystem {
  return (
    osvEcosystems.find((ecosystem) => ecosystem.name === name) ?? {
      name,
      prefix: slug(name),
      scheme: slug(name),
      license: 'OSV, CC-BY-4.0',
    }
  );
}

/** Shard of an OSV ecosystem string (`Ubuntu:22.04:LTS`); undefined: it belongs to another ecosystem. */
export function osvShard(ecosystem: OsvEcosystem, text: string): string | undefined {
  const colon = text.indexOf(':');
  const base = colon === -1 ? text : text.slice(0, colon);
  if (base !== ecosystem.name) return undefined;
  if (ecosystem.release === undefined || colon === -1) return ecosystem.prefix;
  return `${ecosystem.prefix}-${ecosystem.release(text.slice(colon + 1))}`;
}

/** Whether a shard can come from this ecosystem. */
export function osvMakes(ecosystem: OsvEcosystem, shard: string): boolean {
  return ecosystem.release === undefined ? shard === ecosystem.prefix : shard.startsWith(`${ecosystem.prefix}-`);
}
