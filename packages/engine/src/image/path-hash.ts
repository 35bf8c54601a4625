/** Differs from run to run, so that nobody can choose names that fall together. Hashes are never kept or ordered by. */
const seed = Math.trunc(Math.random() * 2 ** 32) | 0;

/** A prime of 21 bits: its product with 32 bits is exact as a double, which V8 multiplies faster than by `Math.imul`. */
const factor = 0x1b873d;

/**
 * Of a stretch of bytes, two at a time: what a pair changes reaches the upper half of the hash, which the next pair cannot undo. The
 * shift keeps the low bits from depending on low bits alone.
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = seed;
  let at = start;
  for (; at + 1 < end; at += 2) {
    const mixed = ((hash ^ bytes[at]! ^ (bytes[at + 1]! << 8)) * factor) | 0;
    hash = mixed ^ (mixed >>> 15);
  }
  if (at < end) {
    const mixed = ((hash ^ bytes[at]!) * factor) | 0;
    hash = mixed ^ (mixed >>> 15);
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
