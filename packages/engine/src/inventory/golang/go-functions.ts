import type { Executable } from '../binary/executable.ts';
import { type FunctionNames, readFunctionNames } from './go-function-table.ts';
import { hashOf, hashWith, NameHashes, startHash } from './name-set.ts';

const maxNameBytes = 1024;
const minNameBytes = 3;
/** Names have some 30 bytes, and add one or two keys of their own. */
const bytesPerKey = 24;

const [dot, slash, percent, bracket, closing, star, open, close, dash, zero] = [...Buffer.from('./%[]*()-0')] as [
  number,
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
/** Of one binary after another. */
const keys = new NameHashes();
/** Ends the value of a method: `T.M-fm`. */
const methodValue = Buffer.from('-fm');

/**
 * The packages and functions that are linked into a Go binary, as vulnerability records name them (`net/http`,
 * `net/http.Server.Serve`), inlined ones too.
 *
 * @param mainPath import path of the main package, whose functions the table calls `main.…`
 * @returns the text of a `NameSet`; null where nothing is known
 */
export function goFunctions(executable: Executable, mainPath: string): string | null {
  const names = readFunctionNames(executable);
  if (names === null) return null;
  keys.begin(names.bytes.length / bytesPerKey);
  const isWhole = addAll(names, mainPath);
  // every Go program has it: a table without is of another kind, or made unreadable on purpose
  const text = isWhole && keys.has('runtime') ? keys.toText() : null;
  keys.end();
  return text;
}

/** False: there are more than any program has. */
function addAll({ bytes, pure }: FunctionNames, mainPath: string): boolean {
  const main = hashOf(Buffer.from(mainPath.slice(0, maxNameBytes)));
  const all = new NameAdder(keys, bytes, startHash);
  const ofMain = new NameAdder(keys, bytes, main);
  const limit = bytes.length;
  for (let at = 0; at < limit; ) {
    let start = pure ? at : startBehindData(bytes, at);
    let end = start < 0 ? endOfName(bytes, at) : all.add(start, minNameBytes);
    if (end < 0) {
      end = endOfName(bytes, at);
      start = end - maxNameBytes;
      all.add(start, minNameBytes);
    }
    at = end + 1;
    if (start >= 0 && holdsAt(bytes, start, mainPrefix)) {
      keys.add(main);
      ofMain.add(start + mainPrefix.length - 1, 0);
    }
    if (keys.overrun) return false;
  }
  return true;
}

function endOfName(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(0, at);
  return end < 0 ? bytes.length : end;
}

/** Where other data stands between the names, one begins behind what cannot be read. -1: here is none. */
function startBehindData(bytes: Buffer, at: number): number {
  const end = endOfName(bytes, at);
  const from = end - at > maxNameBytes ? end - maxNameBytes : at;
  let hasDot = false;
  let start = end;
  for (; start > from && bytes[start - 1]! > 0x20 && bytes[start - 1]! !== 0x7f; start -= 1) {
    hasDot ||= bytes[start - 1] === dot;
  }
  return end - start >= minNameBytes && hasDot ? start : -1;
}

/**
 * Adds a name and everything before each dot in it: its package, whose last part may have dots, its receiver, and the function
 * that a closure stands in. `net/http.(*Server).Serve` is added as `net/http.Server.Serve`, what is generic
 * without the types of its instance, what is vendored by its own path.
 *
 * Names of a package stand together: up to the last dot that a name has in common with the one before it is not hashed again.
 * No lists are taken apart here, and no more is called than must be: V8 makes iterators and calls of it until it optimises for
 * long. A name's end is found while it is hashed.
 */
class NameAdder {
  readonly #keys: NameHashes;
  readonly #bytes: Buffer;
  readonly #startHash: number;
  /** Of the name before: where it stood, and of each dot behind its last slash where it ends and the hash up to it. */
  #start = 0;
  #dots = 0;
  readonly #dotEnds = new Int32Array(maxNameBytes);
  readonly #dotHashes = new Int32Array(maxNameBytes);

  /** @param start hash of what stands before each name */
  constructor(keys: NameHashes, bytes: Buffer, start: number) {
    this.#keys = keys;
    this.#bytes = bytes;
    this.#startHash = start;
  }

  /**
   * @param least bytes of a name; what is shorter is left out
   * @returns where the name ends: at a zero byte or the end of all; -1: not within `maxNameBytes`, and nothing was added
   */
  add(start: number, least: number): number {
    const bytes = this.#bytes;
    const dotEnds = this.#dotEnds;
    const dotHashes = this.#dotHashes;
    const known = this.#dotsInCommon(start);
    let dots = known;
    let added = known;
    let at = start;
    let hash = this.#startHash;
    if (known > 0) {
      at += dotEnds[known - 1]!;
      hash = hashWith(dotHashes[known - 1]!, dot);
    }
    let most = start + maxNameBytes;
    let limit = most < bytes.length ? most : bytes.length;
    let hasTypes = false;
    for (; at < limit; at += 1) {
      let byte = bytes[at]!;
      if (byte === bracket) {
        // a generic function, or the type that a method is of
        this.#keys.add(hash);
        const behind = behindTypes(bytes, at);
        most += behind - at;
        limit = most < bytes.length ? most : bytes.length;
        at = behind - 1;
        hasTypes = true;
        continue;
      }
      if (byte < zero) {
        if (byte === 0) break;
        if (byte === star || byte === open || byte === close) continue;
        if (byte === slash) {
          // what stood between dots so far was the path of a package
          dots = 0;
          added = 0;
          if (endsVendor(bytes, start, at)) {
            hash = this.#startHash;
            continue;
          }
        } else if (byte === dash && endsMethodValue(bytes, at)) break;
        else if (byte === percent) {
          const code = byteOfHex(bytes, at + 1);
          if (code >= 0) {
            byte = code;
            at += 2;
          }
        }
        if (byte === dot) {
          dotEnds[dots] = at + 1 - start;
          dotHashes[dots] = hash;
          dots += 1;
        }
      }
      // `hashWith`, which would be called for each byte
      hash ^= byte;
      hash ^= hash << 13;
      hash ^= hash >>> 17;
      hash ^= hash << 5;
    }
    let end = at;
    while (end < limit && bytes[end] !== 0) end += 1;
    this.#start = start;
    this.#dots = 0;
    // an escaped byte may have led behind the most
    if (end > most || (end === most && end < bytes.length && bytes[end] !== 0)) return -1;
    if (end - start < least) return end;
    // how much was passed over before a dot is not kept
    this.#dots = hasTypes ? 0 : dots;
    for (; added < dots; added += 1) this.#keys.add(dotHashes[added]!);
    this.#keys.add(hash);
    return end;
  }

  /** How many dots of the name before stand in what this one begins with, too. */
  #dotsInCommon(start: number): number {
    let dots = this.#dots;
    if (dots === 0) return 0;
    const bytes = this.#bytes;
    const dotEnds = this.#dotEnds;
    const most = dotEnds[dots - 1]!;
    const before = this.#start;
    // the name before has no zero byte, at which this one ends
    let common = 0;
    while (common < most && bytes[start + common] === bytes[before + common]) common += 1;
    while (dots > 0 && dotEnds[dots - 1]! > common) dots -= 1;
    return dots;
  }
}

/** Of two digits; -1: they are none. */
function byteOfHex(bytes: Buffer, at: number): number {
  if (at + 1 >= bytes.length) return -1;
  const first = hexDigit(bytes[at]!);
  const second = hexDigit(bytes[at + 1]!);
  return first < 0 || second < 0 ? -1 : 16 * first + second;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Behind the bracket that closes this one; at the end of the name where none does. */
function behindTypes(bytes: Buffer, open: number): number {
  let depth = 0;
  for (let at = open; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === 0) return at;
    if (byte === bracket) depth += 1;
    else if (byte === closing) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return bytes.length;
}

/** Whether nothing but `-fm` is left of a name, types of an instance aside. */
function endsMethodValue(bytes: Buffer, at: number): boolean {
  if (!holdsAt(bytes, at, methodValue)) return false;
  const behind = at + methodValue.length;
  return behind >= bytes.length || bytes[behind] === 0 || bytes[behind] === bracket;
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
