import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { AdvisoryError, reasonOf, throwIfAborted } from '../advisory-error.ts';
import type { ArchiveVisitor } from './archive-visitor.ts';

export interface ZipLimits {
  readonly maxEntries: number;
  /** bytes of one entry, inflated */
  readonly maxEntryBytes: number;
  /** bytes of the central directory */
  readonly maxDirectoryBytes: number;
  /** bytes of all entries, inflated: this often the archive's own, and no less than `minTotalBytes` */
  readonly maxRatio: number;
  readonly minTotalBytes: number;
}

export const zipLimits: ZipLimits = {
  maxEntries: 1_000_000,
  maxEntryBytes: 32 << 20,
  maxDirectoryBytes: 512 << 20,
  // archives of records inflate 3 to 20 times
  maxRatio: 200,
  minTotalBytes: 256 << 20,
};

export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated */
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

const entriesPerTurn = 256;
const eocdSize = 22;
const maxComment = 0xffff;
const localHeaderSize = 30;

/**
 * Visits the files of a zip archive in the order of the central directory. An entry over `maxEntryBytes` is refused;
 * nothing is inflated beyond the limit, whatever its header says.
 *
 * @param name of the feed's file, for messages
 * @throws AdvisoryError `feed-malformed` (truncated, damaged), `feed-too-large` (too many entries), `aborted`
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function readZip(
  name: string,
  path: string,
  visitor: ArchiveVisitor,
  signal?: AbortSignal,
  limits: ZipLimits = zipLimits,
): Promise<void> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw new AdvisoryError('feed-malformed', `${name}: cannot be read (${reasonOf(error)})`, error);
  }
  try {
    const size = fstatSync(fd).size;
    const most = Math.max(limits.minTotalBytes, size * limits.maxRatio);
    let done = 0;
    let total = 0;
    const entries = readDirectory(fd, size, name, limits);
    const shared = overlapping(entries);
    for (const entry of entries) {
      // reading is synchronous: now and then others (signals, progress) get their turn
      if (++done % entriesPerTurn === 0) await nextTurn();
      throwIfAborted(signal);
      if (entry.name.endsWith('/') || !visitor.wanted(entry.name)) continue;
      if (entry.size > limits.maxEntryBytes || entry.compressedSize > limits.maxEntryBytes) {
        visitor.refused(entry.name, `is larger than ${limits.maxEntryBytes} bytes`);
        continue;
      }
      if (shared.has(entry)) {
        visitor.refused(entry.name, 'lies over another file of the archive');
        continue;
      }
      total += entry.size;
      if (total > most) throw new AdvisoryError('feed-too-large', `${name}: inflates to more than ${most} bytes`);
      const body = readBody(fd, size, entry, name);
      if (body === undefined) visitor.refused(entry.name, 'cannot be inflated, or its size or checksum is wrong');
      else visitor.file(entry.name, body);
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * What the central directory lists, in its order.
 *
 * @param size of the file
 * @throws AdvisoryError `feed-malformed`, `feed-too-large`
 */
export function readDirectory(fd: number, size: number, name: string, limits: ZipLimits = zipLimits): ZipEntry[] {
  const { offset, length, entries } = findDirectory(fd, size, name);
  if (entries > limits.maxEntries || length > limits.maxDirectoryBytes) {
    throw new AdvisoryError(
      'feed-too-large',
      `${name}: the archive lists ${entries} files, more than ${limits.maxEntries}`,
    );
  }
  const directory = readAt(fd, offset, length, name);
  const out: ZipEntry[] = [];
  let at = 0;
  while (out.length < entries) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
      throw malformed(name, 'its directory is damaged');
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const end = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
    if (end > directory.length) throw malformed(name, 'its directory is cut off');
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    out.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      ...withZip64(extra, {
        size: directory.readUInt32LE(at + 24),
        compressedSize: directory.readUInt32LE(at + 20),
        headerOffset: directory.readUInt32LE(at + 42),
      }),
    });
    at = end;
  }
  return out;
}

/** Entries that share bytes with one before them: no archiver makes them, and a small file of them inflates without end. */
function overlapping(entries: readonly ZipEntry[]): ReadonlySet<ZipEntry> {
  const found = new Set<ZipEntry>();
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.headerOffset - b.headerOffset)) {
    if (entry.headerOffset < end) found.add(entry);
    end = Math.max(end, entry.headerOffset + localHeaderSize + entry.compressedSize);
  }
  return found;
}

