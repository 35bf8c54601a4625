import { sameBytes } from '../../image/path-hash.ts';
import type { Executable } from '../binary/executable.ts';
import { type FunctionNames, readFunctionNames } from './go-function-table.ts';
import { hashA, hashB, NameKeys, startA, startB } from './name-filter.ts';

/** Names of packages and functions that are kept; the largest programs have 300,000. */
const maxNames = 1_500_000;
const maxNameBytes = 1024;
/** Names have some 40 bytes, and add one or two keys of their own. */
const bytesPerKey = 32;

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
  const keys = new NameKeys(names.bytes.length / bytesPerKey);
  const main = Buffer.from(mainPath.slice(0, maxNameBytes));
  let [mainA, mainB] = [startA, startB];
  for (const byte of main) {
    mainA = hashA(mainA, byte);
    mainB = hashB(mainB, byte);
  }
  const { bytes } = names;
  for (let at = 0; at < bytes.length; ) {
    const end = endOfName(bytes, at);
    const start = startOfName(names, at, end);
    at = end + 1;
    if (start < 0) continue;
    addName(keys, bytes, start, end, startA, startB);
    if (sameBytes(bytes, start, start + mainPrefix.length, mainPrefix, 0, mainPrefix.length)) {
      keys.add(mainA, mainB);
      addName(keys, bytes, start + mainPrefix.length - 1, end, mainA, mainB);
    }
    if (keys.size > maxNames) return null;
  }
  const filter = keys.toFilter();
  // every Go program has it: a table without is of another kind, or made unreadable on purpose
  return filter.has('runtime') ? filter.toText() : null;
}

/** Where the zero byte stands that ends a name. */
function endOfName(bytes: Buffer, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end] !== 0) end += 1;
  return end;
}

/** Where other data stands between the names, one begins behind what cannot be read. -1: here is none. */
function startOfName({ bytes, pure }: FunctionNames, at: number, end: number): number {
  let start = Math.max(at, end - maxNameBytes);
  let hasDot = pure;
  if (!pure) {
    let first = end;
    for (; first > start && bytes[first - 1]! > 0x20 && bytes[first - 1]! !== 0x7f; first -= 1) {
      hasDot ||= bytes[first - 1] === dot;
    }
    start = first;
  }
  return end - start > 2 && hasDot ? start : -1;
}

/**
 * Adds a name and everything before each dot in it: its package, whose last part may have dots, its receiver, and the function
 * that a closure stands in. `net/http.(*Server).Serve` is added as `net/http.Server.Serve`, instances of generic functions
 * without their types.
 *
 * @param startOfA with `startOfB`, hashes of what stands before the name
 */
function addName(keys: NameKeys, bytes: Buffer, from: number, end: number, startOfA: number, startOfB: number): void {
  let [a, b] = [startOfA, startOfB];
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
      if (byte === dot) keys.add(a, b);
      // the value of a method: `T.M-fm`
      else if (byte === dash && at + 3 === stop && bytes.toString('latin1', at, stop) === '-fm') break;
    }
    a = hashA(a, byte);
    b = hashB(b, byte);
  }
  keys.add(a, b);
}

/** Whether the part of a path that ends here is `vendor`. */
function endsVendor(bytes: Buffer, from: number, end: number): boolean {
  const start = end - vendor.length;
  if (start < from || (start > from && bytes[start - 1] !== slash)) return false;
  return sameBytes(bytes, start, end, vendor, 0, vendor.length);
}
