import { type FileReader, type LiveFile, parsed } from '../cataloger.ts';
import type { Distro } from '../types.ts';
import { aptSuites } from './apt-suites.ts';
import { parseOsRelease, type ReleaseFields } from './os-release.ts';

/** What one file says: the distro, where its packages come from, or whose dpkg is. */
export type DistroFacts = Distro | { readonly suites: readonly string[] } | { readonly vendor: string };

/** Where a release states what it is, the most telling first. */
const sources: readonly { readonly path: string; readonly read: (text: string) => Distro | null }[] = [
  { path: 'etc/os-release', read: (text) => fromOsRelease(parseOsRelease(text)) },
  { path: 'usr/lib/os-release', read: (text) => fromOsRelease(parseOsRelease(text)) },
  { path: 'etc/alpine-release', read: (text) => release('alpine', firstWord(text), null) },
  { path: 'etc/lsb-release', read: (text) => fromLsbRelease(parseOsRelease(text)) },
  { path: 'etc/openwrt_release', read: (text) => fromLsbRelease(parseOsRelease(text)) },
  // these before what they are made from, whose files they keep
  { path: 'etc/devuan_version', read: (text) => fromDebianVersion(text, 'devuan') },
  { path: 'etc/debian_version', read: (text) => fromDebianVersion(text, 'debian') },
  // these before the general ones: Oracle's and others' say there what they are compatible with
  { path: 'etc/oracle-release', read: fromRedHatRelease },
  { path: 'etc/centos-release', read: fromRedHatRelease },
  { path: 'etc/fedora-release', read: fromRedHatRelease },
  { path: 'etc/SuSE-release', read: fromSuseRelease },
  { path: 'etc/photon-release', read: (text) => fromFirstLine(text, 'photon') },
  { path: 'etc/mariner-release', read: (text) => fromFirstLine(text, 'mariner') },
  { path: 'etc/azurelinux-release', read: (text) => fromFirstLine(text, 'azurelinux') },
  { path: 'etc/gentoo-release', read: (text) => fromFirstLine(text, 'gentoo') },
  { path: 'etc/arch-release', read: fromArchRelease },
  { path: 'etc/system-release', read: fromRedHatRelease },
  { path: 'etc/redhat-release', read: fromRedHatRelease },
];

/** Where apt takes packages from. */
const suiteSources = ['etc/apt/sources.list', 'etc/apt/sources.list.d/debian.sources'];

/** What distros that packages of dpkg come from say of themselves. */
const vendorDirectory = 'etc/dpkg/origins';

/** A link to the file of one of them; all derivatives of Debian keep `debian_version`. */
const vendorSource = `${vendorDirectory}/default`;

/** Reads what the image says of its distro. */
export const distroReader: FileReader<DistroFacts> = {
  name: 'distro',
  version: 3,
  maxBytes: 1024 * 1024,
  reads: [...sources.map(({ path }) => ({ path })), ...[...suiteSources, vendorSource].map((path) => ({ path }))],
  // for one small file the layer below all others would be read again
  linked: [{ directory: vendorDirectory }],
  parse(path, body) {
    const text = body.toString('utf8');
    if (path.startsWith(`${vendorDirectory}/`)) {
      const vendor = word(/^Vendor:[ \t]*(.*?)[ \t\r]*$/m.exec(text)?.[1]);
      return parsed(vendor === null ? null : { vendor: vendor.toLowerCase() });
    }
    if (!suiteSources.includes(path)) return parsed(sources.find((source) => source.path === path)?.read(text) ?? null);
    const suites = aptSuites(text);
    return parsed(suites.length > 0 ? { suites } : null);
  },
};

/** The distro as the first file that states one has it; null for an image that states none. */
export function detectDistro(files: readonly LiveFile<DistroFacts>[]): Distro | null {
  for (const { path } of sources) {
    const facts = files.find(({ as }) => as === path)?.facts;
    if (facts === undefined || !('id' in facts)) continue;
    if (path === 'etc/debian_version') return derivative(files) ?? debianUnstable(facts, files) ?? facts;
    return debianUnstable(facts, files) ?? facts;
  }
  return null;
}

/** A derivative that lost its os-release has Debian's version left, which is not its own. */
function derivative(files: readonly LiveFile<DistroFacts>[]): Distro | null {
  const id = files.flatMap(({ facts }) => ('vendor' in facts ? facts.vendor : []))[0];
  if (id === undefined || id === 'debian') return null;
  return { id, version: null, codename: null, prettyName: null, like: ['debian'] };
}

/** Debian's testing and unstable both call themselves by the name of the next release; only apt knows which it is. */
function debianUnstable(distro: Distro, files: readonly LiveFile<DistroFacts>[]): Distro | null {
  if (distro.id !== 'debian' || distro.version !== null) return null;
  const suites = files.flatMap(({ facts }) => ('suites' in facts ? facts.suites : []));
  const unstable = suites.length > 0 && suites.every((suite) => ['sid', 'unstable', 'experimental'].includes(suite));
  return unstable ? { ...distro, codename: 'sid' } : null;
}