type Sizes = Pick<ZipEntry, 'size' | 'compressedSize' | 'headerOffset'>;

/** 4.5.3: fields that are all ones in the directory stand in the extra field, in this order. */
function withZip64(extra: Buffer, sizes: Sizes): Sizes {
  let { size, compressedSize, headerOffset } = sizes;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const end = Math.min(at + 4 + extra.readUInt16LE(at + 2), extra.length);
    let field = at + 4;
    const next = (value: number): number => {
      if (value !== 0xffffffff || field + 8 > end) return value;
      field += 8;
      return Number(extra.readBigUInt64LE(field - 8));
    };
    size = next(size);
    compressedSize = next(compressedSize);
    headerOffset = next(headerOffset);
    break;
  }
  return { size, compressedSize, headerOffset };
}

function findDirectory(fd: number, size: number, name: string): { offset: number; length: number; entries: number } {
  const tailLength = Math.min(size, eocdSize + maxComment + 20);
  const tail = readAt(fd, size - tailLength, tailLength, name);
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (at === -1 || at + eocdSize > tail.length) {
    throw malformed(name, tail.length === 0 ? 'it is empty' : 'it is no zip archive, or truncated');
  }
  let entries = tail.readUInt16LE(at + 10);
  let length = tail.readUInt32LE(at + 12);
  let offset = tail.readUInt32LE(at + 16);
  const locator = at - 20;
  if (locator >= 0 && tail.readUInt32LE(locator) === 0x07064b50) {
    const at64 = Number(tail.readBigUInt64LE(locator + 8));
    if (at64 > size) throw malformed(name, 'its zip64 directory lies beyond its end');
    const record = readAt(fd, at64, 56, name);
    if (record.readUInt32LE(0) !== 0x06064b50) throw malformed(name, 'its zip64 directory is damaged');
    entries = Number(record.readBigUInt64LE(32));
    length = Number(record.readBigUInt64LE(40));
    offset = Number(record.readBigUInt64LE(48));
  }
  if (offset + length > size) throw malformed(name, 'its directory lies beyond its end');
  return { offset, length, entries };
}

/** undefined: damaged. */
function readBody(fd: number, fileSize: number, entry: ZipEntry, name: string): Buffer | undefined {
  const raw = readRaw(fd, fileSize, entry, name);
  const body = raw && (entry.method === 0 ? raw : entry.method === 8 ? inflate(raw, entry.size) : undefined);
  if (body === undefined || body.length !== entry.size || crc32(body) !== entry.crc) return undefined;
  return body;
}

/** The bytes of an entry as they lie in the archive; undefined: damaged. */
export function readRaw(fd: number, fileSize: number, entry: ZipEntry, name: string): Buffer | undefined {
  const start = entry.headerOffset;
  if (start + localHeaderSize + entry.compressedSize > fileSize) return undefined;
  // names and extra fields of local headers are short: one read gets header and body
  const guess = Math.min(localHeaderSize + 256 + entry.compressedSize, fileSize - start);
  let bytes = readAt(fd, start, guess, name);
  if (bytes.readUInt32LE(0) !== 0x04034b50) return undefined;
  const from = localHeaderSize + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
  const end = from + entry.compressedSize;
  if (start + end > fileSize) return undefined;
  if (end > bytes.length) bytes = readAt(fd, start, end, name);
  return bytes.subarray(from, end);
}

function inflate(raw: Buffer, size: number): Buffer | undefined {
  if (size === 0) return Buffer.alloc(0);
  try {
    return inflateRawSync(raw, { maxOutputLength: size });
  } catch {
    return undefined;
  }
}

function readAt(fd: number, offset: number, length: number, name: string): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let got = 0;
  while (got < length) {
    const read = readSync(fd, buffer, got, length - got, offset + got);
    if (read === 0) throw malformed(name, 'it is truncated');
    got += read;
  }
  return buffer;
}

function malformed(name: string, what: string): AdvisoryError {
  return new AdvisoryError('feed-malformed', `${name}: ${what}; fetch it again`);
}
