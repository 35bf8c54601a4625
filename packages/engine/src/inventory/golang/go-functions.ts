import type { Executable } from '../binary/executable.ts';
import { type FunctionNames, readFunctionNames } from './go-function-table.ts';
import { hashByte, hashKey, NameFilter, type NameHash, startHash } from './name-filter.ts';

/** Names of packages and functions that are kept; the largest programs have 300,000. */
const maxNames = 1_500_000;
const maxNameBytes = 1024;

const [dot, slash, percent, bracket, star, open, close, dash] = [...Buffer.from('./%[*()-')] as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
const mainPrefix = Buffer.from('main.');
const vendor = Buffer.from('vendor');

/**
 * A filter of the packages and functions that are linked into a Go binary, as vulnerability records name them
 * (`net/http`, `net/http.Server.Serve`), inlined ones too. It may hold more than there is, never less.
 *
 * @param mainPath import path of the main package, whose functions the table calls `main.…`
 * @returns null where nothing is known
 */
export function goFunctions(executable: Executable, mainPath: string): string | null {
  const names = readFunctionNames(executable);
  if (names === null) return null;
  const keys = new Set<number>();
  const main = Buffer.from(mainPath.slice(0, maxNameBytes));
  for (const [start, end] of namesIn(names)) {
    addName(keys, names.bytes, start, end, startHash());
    if (
      names.bytes[start] === mainPrefix[0] &&
      mainPrefix.every((byte, index) => names.bytes[start + index] === byte)
    ) {
      const hash = startHash();
      for (const byte of main) hashByte(hash, byte);
      keys.add(hashKey(hash));
      addName(keys, names.bytes, start + mainPrefix.length - 1, end, hash);
    }
    if (keys.size > maxNames) return null;
  }
  const filter = NameFilter.of(keys);
  // every Go program has it: a table without is of another kind, or made unreadable on purpose
  return filter.has('runtime') ? filter.toText() : null;
}

/** Start and end of each name. Where other data stands between them, a name begins behind what cannot be read. */
function* namesIn({ bytes, pure }: FunctionNames): Generator<readonly [start: number, end: number]> {
  for (let at = 0; at < bytes.length; ) {
    const zero = bytes.indexOf(0, at);
    const end = zero < 0 ? bytes.length : zero;
    let start = Math.max(at, end - maxNameBytes);
    if (!pure) {
      let first = end;
      while (first > start && bytes[first - 1]! > 0x20 && bytes[first - 1]! !== 0x7f) first -= 1;
      start = first;
    }
    if (end - start > 2 && (pure || bytes.subarray(start, end).includes(dot))) yield [start, end];
    at = end + 1;
  }
}

/**
 * Adds a name and everything before each dot in it: its package, whose last part may have dots, its receiver, and the function
 * that a closure stands in. `net/http.(*Server).Serve` is added as `net/http.Server.Serve`, instances of generic functions
 * without their types.
 */
function addName(keys: Set<number>, bytes: Buffer, from: number, end: number, hash: NameHash): void {
  let stop = end;
  let at = from;
  let plain = from;
  for (let index = from; index < end; index += 1) {
    const byte = bytes[index];
    if (byte === bracket) {
      stop = index;
      break;
    }
    if (byte !== slash) continue;
    plain = index;
    if (endsVendor(bytes, from, index)) at = index + 1;
  }
  plain = Math.max(plain, at);
  for (; at < stop; at += 1) {
    let byte = bytes[at]!;
    if (byte === star || byte === open || byte === close) continue;
    if (byte === percent && at + 2 < stop) {
      const code = Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16);
      if (!Number.isNaN(code)) {
        byte = code;
        at += 2;
      }
    }
    if (at >= plain) {
      if (byte === dot) keys.add(hashKey(hash));
      // the value of a method: `T.M-fm`
      else if (byte === dash && at + 3 === stop && bytes.toString('latin1', at, stop) === '-fm') break;
    }
    hashByte(hash, byte);
  }
  keys.add(hashKey(hash));
}

/** Whether the part of a path that ends here is `vendor`. */
function endsVendor(bytes: Buffer, from: number, end: number): boolean {
  const start = end - vendor.length;
  if (start < from || (start > from && bytes[start - 1] !== slash)) return false;
  return vendor.every((byte, index) => bytes[start + index] === byte);
}