function fromOsRelease(fields: ReleaseFields): Distro | null {
  const id = word(fields.get('ID'));
  if (id === null) return null;
  const prettyName = line(fields.get('PRETTY_NAME'));
  // derivatives name the release that they are made from there
  const ubuntu = id === 'ubuntu' ? word(fields.get('UBUNTU_CODENAME')) : null;
  // Debian before 2021: `Debian GNU/Linux buster/sid`
  const testing = id === 'debian' ? (/ ([a-z]{1,40})\/sid$/.exec(prettyName ?? '')?.[1] ?? null) : null;
  return {
    id,
    version: word(fields.get('VERSION_ID')),
    codename: word(fields.get('VERSION_CODENAME')) ?? ubuntu ?? testing,
    prettyName,
    like: (fields.get('ID_LIKE') ?? '').split(/\s+/).filter((name) => word(name) !== null),
  };
}

/** Ubuntu before 12.04 has no os-release. */
function fromLsbRelease(fields: ReleaseFields): Distro | null {
  const id = word(fields.get('DISTRIB_ID')?.toLowerCase());
  if (id === null) return null;
  const version = word(fields.get('DISTRIB_RELEASE'));
  const codename = word(fields.get('DISTRIB_CODENAME'));
  return { id, version, codename, prettyName: line(fields.get('DISTRIB_DESCRIPTION')), like: [] };
}

/** `12.5` is release 12; a testing system has `trixie/sid`. */
function fromDebianVersion(text: string, id: string): Distro | null {
  const stated = firstWord(text);
  if (stated === null) return null;
  const major = /^\d+/.exec(stated)?.[0] ?? null;
  return release(id, major, major === null ? (stated.split('/')[0] ?? null) : null);
}

/** `CBL-Mariner 2.0.20220226` is release 2.0, `VMware Photon OS 4.0` is 4.0. */
function fromFirstLine(text: string, id: string): Distro | null {
  const first = text.slice(0, 200).split('\n')[0]!.trim();
  const version = / (\d{1,10}(?:\.\d{1,10})?)(?:\.\d+)?$/.exec(first)?.[1];
  return version === undefined ? null : { id, version, codename: null, prettyName: line(first), like: [] };
}

const redHatNames: readonly (readonly [start: string, id: string])[] = [
  ['CentOS', 'centos'],
  ['Red Hat Enterprise Linux', 'rhel'],
  ['Fedora', 'fedora'],
  ['Amazon Linux', 'amzn'],
  ['Oracle Linux', 'ol'],
  ['Enterprise Linux Enterprise Linux', 'ol'],
  ['Scientific Linux', 'scientific'],
  ['Rocky Linux', 'rocky'],
  ['AlmaLinux', 'almalinux'],
];

/** `CentOS release 6.10 (Final)` */
function fromRedHatRelease(text: string): Distro | null {
  const first = text.slice(0, 200).split('\n')[0]!.trim();
  const id = redHatNames.find(([start]) => first.startsWith(start))?.[1];
  if (id === undefined) return null;
  const version = /\brelease (\d[\w.]*)/.exec(first)?.[1] ?? null;
  return { id, version, codename: null, prettyName: line(first), like: [] };
}

/** `SUSE Linux Enterprise Server 11 (x86_64)`, and lines `VERSION = 11` and `PATCHLEVEL = 4`. */
function fromSuseRelease(text: string): Distro | null {
  const lines = text.slice(0, 1000).split('\n');
  const first = lines[0]!.trim();
  const id = first.startsWith('SUSE Linux Enterprise') ? 'sles' : first.startsWith('openSUSE') ? 'opensuse' : null;
  const field = (name: string) => lines.find((each) => each.startsWith(`${name} =`))?.slice(name.length + 2);
  const version = word(field('VERSION')?.trim());
  if (id === null || version === null) return null;
  const patch = word(field('PATCHLEVEL')?.trim());
  const stated = patch === null || patch === '0' || version.includes('.') ? version : `${version}.${patch}`;
  return { id, version: stated, codename: null, prettyName: line(first), like: [] };
}

/** Empty; derivatives write their names. */
function fromArchRelease(text: string): Distro | null {
  return text.trim() === '' ? { id: 'arch', version: null, codename: null, prettyName: null, like: [] } : null;
}

function release(id: string, version: string | null, codename: string | null): Distro | null {
  return version === null && codename === null ? null : { id, version, codename, prettyName: null, like: [] };
}

function firstWord(text: string): string | null {
  return word(text.slice(0, 200).trim().split(/\s/)[0]);
}

/** One printable word, or null. */
function word(text: string | undefined): string | null {
  return text !== undefined && /^[\w.+~:/-]{1,100}$/.test(text) ? text : null;
}

/** One line of text for people, or null. */
function line(text: string | undefined): string | null {
  return text !== undefined && /^[^\u0000-\u001f\u007f]{1,200}$/.test(text) ? text : null;
}
