import { hashBytes } from '../image/path-hash.ts';
import type { FirstLook, NameBytes, PathFilter } from '../image/types.ts';
import { hasSo, inRunDirectory, leastExecutableBytes, runDirectories } from './binary/executable-path.ts';
import type { PatternKey } from './file-pattern.ts';

/** What `directory` says: any file in it may be meant. */
const anyName = 1;

const dot = 0x2e;
/** Bits of the table are 2 to the power of this: a suffix that falls on the bit of a name lets all files that end so by. */
const tableBits = 17;
const wordBits = 5;

/**
 * A first look at paths by the keys of patterns. It says no to nothing that one of them means: a table of bits by hash is
 * asked, for the base name and for its end from the last dot on.
 */
export class PatternFilter implements PathFilter {
  readonly #bits = new Int32Array(1 << (tableBits - wordBits));
  readonly #directories = new Set<string>();
  #longestSuffix = 0;

  constructor(keys: Iterable<PatternKey>) {
    for (const { by, text } of keys) {
      if (by === 'directory') this.#directories.add(text);
      else this.#add(text);
      if (by === 'suffix') this.#longestSuffix = Math.max(this.#longestSuffix, Buffer.byteLength(text));
    }
  }

  #add(text: string): void {
    const bytes = Buffer.from(text);
    const bit = bitOf(hashBytes(bytes, 0, bytes.length));
    this.#bits[bit >>> wordBits]! |= 1 << bit;
  }

  #has(hash: number): boolean {
    const bit = bitOf(hash);
    return ((this.#bits[bit >>> wordBits]! >>> bit) & 1) === 1;
  }

  directory(path: string): number {
    return this.#directories.has(path) ? anyName : 0;
  }

  name({ bytes, start, end, hash }: NameBytes, directory: number): boolean {
    if (directory & anyName || this.#has(hash)) return true;
    const least = end - this.#longestSuffix;
    for (let at = end - 1; at >= start && at >= least; at -= 1) {
      if (bytes[at] === dot) return this.#has(hashBytes(bytes, at, end));
    }
    return false;
  }
}

/** What `directory` says beside: files in it are run. */
const isRun = 2;

/** A first look at the files of a layer: those that patterns mean, and those that may be executables. */
export class WantedLook implements FirstLook {
  readonly #filter: PatternFilter;

  constructor(keys: readonly PatternKey[]) {
    const asExecutables = [...runDirectories.map((text) => ({ by: 'name', text }) as const), nodeAddOn];
    this.#filter = new PatternFilter([...keys, ...asExecutables]);
  }

  directory(path: string): number {
    return this.#filter.directory(path) | (inRunDirectory.test(path) ? isRun : 0);
  }

  file(name: NameBytes, directory: number, size: number, mode: number): boolean {
    const { bytes, start, end } = name;
    const mayRun = (mode & 0o111) !== 0 || (directory & isRun) !== 0 || hasSo(bytes, start, end);
    return (mayRun && size >= leastExecutableBytes) || this.#filter.name(name, directory);
  }
}

const nodeAddOn: PatternKey = { by: 'suffix', text: '.node' };

function bitOf(hash: number): number {
  return (hash ^ (hash >>> tableBits)) & ((1 << tableBits) - 1);
}
