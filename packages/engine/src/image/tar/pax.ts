import { ImageError } from '../error.ts';
import { decodeName } from './tar-text.ts';

/** The records of a PAX extended header that matter here. Absent: not given, or given empty (which removes it). */
export interface PaxRecords {
  path?: string;
  linkpath?: string;
  size?: number;
  uid?: number;
  gid?: number;
  /** any of GNU's sparse forms */
  sparse?: true;
  /** GNU's real name of a sparse file */
  sparseName?: string;
  sparseSize?: number;
}

/**
 * Reads `LENGTH KEY=VALUE\n` records. Extended attributes (`SCHILY.xattr.*`), times and other keys are passed over.
 *
 * @throws ImageError `CORRUPT`
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03
 */
export function readPax(body: Buffer, what: string): PaxRecords {
  const records: PaxRecords = {};
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
    apply(records, body.toString('latin1', space + 1, equals), body, equals + 1, end - 1, what);
    at = end;
  }
  return records;
}

function apply(records: PaxRecords, key: string, body: Buffer, start: number, end: number, what: string): void {
  const text = () => decodeName(body, start, end);
  const amount = () => {
    const value = decimal(body.toString('latin1', start, Math.min(end, start + 32)));
    if (value < 0) {
      throw new ImageError('CORRUPT', `${what}: damaged tar header (PAX record ${key} is no number)`);
    }
    return value;
  };
  if (key.startsWith('GNU.sparse.')) {
    records.sparse = true;
    if (key === 'GNU.sparse.name') {
      records.sparseName = text();
    } else if (key === 'GNU.sparse.realsize' || key === 'GNU.sparse.size') {
      records.sparseSize = amount();
    }
    return;
  }
  if (key === 'path' || key === 'linkpath') {
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
