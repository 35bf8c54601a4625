import { SpareMemory } from '../../image/spare-body.ts';

/** Where the running hash of a name begins. */
export const startHash: number = 0x811c9dc5 | 0;

/**
 * The hash with one byte more. No product and no sum is in it: what may take more than 32 bits is a number with a point to V8
 * until it optimises for long, at five times the cost.
 *
 * @see https://www.jstatsoft.org/article/view/v008i14 for the shifts
 */
export function hashWith(hash: number, byte: number): number {
  let mixed = hash ^ byte;
  mixed ^= mixed << 13;
  mixed ^= mixed >>> 17;
  return mixed ^ (mixed << 5);
}

/** Of a whole name. */
export function hashOf(name: Buffer): number {
  let hash = startHash;
  for (let at = 0; at < name.length; at += 1) {
    hash = hashWith(hash, name[at]!);
  }
  return hash;
}

const mostExpected = 2 ** 18;
/** For one binary after another, larger ones aside. */
const slotMemory = new SpareMemory(512 * 1024);

/** Before the text of a set. */
const form = 'hashes:';
/** What the first difference is to: the least number of 32 bits. */
const least = -(2 ** 31);
/** Of a difference, 7 bits in each but the last. */
const mostBytes = 5;

/**
 * Distinct names by their hashes, in a column: a large Go binary names some 100,000, which as a `Set` of numbers is an
 * object for each. One at a time.
 */
export class NameHashes {
  /** 0 is nothing */
  #slots: Int32Array;
  #size = 0;

  /** @param expected how many there may be; it grows when there are more */
  constructor(expected: number) {
    this.#slots = slotsFor(2 ** Math.ceil(Math.log2(2 * Math.min(Math.max(expected, 512), mostExpected))));
  }

  get size(): number {
    return this.#size;
  }

  add(hash: number): void {
    const key = keyOfHash(hash);
    const slots = this.#slots;
    const at = slotOf(slots, key);
    if (slots[at] !== 0) return;
    slots[at] = key;
    this.#size += 1;
    if (2 * this.#size > slots.length) this.#grow();
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(4 * old.length);
    for (let index = 0; index < old.length; index += 1) {
      const key = old[index]!;
      if (key !== 0) slots[slotOf(slots, key)] = key;
    }
    this.#slots = slots;
  }

  has(name: string): boolean {
    const slots = this.#slots;
    return slots[slotOf(slots, keyOf(name))] !== 0;
  }

  /** What `NameSet` reads. Nothing is added any more, and nothing asked. */
  toText(): string {
    const slots = this.#slots;
    let count = 0;
    for (let index = 0; index < slots.length; index += 1) {
      const key = slots[index]!;
      if (key === 0) continue;
      slots[count] = key;
      count += 1;
    }
    const sorted = slots.subarray(0, count).sort();
    const bytes = Buffer.allocUnsafe(mostBytes * count);
    let length = 0;
    let before = least;
    for (let index = 0; index < count; index += 1) {
      const key = sorted[index]!;
      let gap = key - before;
      for (; gap > 0x7f; gap >>>= 7) {
        bytes[length] = (gap & 0x7f) | 0x80;
        length += 1;
      }
      bytes[length] = gap;
      length += 1;
      before = key;
    }
    return form + bytes.toString('base64', 0, length);
  }
}

function slotsFor(count: number): Int32Array {
  const bytes = count * Int32Array.BYTES_PER_ELEMENT;
  if (bytes > slotMemory.most) return new Int32Array(count);
  const { buffer, byteOffset } = slotMemory.of(bytes);
  return new Int32Array(buffer, byteOffset, count).fill(0);
}

/** Where a key stands, or would. */
function slotOf(slots: Int32Array, key: number): number {
  const mask = slots.length - 1;
  let at = (key ^ (key >>> 15)) & mask;
  while (slots[at] !== 0 && slots[at] !== key) at = (at + 1) & mask;
  return at;
}

/** What a set knows a name by: its hash, never 0. */
export type NameKey = number;

export function keyOf(name: string): NameKey {
  return keyOfHash(hashOf(Buffer.from(name)));
}

function keyOfHash(hash: number): NameKey {
  return hash === 0 ? 1 : hash;
}

/**
 * Names in some 3 bytes each: the 32-bit hashes of all, sorted, as differences. What it says is not in it, is not; of those that are
 * not, it takes one in 200,000 for one that is where there are 20,000.
 */
export class NameSet {
  /** sorted */
  readonly #keys: Int32Array;

  private constructor(keys: Int32Array) {
    this.#keys = keys;
  }

  /** Undefined for what is written in another form, as earlier versions did: nothing is known then. */
  static fromText(text: string): NameSet | undefined {
    if (!text.startsWith(form)) return undefined;
    const bytes = Buffer.from(text.slice(form.length), 'base64');
    const keys = new Int32Array(bytes.length);
    let count = 0;
    let key = least;
    for (let at = 0, gap = 0, shift = 0; at < bytes.length; at += 1) {
      const byte = bytes[at]!;
      gap |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte > 0x7f) continue;
      key = (key + gap) | 0;
      keys[count] = key;
      count += 1;
      gap = 0;
      shift = 0;
    }
    return new NameSet(keys.subarray(0, count));
  }

  has(name: string): boolean {
    return this.hasKey(keyOf(name));
  }

  /** The same for a name that many sets are asked for. */
  hasKey(key: NameKey): boolean {
    const keys = this.#keys;
    let [from, to] = [0, keys.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (keys[middle]! < key) from = middle + 1;
      else to = middle;
    }
    return keys[from] === key;
  }
}
