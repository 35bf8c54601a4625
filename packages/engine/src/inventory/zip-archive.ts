import { crc32, inflateRawSync } from 'node:zlib';
import type { FileParts } from '../image/types.ts';
import { CatalogError } from './error.ts';
import { uint16At, uint32At } from './whole-numbers.ts';

/** The bytes of an archive; what `read` returns is not written to while the archive is read. */
export type ZipBytes = Pick<FileParts, 'size' | 'read'>;

/** A file of a zip archive, as the central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated; others cannot be read */
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  /** bytes; what the directory claims */
  readonly compressedSize: number;
  /** bytes; what the directory claims */
  readonly size: number;
  /** of the local header, from the beginning of the archive's bytes */
  readonly offset: number;
}

interface Directory {
  readonly start: number;
  readonly end: number;
  /** what is added to every offset: the length of whatever was put before the archive (a shell script that starts it) */
  readonly base: number;
}

const endBytes = 22;
const end64Bytes = 56;
const locator64Bytes = 20;
const headerBytes = 46;
const localBytes = 30;
const maxCommentBytes = 0xffff;
const endSignature = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const signature = { local: 0x04034b50, header: 0x02014b50, end64: 0x06064b50, locator64: 0x07064b50 } as const;

/** Whether bytes begin as zip archives without a prefix do; an empty archive is its end record alone. */
export function beginsAsZip(archive: Buffer | ZipBytes): boolean {
  const zip = bytesOf(archive);
  if (zip.size < endBytes) return false;
  const bytes = reached(zip, 0, endBytes);
  return bytes.readUInt32LE(0) === signature.local || bytes.subarray(0, 4).equals(endSignature);
}

/**
 * The entries of a zip archive in the order of its central directory, which alone says what is in it: local headers that
 * no directory names are dead bytes. As in Java's own reader the directory ends where the end record begins, its sizes
 * count and its number of entries does not. Folders are entries whose name ends with `/`.
 *
 * @param passes told of the name of each entry, as bytes; those that it passes, which are most of a jar, are not yielded
 * @throws CatalogError where there is no directory, or at the first header that is damaged
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function* zipEntries(
  archive: Buffer | ZipBytes,
  passes: (bytes: Buffer, start: number, end: number) => boolean = () => false,
): Generator<ZipEntry> {
  const zip = bytesOf(archive);
  const { start, end: directoryEnd, base } = findDirectory(zip);
  const end = directoryEnd - start;
  const bytes = reached(zip, start, end);
  for (let at = 0; at < end; ) {
    if (at + headerBytes > end || uint32At(bytes, at) !== signature.header) {
      throw damaged(`its directory is damaged at byte ${start + at}`);
    }
    const nameEnd = at + headerBytes + uint16At(bytes, at + 28);
    const extraEnd = nameEnd + uint16At(bytes, at + 30);
    const next = extraEnd + uint16At(bytes, at + 32);
    if (next > end) throw damaged(`its directory is cut off at byte ${start + at}`);
    if (passes(bytes, at + headerBytes, nameEnd)) {
      at = next;
      continue;
    }
    const { size, compressedSize, offset } = withZip64(bytes.subarray(nameEnd, extraEnd), {
      size: bytes.readUInt32LE(at + 24),
      compressedSize: bytes.readUInt32LE(at + 20),
      offset: bytes.readUInt32LE(at + 42),
    });
    yield {
      name: bytes.toString('utf8', at + headerBytes, nameEnd),
      method: bytes.readUInt16LE(at + 10),
      encrypted: (bytes.readUInt16LE(at + 8) & 1) !== 0,
      crc: bytes.readUInt32LE(at + 16),
      compressedSize,
      size,
      offset: offset + base,
    };
    at = next;
  }
}

/**
 * The body of an entry: a view into the archive where it is stored, else inflated, and never further than the directory
 * says. Whoever calls has looked at `size`.
 *
 * @throws CatalogError when it is encrypted, compressed in another way, cut off, or not what its size and checksum say
 */
export function readZipEntry(archive: Buffer | ZipBytes, entry: ZipEntry): Buffer {
  const zip = bytesOf(archive);
  const { method, encrypted, compressedSize, size, offset } = entry;
  if (encrypted) throw damaged(`${quote(entry)} is encrypted`);
  if (method !== 0 && method !== 8) throw damaged(`${quote(entry)} is compressed by method ${method}`);
  // with what mostly follows, in one go
  const near = localBytes + entry.name.length + usualExtraBytes + Math.min(compressedSize, maxNearBytes);
  const local = offset + localBytes > zip.size ? null : reached(zip, offset, Math.min(near, zip.size - offset));
  if (local === null || local.readUInt32LE(0) !== signature.local) {
    throw damaged(`${quote(entry)} is not where the directory says`);
  }
  const skipped = localBytes + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (offset + skipped + compressedSize > zip.size) throw damaged(`${quote(entry)} is cut off`);
  const stored =
    skipped + compressedSize <= local.length
      ? local.subarray(skipped, skipped + compressedSize)
      : reached(zip, offset + skipped, compressedSize);
  const body = method === 0 ? stored : inflate(stored, size);
  if (body?.length !== size || crc32(body) !== entry.crc) {
    throw damaged(`${quote(entry)} cannot be inflated, or its size or checksum is wrong`);
  }
  return body;
}

