import { ImageError } from '../error.ts';
import { decodeName } from './tar-text.ts';

/** The records of a PAX extended header that matter here. Absent: not given, or given empty (which removes it). */
export interface PaxRecords {
  path?: string;
  linkpath?: string;
  size?: number;
  uid?: number;
  gid?: number;
  /** GNU's sparse forms, in those versions that the engines' reader knows */
  sparse?: { readonly name: string | null; readonly size: number | null };
  /** an attribute of overlay file systems that shows the content of another path */
  overlayMark?: true;
}

/** What `trusted.overlay.` or `user.overlay.` stands before. */
const overlayMarks = new Set(
  ['trusted', 'user'].flatMap((space) =>
    ['redirect', 'metacopy'].map((mark) => `SCHILY.xattr.${space}.overlay.${mark}`),
  ),
);

const sparsePrefix = 'GNU.sparse.';

/**
 * Reads `LENGTH KEY=VALUE\n` records. Times, most extended attributes and other keys are passed over.
 *
 * @throws ImageError `CORRUPT`
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03
 */
export function readPax(body: Buffer, what: string): PaxRecords {
  const records: PaxRecords = {};
  const sparse = new Map<string, string>();
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    // a length has at most 7 digits: the header itself is limited to 1 MiB
    const length = space > at && space - at <= 7 ? decimal(body.toString('latin1', at, space)) : -1;
    const end = at + length;
    const equals = body.indexOf(0x3d, space);
    if (length < 0 || end > body.length || equals < 0 || equals >= end || body[end - 1] !== 0x0a) {
      throw new ImageError('CORRUPT', `${what}: damaged tar header (malformed PAX record)`);
    }
    const key = body.toString('latin1', space + 1, equals);
    if (key.startsWith(sparsePrefix)) {
      sparse.set(key.slice(sparsePrefix.length), decodeName(body, equals + 1, end - 1));
    } else {
      apply(records, key, body, equals + 1, end - 1, what);
    }
    at = end;
  }
  if (isSparse(sparse)) {
    const size = sparse.get('size') || sparse.get('realsize');
    records.sparse = { name: sparse.get('name') || null, size: size ? amountOf(size, 'GNU.sparse.size', what) : null };
  }
  return records;
}

/** Where they state no version that is known, the records mean nothing: the file is what its header says. */
function isSparse(records: ReadonlyMap<string, string>): boolean {
  const major = records.get('major') ?? '';
  const minor = records.get('minor') ?? '';
  if (major === '' && minor === '') {
    return (records.get('map') ?? '') !== '' || records.has('offset') || records.has('numbytes');
  }
  return (major === '0' && (minor === '0' || minor === '1')) || (major === '1' && minor === '0');
}

function amountOf(text: string, key: string, what: string): number {
  const value = decimal(text);
  if (value < 0) {
    throw new ImageError('CORRUPT', `${what}: damaged tar header (PAX record ${key} is no number)`);
  }
  return value;
}

function apply(records: PaxRecords, key: string, body: Buffer, start: number, end: number, what: string): void {
  const text = () => decodeName(body, start, end);
  const amount = () => amountOf(body.toString('latin1', start, Math.min(end, start + 32)), key, what);
  if (overlayMarks.has(key)) {
    records.overlayMark = true;
  } else if (key === 'path' || key === 'linkpath') {
    set(records, key, start === end ? undefined : text());
  } else if (key === 'size' || key === 'uid' || key === 'gid') {
    set(records, key, start === end ? undefined : amount());
  }
}

function set<K extends keyof PaxRecords>(records: PaxRecords, key: K, value: PaxRecords[K] | undefined): void {
  if (value === undefined) {
    delete records[key];
  } else {
    records[key] = value;
  }
}

function decimal(text: string): number {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : -1;
  return Number.isSafeInteger(value) ? value : -1;
}
