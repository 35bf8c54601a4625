import { JoinBuffer, SeenPages, type TellDamage } from './header-blobs.ts';

const magic = 'SQLite format 3\0';
const fileHead = 100;
const page = { innerIndex: 2, innerTable: 5, leafIndex: 10, leafTable: 13 };
/** A row of the schema: type, name, table, root page, SQL. */
const schemaColumns = { type: 0, name: 1, root: 3 };

interface Pages {
  readonly body: Buffer;
  readonly pageSize: number;
  /** of a page, without the bytes reserved at its end */
  readonly usable: number;
  readonly count: number;
  readonly seen: SeenPages;
  readonly join: JoinBuffer;
  readonly damaged: TellDamage;
}

/** A column of a row as it lies in the record; null for what is no integer, text or blob, or beyond the record. */
interface Column {
  readonly kind: 'integer' | 'text' | 'blob';
  readonly bytes: Buffer;
}

/** Whether this is an SQLite database. */
export function isSqlite(body: Buffer): boolean {
  return body.length >= fileHead && body.toString('latin1', 0, magic.length) === magic;
}

/**
 * The blobs in one column of one table, in the order of its rows, read from the file's bytes: no SQL of a hostile file is
 * ever run.
 *
 * @param table name as the schema has it
 * @param column position in the table, from 0
 * @see https://www.sqlite.org/fileformat2.html
 */
export function* sqliteBlobs(body: Buffer, table: string, column: number, damaged: TellDamage): Generator<Buffer> {
  const pages = openPages(body, damaged);
  if (pages === null) return;
  let root: number | null = null;
  for (const record of rows(pages, 1)) {
    const name = columnOf(record, schemaColumns.name);
    if (root !== null || columnOf(record, schemaColumns.type)?.bytes.toString('latin1') !== 'table') continue;
    if (name?.kind !== 'text' || name.bytes.toString('latin1') !== table) continue;
    const number = columnOf(record, schemaColumns.root);
    root = number?.kind === 'integer' && number.bytes.length <= 6 ? bigEndian(number.bytes) : 0;
  }
  if (root === null) return damaged(`it has no table ${table}`);
  for (const record of rows(pages, root)) {
    const found = columnOf(record, column);
    if (found?.kind === 'blob') yield found.bytes;
    else damaged('a row has no header');
  }
}

function openPages(body: Buffer, damaged: TellDamage): Pages | null {
  const stated = body.readUInt16BE(16);
  const pageSize = stated === 1 ? 65536 : stated;
  const usable = pageSize - body[20]!;
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0 || usable < 480) {
    damaged(`its pages cannot have ${pageSize} bytes`);
    return null;
  }
  const count = Math.floor(body.length / pageSize);
  // the size in the head counts when it was written by the last change
  const size = body.readUInt32BE(24) === body.readUInt32BE(92) ? body.readUInt32BE(28) : 0;
  if (count < size || body.length % pageSize !== 0) {
    damaged(`it is cut short: ${body.length} bytes of ${size * pageSize}`);
  }
  return { body, pageSize, usable, count, seen: new SeenPages(count + 1), join: new JoinBuffer(), damaged };
}

/** The records of a table's B-tree, in the order of their keys. A record lives until the next one is asked for. */
function* rows(pages: Pages, root: number): Generator<Buffer> {
  const { body, pageSize, count, seen, damaged } = pages;
  const waiting: number[] = [];
  const enter = (number: number) => {
    if (number >= 1 && number <= count && seen.enter(number)) waiting.push(number);
    else damaged(`a table leads to page ${number}, which is none of its own`);
  };
  enter(root);
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    const start = (number - 1) * pageSize;
    const head = start + (number === 1 ? fileHead : 0);
    const kind = body[head];
    const inner = kind === page.innerTable;
    if (!inner && kind !== page.leafTable) {
      damaged(`page ${number} belongs to no table`);
      continue;
    }
    const cells = body.readUInt16BE(head + 3);
    const list = head + (inner ? 12 : 8);
    if (list + 2 * cells > start + pageSize) {
      damaged(`page ${number} cannot have ${cells} rows`);
      continue;
    }
    if (inner) {
      const children: number[] = [];
      for (let cell = 0; cell < cells; cell += 1) {
        const at = start + body.readUInt16BE(list + 2 * cell);
        if (at + 4 <= start + pageSize) children.push(body.readUInt32BE(at));
        else damaged(`a row of page ${number} lies outside of it`);
      }
      children.push(body.readUInt32BE(head + 8));
      // the first child is taken first
      for (let child = children.pop(); child !== undefined; child = children.pop()) enter(child);
      continue;
    }
    let room = pageSize;
    for (let cell = 0; cell < cells; cell += 1) {
      const record = recordAt(pages, number, start + body.readUInt16BE(list + 2 * cell));
      if (record === null) continue;
      room -= record.local;
      if (room < 0) {
        damaged(`the rows of page ${number} overlap`);
        break;
      }
      yield record.bytes;
    }
  }
}