/** Of a local header; descriptors are small. */
const usualExtraBytes = 96;
const maxNearBytes = 64 * 1024;

function bytesOf(archive: Buffer | ZipBytes): ZipBytes {
  if (!Buffer.isBuffer(archive)) return archive;
  return { size: archive.length, read: (offset, length) => archive.subarray(offset, offset + length) };
}

/** @param length stays within the archive */
function reached(zip: ZipBytes, offset: number, length: number): Buffer {
  const bytes = zip.read(offset, length);
  if (bytes === null) throw damaged('the file could not be read to its end');
  return bytes;
}

/** Deflate writes at most 1032 bytes for one. */
const mostExpansion = 1032;

function inflate(stored: Buffer, size: number): Buffer | null {
  if (size > stored.length * mostExpansion) return null;
  try {
    // one piece that has room for all, and a byte more so that zlib sees the end without asking for another
    return inflateRawSync(stored, { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size + 1, 64) });
  } catch {
    return null;
  }
}

/** From the end backwards: the first end record whose comment ends with the file, or before which a directory stands. */
function findDirectory(zip: ZipBytes): Directory {
  const lowest = Math.max(0, zip.size - endBytes - maxCommentBytes);
  const tail = reached(zip, lowest, zip.size - lowest);
  for (let found = tail.lastIndexOf(endSignature); found >= 0; found = lastBefore(tail, found)) {
    const at = lowest + found;
    if (at + endBytes > zip.size) continue;
    const record = tail.subarray(found);
    const { end, length, offset } = zip64Directory(zip, at, record) ?? {
      end: at,
      length: record.readUInt32LE(12),
      offset: record.readUInt32LE(16),
    };
    const start = end - length;
    const base = start - offset;
    const placed = start >= 0 && base >= 0;
    const toTheEnd = at + endBytes + record.readUInt16LE(20) === zip.size;
    if (placed && (toTheEnd || (length > 0 && reached(zip, start, 4).readUInt32LE(0) === signature.header)))
      return { start, end, base };
    if (toTheEnd) throw damaged('its directory lies outside of it');
  }
  throw damaged('it is no zip archive, or its end is missing');
}

function lastBefore(bytes: Buffer, at: number): number {
  return at === 0 ? -1 : bytes.lastIndexOf(endSignature, at - 1);
}

/** 4.3.14: counts only where the fields of the plain end record say the same or are all ones. */
function zip64Directory(
  zip: ZipBytes,
  at: number,
  record: Buffer,
): { end: number; length: number; offset: number } | null {
  const locatorAt = at - locator64Bytes;
  if (locatorAt < end64Bytes) return null;
  const locator = reached(zip, locatorAt, locator64Bytes);
  if (locator.readUInt32LE(0) !== signature.locator64) return null;
  // before the place where it stands when something was put before the archive, the place that the locator names
  const named = Number(locator.readBigUInt64LE(8));
  const end = [named, locatorAt - end64Bytes].find(
    (place) => place <= locatorAt - end64Bytes && reached(zip, place, 4).readUInt32LE(0) === signature.end64,
  );
  if (end === undefined) return null;
  const end64 = reached(zip, end, end64Bytes);
  const length = Number(end64.readBigUInt64LE(40));
  const offset = Number(end64.readBigUInt64LE(48));
  const agrees = (value: number, plain: number) => plain === value || plain === 0xffffffff;
  const counts = agrees(length, record.readUInt32LE(12)) && agrees(offset, record.readUInt32LE(16));
  return counts ? { end, length, offset } : null;
}

type Sizes = Pick<ZipEntry, 'size' | 'compressedSize' | 'offset'>;

/** 4.5.3: fields that are all ones in the header stand in the extra field, in this order. */
function withZip64(extra: Buffer, sizes: Sizes): Sizes {
  const { size, compressedSize, offset } = sizes;
  if (size !== 0xffffffff && compressedSize !== 0xffffffff && offset !== 0xffffffff) return sizes;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const end = Math.min(at + 4 + extra.readUInt16LE(at + 2), extra.length);
    let field = at + 4;
    const next = (value: number): number => {
      if (value !== 0xffffffff || field + 8 > end) return value;
      field += 8;
      return Number(extra.readBigUInt64LE(field - 8));
    };
    return { size: next(size), compressedSize: next(compressedSize), offset: next(offset) };
  }
  return sizes;
}

const longestShown = 120;

function quote({ name }: ZipEntry): string {
  return JSON.stringify(name.length > longestShown ? `${name.slice(0, longestShown)}…` : name);
}

function damaged(what: string): CatalogError {
  return new CatalogError('package-manifest-damaged', `the archive cannot be read whole: ${what}`);
}
