import type { Executable } from '../binary/executable.ts';
import { type FunctionNames, readFunctionNames } from './go-function-table.ts';
import { hashA, hashB, NameKeys, startA, startB } from './name-filter.ts';

/** Names of packages and functions that are kept; the largest programs have 300,000. */
const maxNames = 1_500_000;
const maxNameBytes = 1024;
/** Names have some 40 bytes, and add one or two keys of their own. */
const bytesPerKey = 32;

const [dot, slash, percent, bracket, star, open, close, dash, zero] = [...Buffer.from('./%[*()-0')] as [
  number,
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
/** Ends the value of a method: `T.M-fm`. */
const methodValue = Buffer.from('-fm');

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
  const all = new NameAdder(keys, bytes, startA, startB);
  const ofMain = new NameAdder(keys, bytes, mainA, mainB);
  const limit = bytes.length;
  for (let at = 0; at < limit; ) {
    let end = at;
    while (end < limit && bytes[end] !== 0) end += 1;
    const start = startOfName(names, at, end);
    at = end + 1;
    if (start < 0) continue;
    all.add(start, end);
    if (holdsAt(bytes, start, mainPrefix)) {
      keys.add(mainA, mainB);
      ofMain.add(start + mainPrefix.length - 1, end);
    }
    if (keys.size > maxNames) return null;
  }
  const filter = keys.toFilter();
  // every Go program has it: a table without is of another kind, or made unreadable on purpose
  return filter.has('runtime') ? filter.toText() : null;
}

/** Where other data stands between the names, one begins behind what cannot be read. -1: here is none. */
function startOfName({ bytes, pure }: FunctionNames, at: number, end: number): number {
  let start = end - at > maxNameBytes ? end - maxNameBytes : at;
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
 * without their types, what is vendored by its own path.
 *
 * Names of a package stand together: up to the last dot that a name has in common with the one before it is not hashed again.
 * No lists are taken apart here, and `Math.max` is not called: V8 makes iterators and calls of them until it optimises for long.
 */
class NameAdder {
  readonly #keys: NameKeys;
  readonly #bytes: Buffer;
  readonly #startA: number;
  readonly #startB: number;
  /** Of the name before: where it stood, and of each dot behind its last slash where it ends and the hashes up to it. */
  #start = 0;
  #dots = 0;
  readonly #dotEnds = new Int32Array(maxNameBytes);
  readonly #dotA = new Int32Array(maxNameBytes);
  readonly #dotB = new Int32Array(maxNameBytes);

  /** @param startOfA with `startOfB`, hashes of what stands before each name */
  constructor(keys: NameKeys, bytes: Buffer, startOfA: number, startOfB: number) {
    this.#keys = keys;
    this.#bytes = bytes;
    this.#startA = startOfA;
    this.#startB = startOfB;
  }

  /** @param end at most `maxNameBytes` behind the start */
  add(start: number, end: number): void {
    const bytes = this.#bytes;
    const dotEnds = this.#dotEnds;
    const dotA = this.#dotA;
    const dotB = this.#dotB;
    const known = this.#dotsInCommon(start, end);
    let dots = known;
    let added = known;
    let at = start;
    let a = this.#startA;
    let b = this.#startB;
    if (known > 0) {
      at += dotEnds[known - 1]!;
      a = hashA(dotA[known - 1]!, dot);
      b = hashB(dotB[known - 1]!, dot);
    }
    for (; at < end; at += 1) {
      let byte = bytes[at]!;
      if (byte === bracket) break;
      if (byte < zero) {
        if (byte === star || byte === open || byte === close) continue;
        if (byte === slash) {
          // what stood between dots so far was the path of a package
          dots = 0;
          added = 0;
          if (endsVendor(bytes, start, at)) {
            a = this.#startA;
            b = this.#startB;
            continue;
          }
        } else if (byte === dash && endsMethodValue(bytes, at, end)) break;
        else if (byte === percent && at + 2 < end) {
          const code = byteOfHex(bytes[at + 1]!, bytes[at + 2]!);
          if (code >= 0) {
            byte = code;
            at += 2;
          }
        }
        if (byte === dot) {
          dotEnds[dots] = at + 1 - start;
          dotA[dots] = a;
          dotB[dots] = b;
          dots += 1;
        }
      }
      a = hashA(a, byte);
      b = hashB(b, byte);
    }
    this.#start = start;
    this.#dots = dots;
    for (; added < dots; added += 1) this.#keys.add(dotA[added]!, dotB[added]!);
    this.#keys.add(a, b);
  }

  /** How many dots of the name before stand in what this one begins with, too. */
  #dotsInCommon(start: number, end: number): number {
    if (this.#dots === 0) return 0;
    const bytes = this.#bytes;
    const dotEnds = this.#dotEnds;
    let most = dotEnds[this.#dots - 1]!;
    if (most > end - start) most = end - start;
    let common = 0;
    const before = this.#start;
    while (common < most && bytes[start + common] === bytes[before + common]) common += 1;
    let dots = this.#dots;
    while (dots > 0 && dotEnds[dots - 1]! > common) dots -= 1;
    return dots;
  }
}

/** Of two digits; -1: they are none. */
function byteOfHex(high: number, low: number): number {
  const [first, second] = [hexDigit(high), hexDigit(low)];
  return first < 0 || second < 0 ? -1 : 16 * first + second;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Whether nothing but `-fm` is left of a name, types of an instance aside. */
function endsMethodValue(bytes: Buffer, at: number, end: number): boolean {
  const behind = at + methodValue.length;
  return behind <= end && holdsAt(bytes, at, methodValue) && (behind === end || bytes[behind] === bracket);
}

/** Whether the part of a path that ends here is `vendor`. */
function endsVendor(bytes: Buffer, from: number, end: number): boolean {
  const start = end - vendor.length;
  return start >= from && (start === from || bytes[start - 1] === slash) && holdsAt(bytes, start, vendor);
}

function holdsAt(bytes: Buffer, at: number, text: Buffer): boolean {
  for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text[index]) return false;
  return true;
}
