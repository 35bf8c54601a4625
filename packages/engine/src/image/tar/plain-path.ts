import { emptyHash, hashWith } from '../path-hash.ts';

/** A clean path within the bytes of a field. */
export interface PlainPath {
  readonly start: number;
  /** where the last component begins */
  readonly name: number;
  readonly end: number;
  /** of the last component */
  readonly hash: number;
}

const slash = 0x2f;
const dot = 0x2e;

/** The last one that was read. */
const found = { start: 0, name: 0, end: 0, hash: 0 };

/**
 * The path in a field where it is one as most are: in ASCII, clean once a `./` before it and a `/` behind it are left out,
 * and no whiteout. Undefined for any other, the root included, which is read as text. Valid until the next is read.
 *
 * @param last where the field ends: the path may end before, at a NUL
 */
export function readPlainPath(bytes: Buffer, first: number, last: number): PlainPath | undefined {
  const start = bytes[first] === dot && bytes[first + 1] === slash ? first + 2 : first;
  let name = start;
  let hash = emptyHash;
  let at = start;
  for (; at < last; at += 1) {
    const byte = bytes[at]!;
    if (byte === 0) {
      break;
    }
    if (byte >= 0x80) {
      return undefined;
    }
    if (byte !== slash) {
      hash = hashWith(hash, byte);
      continue;
    }
    if (isUnclean(bytes, name, at)) {
      return undefined;
    }
    if (at + 1 === last || bytes[at + 1] === 0) {
      break;
    }
    name = at + 1;
    hash = emptyHash;
  }
  if (isUnclean(bytes, name, at) || isMark(bytes, name, at)) {
    return undefined;
  }
  found.start = start;
  found.name = name;
  found.end = at;
  found.hash = hash;
  return found;
}

/** Whether a component is empty, `.` or `..`. */
function isUnclean(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  return length === 0 || (length < 3 && bytes[start] === dot && (length === 1 || bytes[start + 1] === dot));
}

/** `.wh.` */
function isMark(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= 4 && bytes[start] === dot && bytes.readUInt32BE(start) === 0x2e77682e;
}