/** The record of one row: its beginning lies in the page, what does not fit in a chain of pages of its own. */
function recordAt(pages: Pages, number: number, at: number): { readonly bytes: Buffer; readonly local: number } | null {
  const { body, pageSize, usable, damaged } = pages;
  const end = (number - 1) * pageSize + usable;
  const size = varint(body, at, end);
  const key = size && varint(body, size.next, end);
  if (!size || !key || size.value > body.length) {
    damaged(`a row of page ${number} cannot be read`);
    return null;
  }
  const length = size.value;
  const most = usable - 35;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wished = least + ((length - least) % (usable - 4));
  const local = length <= most ? length : wished <= most ? wished : least;
  const start = key.next;
  if (start + local + (local < length ? 4 : 0) > end) {
    damaged(`a row of page ${number} lies outside of it`);
    return null;
  }
  if (local === length) return { bytes: body.subarray(start, start + length), local };
  const bytes = joinChain(pages, body.subarray(start, start + local), body.readUInt32BE(start + local), length);
  return bytes && { bytes, local };
}

function joinChain(pages: Pages, beginning: Buffer, first: number, length: number): Buffer | null {
  const { body, pageSize, usable, count, seen, join, damaged } = pages;
  const parts = [beginning];
  let filled = beginning.length;
  for (let number = first; filled < length; ) {
    if (number < 1 || number > count || !seen.enter(number)) {
      damaged(`a row leads to page ${number}, which is none of its own`);
      return null;
    }
    const at = (number - 1) * pageSize;
    const bytes = Math.min(usable - 4, length - filled);
    parts.push(body.subarray(at + 4, at + 4 + bytes));
    filled += bytes;
    number = body.readUInt32BE(at);
  }
  return join.join(parts, length);
}

/** One column of a record: a list of the columns' types stands before their values. */
function columnOf(record: Buffer, wanted: number): Column | null {
  const head = varint(record, 0, record.length);
  if (head === null || head.value > record.length) return null;
  let type = head.next;
  let value = head.value;
  for (let column = 0; type < head.value; column += 1) {
    const serial = varint(record, type, head.value);
    if (serial === null) return null;
    const length = lengthOf(serial.value);
    if (column === wanted) {
      const kind = serial.value < 12 ? 'integer' : serial.value % 2 === 0 ? 'blob' : 'text';
      if (value + length > record.length || serial.value === 0 || serial.value === 7) return null;
      return { kind, bytes: record.subarray(value, value + length) };
    }
    type = serial.next;
    value += length;
  }
  return null;
}

const integerLengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

function lengthOf(serial: number): number {
  return serial < 12 ? integerLengths[serial]! : Math.floor((serial - 12) / 2);
}

function bigEndian(bytes: Buffer): number {
  return bytes.length === 0 ? 0 : bytes.readUIntBE(0, bytes.length);
}

/** Up to 9 bytes of 7 bits, the highest first; beyond 2^53 the value is not exact, and larger than any file. */
function varint(bytes: Buffer, at: number, end: number): { readonly value: number; readonly next: number } | null {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    if (at + index >= end) return null;
    const byte = bytes[at + index]!;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return at + 8 < end ? { value: value * 256 + bytes[at + 8]!, next: at + 9 } : null;
}
