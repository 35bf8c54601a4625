import type { TellDamage } from './header-blobs.ts';

/** Tags of rpm's headers that tell what is installed. */
export const tag = {
  sha1Header: 269,
  sha256Header: 273,
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  license: 1014,
  arch: 1022,
  oldFileNames: 1027,
  fileStates: 1029,
  fileDigests: 1035,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  fileDigestAlgorithm: 5011,
  modularityLabel: 5096,
} as const;

const wanted: ReadonlySet<number> = new Set(Object.values(tag));
const type = { int8: 2, int16: 3, int32: 4, string: 6, stringArray: 8, i18nString: 9 };
const entryBytes = 16;
/** as rpm itself (`HEADER_TAGS_MAX`) */
const maxEntries = 65_535;

interface Entry {
  readonly type: number;
  /** of the value, in the header */
  readonly at: number;
  readonly count: number;
}

/** A header: which of the tags it has, and where their values are. */
export interface RpmHeader {
  readonly blob: Buffer;
  readonly entries: ReadonlyMap<number, Entry>;
}

/**
 * Finds the values of a header: a list of entries (tag, type, offset, count) and the store that they point into, all
 * big-endian. A tag that stands twice was changed by the installation, and the later one counts.
 *
 * @returns null when it is no header
 * @see https://rpm-software-management.github.io/rpm/manual/hregions.html
 */
export function openHeader(blob: Buffer, damaged: TellDamage): RpmHeader | null {
  const count = blob.length < 8 ? 0 : blob.readUInt32BE(0);
  const store = 8 + count * entryBytes;
  if (count === 0 || count > maxEntries || store > blob.length) {
    damaged('a package has no readable header');
    return null;
  }
  if (store + blob.readUInt32BE(4) !== blob.length) damaged('a package’s header is not as long as it says');
  const entries = new Map<number, Entry>();
  for (let at = 8; at < store; at += entryBytes) {
    const number = blob.readUInt32BE(at);
    if (!wanted.has(number)) continue;
    const offset = store + blob.readUInt32BE(at + 8);
    if (offset >= blob.length) damaged('a value of a package’s header lies outside of it');
    else entries.set(number, { type: blob.readUInt32BE(at + 4), at: offset, count: blob.readUInt32BE(at + 12) });
  }
  return { blob, entries };
}

/** A text, or the first of several (translations); null when there is none. */
export function textOf({ blob, entries }: RpmHeader, number: number): string | null {
  const entry = entries.get(number);
  if (entry === undefined || entry.count === 0) return null;
  if (entry.type !== type.string && entry.type !== type.i18nString && entry.type !== type.stringArray) return null;
  const end = blob.indexOf(0, entry.at);
  return end < 0 ? null : blob.toString('utf8', entry.at, end);
}

/** The number at a place of an array; null when there is none. */
export function numberOf({ blob, entries }: RpmHeader, number: number, index = 0): number | null {
  const entry = entries.get(number);
  if (entry === undefined || index >= entry.count) return null;
  const width = entry.type === type.int32 ? 4 : entry.type === type.int16 ? 2 : entry.type <= type.int8 ? 1 : 0;
  const at = entry.at + index * width;
  return width === 0 || at + width > blob.length ? null : blob.readUIntBE(at, width);
}

/** Texts of an array at the places asked for, which go up; those beyond its end are left out. */
export function textsAt(header: RpmHeader, number: number, places: readonly number[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  let next = 0;
  eachText(header, number, (start, end, index) => {
    if (index === places[next]) {
      found.set(index, header.blob.toString('utf8', start, end));
      next += 1;
    }
    return next < places.length;
  });
  return found;
}

/** Goes over the texts of an array without decoding them, until told to stop. */
export function eachText(
  { blob, entries }: RpmHeader,
  number: number,
  visit: (start: number, end: number, index: number) => boolean,
): void {
  const entry = entries.get(number);
  if (entry === undefined || entry.type !== type.stringArray) return;
  let start = entry.at;
  let index = 0;
  for (let at = start; at < blob.length && index < entry.count; at += 1) {
    if (blob[at] !== 0) continue;
    if (!visit(start, at, index)) return;
    start = at + 1;
    index += 1;
  }
}
