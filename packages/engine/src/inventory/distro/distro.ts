import { type FileReader, type LiveFile, parsed } from '../cataloger.ts';
import type { Distro } from '../types.ts';
import { parseOsRelease, type ReleaseFields } from './os-release.ts';

/** Where a release states what it is, the most telling first. */
const sources: readonly { readonly path: string; readonly read: (text: string) => Distro | null }[] = [
  { path: 'etc/os-release', read: (text) => fromOsRelease(parseOsRelease(text)) },
  { path: 'usr/lib/os-release', read: (text) => fromOsRelease(parseOsRelease(text)) },
  { path: 'etc/alpine-release', read: (text) => release('alpine', firstWord(text), null) },
  { path: 'etc/lsb-release', read: (text) => fromLsbRelease(parseOsRelease(text)) },
  { path: 'etc/debian_version', read: fromDebianVersion },
  { path: 'etc/system-release', read: fromRedHatRelease },
  { path: 'etc/redhat-release', read: fromRedHatRelease },
];

/** Reads what the image says of its distro. */
export const distroReader: FileReader<Distro> = {
  name: 'distro',
  version: 1,
  maxBytes: 1024 * 1024,
  reads: sources.map(({ path }) => ({ path })),
  parse(path, body) {
    return parsed(sources.find((source) => source.path === path)?.read(body.toString('utf8')) ?? null);
  },
};

/** The distro as the first file that states one has it; null for an image that states none. */
export function detectDistro(files: readonly LiveFile<Distro>[]): Distro | null {
  for (const { path } of sources) {
    const file = files.find(({ as }) => as === path);
    if (file !== undefined) return file.facts;
  }
  return null;
}

function fromOsRelease(fields: ReleaseFields): Distro | null {
  const id = word(fields.get('ID'));
  if (id === null) return null;
  return {
    id,
    version: word(fields.get('VERSION_ID')),
    codename: word(fields.get('VERSION_CODENAME')) ?? word(fields.get('UBUNTU_CODENAME')),
    prettyName: line(fields.get('PRETTY_NAME')),
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
function fromDebianVersion(text: string): Distro | null {
  const stated = firstWord(text);
  if (stated === null) return null;
  const major = /^\d+/.exec(stated)?.[0] ?? null;
  return release('debian', major, major === null ? (stated.split('/')[0] ?? null) : null);
}

const redHatNames: readonly (readonly [start: string, id: string])[] = [
  ['CentOS', 'centos'],
  ['Red Hat Enterprise Linux', 'rhel'],
  ['Fedora', 'fedora'],
  ['Amazon Linux', 'amzn'],
  ['Oracle Linux', 'ol'],
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
