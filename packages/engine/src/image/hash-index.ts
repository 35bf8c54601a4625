import { giveBack, letGo } from './columns.ts';

const growth = 2;

/**
 * Numbers found by a hash, in one array: of 200,000 names a `Map` of strings would be 20 MB that the collector of garbage
 * walks through. Whoever asks compares what the number stands for:
 *
 *     for (let slot = index.first(hash); index.at(slot) >= 0; slot = index.next(slot))
 */
export class HashIndex {
  #slots: Int32Array;
  #mask: number;
  #count = 0;
  readonly #hashOf: (value: number) => number;
  readonly #isDead: (value: number) => boolean;

  /**
   * @param hashOf the hash under which a value was added
   * @param isDead whether nobody asks for a value any more: another one may take its place
   * @param expected how many values there may be
   */
  constructor(hashOf: (value: number) => number, isDead: (value: number) => boolean = () => false, expected = 128) {
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * expected + 1)));
    this.#mask = this.#slots.length - 1;
    this.#hashOf = hashOf;
    this.#isDead = isDead;
  }

  /** What it takes. */
  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Nobody looks into it again. */
  giveBack(): void {
    giveBack(this.#slots);
  }

  first(hash: number): number {
    return hash & this.#mask;
  }

  next(slot: number): number {
    return (slot + 1) & this.#mask;
  }

  /** -1: nothing more has this hash */
  at(slot: number): number {
    return this.#slots[slot]! - 1;
  }

  /** In place of what stands there. */
  replace(slot: number, value: number): void {
    this.#slots[slot] = value + 1;
  }

  add(hash: number, value: number): void {
    if (2 * this.#count >= this.#slots.length) {
      this.#grow();
    }
    this.#put(hash, value);
  }

  #put(hash: number, value: number): void {
    let slot = hash & this.#mask;
    for (let kept = this.at(slot); kept >= 0 && !this.#isDead(kept); kept = this.at(slot)) {
      slot = this.next(slot);
    }
    if (this.#slots[slot] === 0) {
      this.#count += 1;
    }
    this.#slots[slot] = value + 1;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(growth * old.length);
    this.#mask = this.#slots.length - 1;
    this.#count = 0;
    // no iterator, which would make an object of every number
    for (let slot = 0; slot < old.length; slot += 1) {
      const kept = old[slot]!;
      if (kept !== 0 && !this.#isDead(kept - 1)) {
        this.#put(this.#hashOf(kept - 1), kept - 1);
      }
    }
    letGo(old);
  }
}
