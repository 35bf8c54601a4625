import { ByteArena, textOf } from './byte-arena.ts';
import { grown } from './columns.ts';
import { HashIndex } from './hash-index.ts';
import { hashBytes, sameBytes } from './path-hash.ts';

const growth = 2;
const slash = 0x2f;

/** Distinct directories, as they stand before the names of entries: with their last `/`, and '' for the root. */
export class DirectoryList {
  readonly bytes = new ByteArena(16 * 1024);
  #length = 0;
  #ends = new Uint32Array(64);
  #hashes = new Int32Array(64);
  /** the number of the directory that each is in; -1: no entry is known to stand there */
  #parents = new Int32Array(64);
  readonly #index = new HashIndex((at) => this.#hashes[at]!);
  /** of the last one that was asked for: entries of one directory follow each other */
  #last = -1;
  #textOf = -1;
  #text = '';

  get length(): number {
    return this.#length;
  }

  start(at: number): number {
    return at === 0 ? 0 : this.#ends[at - 1]!;
  }

  end(at: number): number {
    return this.#ends[at]!;
  }

  isRoot(at: number): boolean {
    return this.start(at) === this.end(at);
  }

  /** The directory that it is in, where that was listed before it; else -1, as for the root. */
  parent(at: number): number {
    return this.#parents[at]!;
  }

  /** With its last `/`. */
  textAt(at: number): string {
    if (at !== this.#textOf) {
      this.#text = textOf(this.bytes.bytes, this.start(at), this.end(at));
      this.#textOf = at;
    }
    return this.#text;
  }

  ofText(text: string): number {
    const bytes = Buffer.from(text);
    return this.ofBytes(bytes, 0, bytes.length);
  }

  /** Its number; a new one where it is not known. */
  ofBytes(bytes: Uint8Array, start: number, end: number): number {
    if (this.#last >= 0 && this.#is(this.#last, bytes, start, end)) {
      return this.#last;
    }
    const hash = hashBytes(bytes, start, end);
    const known = this.#find(hash, bytes, start, end);
    this.#last = known < 0 ? this.#add(hash, bytes, start, end) : known;
    return this.#last;
  }

  find(text: string): number {
    const bytes = Buffer.from(text);
    return this.#find(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length);
  }

  #find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    for (let slot = this.#index.first(hash); ; slot = this.#index.next(slot)) {
      const at = this.#index.at(slot);
      if (at < 0 || (this.#hashes[at] === hash && this.#is(at, bytes, start, end))) {
        return at;
      }
    }
  }

  #is(at: number, bytes: Uint8Array, start: number, end: number): boolean {
    return sameBytes(this.bytes.bytes, this.start(at), this.end(at), bytes, start, end);
  }

  #add(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const at = this.#length;
    if (at === this.#ends.length) {
      this.#ends = grown(this.#ends, growth * at);
      this.#hashes = grown(this.#hashes, growth * at);
      this.#parents = grown(this.#parents, growth * at);
    }
    const name = nameStart(bytes, start, end);
    this.#parents[at] = start === end ? -1 : this.#find(hashBytes(bytes, start, name), bytes, start, name);
    this.#ends[at] = this.bytes.add(bytes, start, end);
    this.#hashes[at] = hash;
    this.#length = at + 1;
    this.#index.add(hash, at);
    return at;
  }
}

/** Where the last component of a directory begins, behind which its `/` stands. */
export function nameStart(bytes: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  while (at > start && bytes[at - 1] !== slash) {
    at -= 1;
  }
  return at < start ? start : at;
}
