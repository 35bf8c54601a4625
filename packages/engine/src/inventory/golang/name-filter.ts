/** Bits for each name, and probes: a name that was not added is taken for one that was 2 times in 100. */
const bitsPerName = 8;
const probes = 5;

/** Two running hashes of a name, byte by byte; both are needed to place it. */
export interface NameHash {
  a: number;
  b: number;
}

export function startHash(): NameHash {
  return { a: 0x811c9dc5, b: 0x9747b28c };
}

export function hashByte(hash: NameHash, byte: number): void {
  hash.a = Math.imul(hash.a ^ byte, 0x01000193);
  hash.b = Math.imul(hash.b ^ byte, 0x5bd1e995) ^ (hash.b >>> 15);
}

/** One number for a hash, exact in a double, for sets. */
export function hashKey({ a, b }: NameHash): number {
  return (a >>> 0) * 0x200000 + (b >>> 11);
}

/**
 * A set of names in a few bytes each. What it says is not in it, is not; what it says is in it, mostly is.
 *
 * @see https://en.wikipedia.org/wiki/Bloom_filter
 */
export class NameFilter {
  readonly #bits: Buffer;

  private constructor(bits: Buffer) {
    this.#bits = bits;
  }

  /** @param keys of `hashKey` */
  static of(keys: ReadonlySet<number>): NameFilter {
    const filter = new NameFilter(Buffer.alloc(Math.max(8, Math.ceil((keys.size * bitsPerName) / 8))));
    for (const key of keys) {
      for (let probe = 0; probe < probes; probe += 1) {
        const at = filter.#place(key, probe);
        filter.#bits[at >>> 3]! |= 1 << (at & 7);
      }
    }
    return filter;
  }

  static fromText(text: string): NameFilter {
    return new NameFilter(Buffer.from(text, 'base64'));
  }

  toText(): string {
    return this.#bits.toString('base64');
  }

  has(name: string): boolean {
    const hash = startHash();
    for (const byte of Buffer.from(name)) hashByte(hash, byte);
    const key = hashKey(hash);
    for (let probe = 0; probe < probes; probe += 1) {
      const at = this.#place(key, probe);
      if (((this.#bits[at >>> 3] ?? 0) & (1 << (at & 7))) === 0) return false;
    }
    return true;
  }

  #place(key: number, probe: number): number {
    const high = Math.floor(key / 0x200000);
    const low = (key % 0x200000) * 0x800 + 1;
    return mixed((high + Math.imul(probe, low)) >>> 0) % Math.max(1, this.#bits.length * 8);
  }
}

function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
