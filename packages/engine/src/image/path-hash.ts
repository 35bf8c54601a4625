/** Differs from run to run, so that nobody can choose names that fall together. Hashes are never kept or ordered by. */
const seed = Math.trunc(Math.random() * 2 ** 32) | 0;

/** Where the hash of a name begins. */
export const emptyHash: number = seed;

/** A prime of 21 bits: its product with 32 bits is exact as a double, which V8 multiplies faster than by `Math.imul`. */
const factor = 0x1b873d;

/** The hash with one byte more. The shift keeps the low bits from depending on low bits alone. */
export function hashWith(hash: number, byte: number): number {
  const mixed = ((hash ^ byte) * factor) | 0;
  return mixed ^ (mixed >>> 15);
}

/** Of a stretch of bytes. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = emptyHash;
  for (let at = start; at < end; at += 1) {
    hash = hashWith(hash, bytes[at]!);
  }
  return hash;
}

/** Of a name in a directory that has this number. */
export function hashIn(directory: number, nameHash: number): number {
  const mixed = Math.imul(directory ^ seed, 0x85ebca6b) ^ nameHash;
  return Math.imul(mixed ^ (mixed >>> 16), 0xc2b2ae35);
}

/** Whether two stretches are the same bytes. */
export function sameBytes(a: Uint8Array, start: number, end: number, b: Uint8Array, from: number, to: number): boolean {
  if (end - start !== to - from) {
    return false;
  }
  for (let at = start, other = from; at < end; at += 1, other += 1) {
    if (a[at] !== b[other]) {
      return false;
    }
  }
  return true;
}
