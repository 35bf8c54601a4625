import type { Executable } from '../binary/executable.ts';
import { CatalogError } from '../error.ts';

/** What a distro's build wrote into an executable: the package that it belongs to. */
export interface PackageNote {
  /** `deb`, `rpm` … as the note says */
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string | null;
  /** ID of the distro, in lower case */
  readonly os: string | null;
  readonly osVersion: string | null;
}

const noteType = 0xcafe1a7e;
const owner = 'FDO\0';
/** Notes have 200 bytes. */
const maxNoteBytes = 64 * 1024;
const longestField = 256;

/**
 * Reads the package note of an executable.
 *
 * @returns null where there is none
 * @throws CatalogError when it is damaged
 * @see https://uapi-group.org/specifications/specs/package_metadata_for_executable_files/
 */
export function readPackageNote({ elf, parts }: Executable): PackageNote | null {
  const section = elf.section('.note.package');
  if (section === undefined) return null;
  const bytes = section.size > maxNoteBytes ? null : parts.read(section.offset, section.size);
  if (bytes === null) throw damaged('it is too large or out of reach');
  const text = noteText(bytes, elf.bigEndian);
  return text === null ? null : noteOf(text);
}

function damaged(why: string): CatalogError {
  return new CatalogError('package-manifest-damaged', `the package note of this executable is damaged: ${why}`);
}

/** The description of the first note of the right owner and type. */
function noteText(bytes: Buffer, big: boolean): string | null {
  const int = (at: number) => (big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  for (let at = 0; at + 12 <= bytes.length; ) {
    const [nameSize, size, type] = [int(at), int(at + 4), int(at + 8)];
    const start = at + 12 + padded(nameSize);
    if (start + size > bytes.length) throw damaged('it ends early');
    if (type === noteType && bytes.toString('latin1', at + 12, at + 12 + nameSize) === owner) {
      return bytes.toString('utf8', start, start + size).replace(/\0+$/, '');
    }
    at = start + padded(size);
  }
  return null;
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function noteOf(text: string): PackageNote | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged('it is no JSON');
  }
  if (typeof json !== 'object' || json === null) throw damaged('it is no JSON object');
  const fields = new Map(Object.entries(json));
  const field = (name: string) => {
    const value: unknown = fields.get(name);
    return typeof value === 'string' && isWord(value) ? value : null;
  };
  const [type, name, version] = [field('type'), field('name'), field('version')];
  if (type === null || name === null || version === null) return null;
  const [cpeId, cpeVersion] = osOfCpe(field('osCpe') ?? '');
  return {
    type: type.toLowerCase(),
    name,
    version,
    architecture: field('architecture'),
    os: (field('os') ?? cpeId)?.toLowerCase() ?? null,
    osVersion: field('osVersion') ?? cpeVersion,
  };
}

/** Vendors of CPEs whose distro goes by another ID. */
const idOfVendor: Readonly<Record<string, string>> = { fedoraproject: 'fedora', redhat: 'rhel' };

/** `cpe:/o:fedoraproject:fedora:40` and `cpe:2.3:o:debian:debian_linux:12:…` */
function osOfCpe(cpe: string): readonly [id: string | null, version: string | null] {
  const parts = /^cpe:(?:2\.3:|\/)o:([^:]+):[^:]+(?::([^:]+))?/.exec(cpe);
  const vendor = parts?.[1];
  const version = parts?.[2];
  return [
    vendor === undefined ? null : (idOfVendor[vendor] ?? vendor),
    version === undefined || version === '*' ? null : version,
  ];
}

function isWord(text: string): boolean {
  return text !== '' && text.length <= longestField && !/[\s\p{C}]/u.test(text);
}
