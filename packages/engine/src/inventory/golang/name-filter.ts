/** Bits for each name, and probes: a name that was not added is taken for one that was 2 times in 100. */
const bitsPerName = 8;
const probes = 5;

/** Where the two running hashes of a name begin; both are needed to place it. */
export const startA: number = 0x811c9dc5 | 0;
export const startB: number = 0x9747b28c | 0;

export const primeA = 0x01000193;
export const primeB = 0x5bd1e995;

/** The first hash with one byte more. */
export function hashA(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, primeA);
}

/** The second hash with one byte more. */
export function hashB(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, primeB) ^ (hash >>> 15);
}

/** Both of a whole name. */
export function hashesOf(name: Buffer): readonly [a: number, b: number] {
  let a = startA;
  let b = startB;
  for (let at = 0; at < name.length; at += 1) {
    a = hashA(a, name[at]!);
    b = hashB(b, name[at]!);
  }
  return [a, b];
}

const mostExpected = 2 ** 18;

/** Bits of the second hash that do not count. */
const unusedBits = 11;

/**
 * Distinct names by their hashes, in two columns: a large Go binary names some 100,000, which as a `Set` of numbers is an
 * object for each.
 */
export class NameKeys {
  #first: Int32Array;
  /** what counts of the second hash, and one more: 0 is nothing */
  #second: Int32Array;
  #size = 0;

  /** @param expected how many there may be; it grows when there are more */
  constructor(expected: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * Math.min(Math.max(expected, 512), mostExpected)));
    this.#first = new Int32Array(slots);
    this.#second = new Int32Array(slots);
  }

  get size(): number {
    return this.#size;
  }

  add(a: number, b: number): void {
    const second = (b >>> unusedBits) + 1;
    const at = this.#slot(a, second);
    if (this.#second[at] !== 0) return;
    this.#first[at] = a;
    this.#second[at] = second;
    this.#size += 1;
    if (2 * this.#size > this.#first.length) this.#grow();
  }

  #slot(a: number, second: number): number {
    // not as a list that is taken apart, here where each name passes: V8 makes an iterator of it
    const firsts = this.#first;
    const seconds = this.#second;
    const mask = firsts.length - 1;
    let at = (a ^ (a >>> 15) ^ second) & mask;
    while (seconds[at] !== 0 && (seconds[at] !== second || firsts[at] !== a)) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const firsts = this.#first;
    const seconds = this.#second;
    this.#first = new Int32Array(4 * firsts.length);
    this.#second = new Int32Array(4 * firsts.length);
    for (let index = 0; index < firsts.length; index += 1) {
      if (seconds[index] === 0) continue;
      const at = this.#slot(firsts[index]!, seconds[index]!);
      this.#first[at] = firsts[index]!;
      this.#second[at] = seconds[index]!;
    }
  }

  toFilter(): NameFilter {
    const filter = NameFilter.sized(this.#size);
    const firsts = this.#first;
    const seconds = this.#second;
    for (let index = 0; index < seconds.length; index += 1) {
      if (seconds[index] !== 0) filter.add(firsts[index]!, seconds[index]! - 1);
    }
    return filter;
  }
}

/** What a filter knows a name by. */
export interface NameKey {
  readonly first: number;
  /** what counts of the second hash */
  readonly second: number;
}

export function keyOf(name: string): NameKey {
  const [a, b] = hashesOf(Buffer.from(name));
  return { first: a, second: b >>> unusedBits };
}

/**
 * A set of names in a few bytes each. What it says is not in it, is not; what it says is in it, mostly is.
 *
 * @see https://en.wikipedia.org/wiki/Bloom_filter
 */
export class NameFilter {
  readonly #bits: Buffer;
  /** how many bits: never 0, by which nothing can be divided */
  readonly #count: number;
  /** which bit the largest number of 32 bits is */
  readonly #last: number;

  private constructor(bits: Buffer) {
    this.#bits = bits;
    this.#count = Math.max(1, bits.length * 8);
    this.#last = 0xffffffff % this.#count;
  }

  /** An empty one, for so many names. */
  static sized(names: number): NameFilter {
    return new NameFilter(Buffer.alloc(Math.max(8, Math.ceil((names * bitsPerName) / 8))));
  }

  /** @param second what counts of the second hash */
  add(first: number, second: number): void {
    const bits = this.#bits;
    const step = stepOf(second);
    for (let probe = 0, hash = first; probe < probes; probe += 1, hash = (hash + step) | 0) {
      const at = this.#bitOf(hash);
      bits[at >>> 3]! |= 1 << (at & 7);
    }
  }

  static fromText(text: string): NameFilter {
    return new NameFilter(Buffer.from(text, 'base64'));
  }

  toText(): string {
    return this.#bits.toString('base64');
  }

  has(name: string): boolean {
    return this.hasKey(keyOf(name));
  }

  /** The same for a name that many filters are asked for. */
  hasKey({ first, second }: NameKey): boolean {
    const step = stepOf(second);
    for (let probe = 0, hash = first; probe < probes; probe += 1, hash = (hash + step) | 0) {
      const at = this.#bitOf(hash);
      if (((this.#bits[at >>> 3] ?? 0) & (1 << (at & 7))) === 0) return false;
    }
    return true;
  }

  /**
   * The remainder of a mixed hash as a number without a sign. Such numbers are objects on the heap in V8, and doubles to divide:
   * what has a sign is counted from the largest number down instead.
   */
  #bitOf(hash: number): number {
    let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
    if (mixed >= 0) return mixed % this.#count;
    const at = this.#last - (~mixed % this.#count);
    return at < 0 ? at + this.#count : at;
  }
}

/** By how much the first hash differs from probe to probe. */
function stepOf(second: number): number {
  return (second << unusedBits) | 1;
}
