import { ByteArena } from './byte-arena.ts';
import { sameBytes } from './path-hash.ts';
import type { Mutable, NameBytes } from './types.ts';

/** A growing list of names, by number: their bytes one behind the other, where each ends, and its hash. */
export class NameList {
  readonly #bytes = new ByteArena(64);
  readonly #ends: number[] = [];
  readonly #hashes: number[] = [];

  /** @returns its number */
  add({ bytes, start, end, hash }: NameBytes): number {
    this.#hashes.push(hash);
    return this.#ends.push(this.#bytes.add(bytes, start, end)) - 1;
  }

  hash(at: number): number {
    return this.#hashes[at]!;
  }

  /** Valid until a name is added. */
  read(at: number, into: Mutable<NameBytes> & { bytes: Buffer }): void {
    into.bytes = this.#bytes.bytes;
    into.start = this.#start(at);
    into.end = this.#ends[at]!;
    into.hash = this.#hashes[at]!;
  }

  is(at: number, bytes: Uint8Array, start: number, end: number): boolean {
    return sameBytes(this.#bytes.bytes, this.#start(at), this.#ends[at]!, bytes, start, end);
  }

  #start(at: number): number {
    return at === 0 ? 0 : this.#ends[at - 1]!;
  }
}
