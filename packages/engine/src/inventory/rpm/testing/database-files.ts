import { DatabaseSync } from 'node:sqlite';
import { tag } from '../rpm-header.ts';

/** Values of one package's header; numbers become INT32, lists STRING_ARRAY or INT32 arrays. */
export type HeaderValues = Partial<Record<keyof typeof tag, string | number | readonly string[] | readonly number[]>>;

/** A header as rpm keeps it. */
export function headerOf(values: HeaderValues): Buffer {
  const parts: Buffer[] = [];
  const entries: number[][] = [];
  let length = 0;
  for (const [name, value] of Object.entries(values)) {
    const list = Array.isArray(value) ? value : [value];
    const numbers = typeof list[0] === 'number';
    if (numbers && length % 4 !== 0) {
      parts.push(Buffer.alloc(4 - (length % 4)));
      length += 4 - (length % 4);
    }
    const type = numbers ? 4 : Array.isArray(value) ? 8 : 6;
    entries.push([tag[name as keyof typeof tag], type, length, list.length]);
    const bytes = numbers ? words(list as number[]) : Buffer.from(list.map((text) => `${text}\0`).join(''));
    parts.push(bytes);
    length += bytes.length;
  }
  return Buffer.concat([words([entries.length, length]), words(entries.flat()), ...parts]);
}

/** A header of a plain package, with as many bytes of licence as it takes to need more than one page. */
export function plainHeader(name: string, more: HeaderValues = {}): Buffer {
  return headerOf({
    name,
    version: '1.0',
    release: '2',
    arch: 'noarch',
    license: 'MIT',
    sourceRpm: `${name}-1.0-2.src.rpm`,
    ...more,
  });
}

function words(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => void bytes.writeUInt32BE(number >>> 0, 4 * index));
  return bytes;
}

/** `rpmdb.sqlite`, by SQLite itself, marked as rpm's are (a write-ahead log is used). */
export function sqliteFile(headers: readonly Buffer[], pageSize = 4096): Buffer {
  const database = new DatabaseSync(':memory:');
  database.exec(`PRAGMA page_size = ${pageSize}`);
  database.exec(`CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)`);
  database.exec(`CREATE TABLE 'Name' (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)`);
  const insert = database.prepare(`INSERT INTO Packages (blob) VALUES (?)`);
  for (const header of headers) insert.run(header);
  const file = Buffer.from(database.serialize());
  database.close();
  file[18] = 2;
  file[19] = 2;
  return file;
}

/** `Packages.db` of rpm's own format, with as many slots as one page has. */
export function ndbFile(headers: readonly Buffer[]): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP', 0);
  slots.writeUInt32LE(1, 8);
  slots.writeUInt32LE(1, 12);
  slots.writeUInt32LE(headers.length + 1, 16);
  for (let at = 32; at < 4096; at += 16) slots.write('Slot', at);
  const blobs: Buffer[] = [];
  let block = 256;
  headers.forEach((header, index) => {
    const space = Math.ceil((16 + header.length + 12) / 16) * 16;
    const blob = Buffer.alloc(space);
    blob.write('BlbS', 0);
    blob.writeUInt32LE(index + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    header.copy(blob, 16);
    blob.writeUInt32LE(adler(blob.subarray(0, space - 12)), space - 12);
    blob.writeUInt32LE(header.length, space - 8);
    blob.write('BlbE', space - 4);
    slots.writeUInt32LE(index + 1, 36 + 16 * index);
    slots.writeUInt32LE(block, 40 + 16 * index);
    slots.writeUInt32LE(space / 16, 44 + 16 * index);
    blobs.push(blob);
    block += space / 16;
  });
  return Buffer.concat([slots, ...blobs]);
}

function adler(bytes: Buffer): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}

/** `Packages` of Berkeley DB: a metadata page, one page of items, and a chain of pages for each header. */
export function berkeleyFile(headers: readonly Buffer[], pageSize = 1024): Buffer {
  const room = pageSize - 26;
  const pages: Buffer[] = [];
  const page = (number: number, type: number, next = 0) => {
    const bytes = Buffer.alloc(pageSize);
    bytes.writeUInt32LE(number, 8);
    bytes.writeUInt32LE(next, 16);
    bytes[25] = type;
    return bytes;
  };
  const chains = headers.map((header) => {
    const first = 2 + pages.length;
    for (let at = 0; at < header.length; at += room) {
      const number = 2 + pages.length;
      const part = header.subarray(at, at + room);
      const bytes = page(number, 7, at + room < header.length ? number + 1 : 0);
      bytes.writeUInt16LE(part.length, 22);
      part.copy(bytes, 26);
      pages.push(bytes);
    }
    return { first, length: header.length };
  });
  const items = page(1, 13);
  let [at, count] = [pageSize, 0];
  const put = (item: Buffer) => {
    at -= item.length;
    item.copy(items, at);
    items.writeUInt16LE(at, 26 + 2 * count);
    count += 1;
  };
  const number = (value: number) => Buffer.from([1, value, 0, 0, 0]);
  put(number(0));
  put(number(headers.length));
  chains.forEach(({ first, length }, index) => {
    put(number(index + 1));
    const item = Buffer.alloc(12);
    item[0] = 3;
    item.writeUInt32LE(first, 4);
    item.writeUInt32LE(length, 8);
    put(item);
  });
  items.writeUInt16LE(count, 20);
  const meta = page(0, 8);
  meta.writeUInt32LE(0x00061561, 12);
  meta.writeUInt32LE(9, 16);
  meta.writeUInt32LE(pageSize, 20);
  meta.writeUInt32LE(1 + pages.length, 32);
  return Buffer.concat([meta, items, ...pages]);
}
