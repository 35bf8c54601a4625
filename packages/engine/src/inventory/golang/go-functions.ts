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
  let [mainA, mainB] = [startA, startB];
  for (const byte of Buffer.from(mainPath.slice(0, maxNameBytes))) {
    mainA = hashA(mainA, byte);
    mainB = hashB(mainB, byte);
  }
  const { bytes } = names;
  const name: Name = { begin: 0, plain: 0, stop: 0, end: 0 };
  const all = new NameAdder(keys, bytes, startA, startB);
  const ofMain = new NameAdder(keys, bytes, mainA, mainB);
  for (let at = 0; at < bytes.length; ) {
    findName(name, bytes, at, bytes.length);
    const { end } = name;
    const start = startOfName(names, at, end);
    if (start > at) findName(name, bytes, start, end);
    at = end + 1;
    if (start < 0) continue;
    all.add(name);
    if (sameBytes(bytes, start, start + mainPrefix.length, mainPrefix, 0, mainPrefix.length)) {
      keys.add(mainA, mainB);
      findName(name, bytes, start + mainPrefix.length - 1, end);
      ofMain.add(name);
    }
    if (keys.size > maxNames) return null;
  }
  const filter = keys.toFilter();
  // every Go program has it: a table without is of another kind, or made unreadable on purpose
  return filter.has('runtime') ? filter.toText() : null;
}

/** Positions in the table; one object for all names. */
interface Name {
  /** of what counts: behind the last `vendor/` */
  begin: number;
  /** from where on dots stand between names, and not in the path of a package */
  plain: number;
  /** where the types of an instance begin, or the end */
  stop: number;
  /** of the zero byte */
  end: number;
}

/** Looks at each byte once; most are lower-case letters. */
function findName(name: Name, bytes: Buffer, from: number, limit: number): void {
  let [begin, plain, stop, end] = [from, from, -1, from];
  for (; end < limit; end += 1) {
    const byte = bytes[end]!;
    if (byte > bracket) continue;
    if (byte === 0) break;
    if (stop >= 0) continue;
    if (byte === bracket) stop = end;
    else if (byte === slash) {
      plain = end;
      if (endsVendor(bytes, from, end)) begin = end + 1;
    }
  }
  name.begin = begin;
  name.plain = Math.max(plain, begin);
  name.stop = stop < 0 ? end : stop;
  name.end = end;
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
 */
class NameAdder {
  readonly #keys: NameKeys;
  readonly #bytes: Buffer;
  readonly #startA: number;
  readonly #startB: number;
  /** Of the name before, up to its first dot: the functions of a package stand together, and it is not hashed again. */
  #begin = 0;
  #plain = 0;
  #behindDot = 0;
  #dotA = 0;
  #dotB = 0;

  /** @param startOfA with `startOfB`, hashes of what stands before each name */
  constructor(keys: NameKeys, bytes: Buffer, startOfA: number, startOfB: number) {
    this.#keys = keys;
    this.#bytes = bytes;
    this.#startA = startOfA;
    this.#startB = startOfB;
  }

  add({ begin, plain, stop }: Name): void {
    const bytes = this.#bytes;
    const keys = this.#keys;
    const again = this.#beginsAlike(begin, plain, stop);
    let at = again ? begin + this.#behindDot - this.#begin : begin;
    let a = again ? this.#dotA : this.#startA;
    let b = again ? this.#dotB : this.#startB;
    let isFirst = !again;
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
      const separates = byte === dot && at >= plain;
      if (separates) keys.add(a, b);
      // the value of a method: `T.M-fm`
      else if (byte === dash && at >= plain && at + 3 === stop && bytes.toString('latin1', at, stop) === '-fm') break;
      a = hashA(a, byte);
      b = hashB(b, byte);
      if (separates && isFirst) {
        isFirst = false;
        this.#begin = begin;
        this.#plain = plain;
        this.#behindDot = at + 1;
        this.#dotA = a;
        this.#dotB = b;
      }
    }
    keys.add(a, b);
  }

  /** Whether what stands up to the first dot is what the name before began with. */
  #beginsAlike(begin: number, plain: number, stop: number): boolean {
    const length = this.#behindDot - this.#begin;
    if (length === 0 || begin + length > stop || plain - begin !== this.#plain - this.#begin) return false;
    return sameBytes(this.#bytes, begin, begin + length, this.#bytes, this.#begin, this.#behindDot);
  }
}

/** Whether the part of a path that ends here is `vendor`. */
function endsVendor(bytes: Buffer, from: number, end: number): boolean {
  const start = end - vendor.length;
  if (start < from || (start > from && bytes[start - 1] !== slash)) return false;
  return sameBytes(bytes, start, end, vendor, 0, vendor.length);
}
