import { endianness } from 'node:os';
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
/** Names of packages and functions that are kept; the largest programs have 300,000. */
const maxNames = 1_500_000;
/**
 * In all, from where a key would stand to where it does. Less than one each is what chance takes; names that were made to
 * stand in one another's way would take the square of their number.
 */
const maxSteps = 2 ** 26;
/** Memory of more is not kept for the next names. */
const mostKept = 768 * 1024;
const keyBytes = Int32Array.BYTES_PER_ELEMENT;
const none = new Int32Array(0);

/** Before the text of a set. */
const form = 'hashes:';

/**
 * Distinct names by their hashes, in columns: a large Go binary names some 100,000, which as a `Set` of numbers is an
 * object for each. Used again for one binary after another, in the same memory.
 */
export class NameHashes {
  readonly #memory = new SpareMemory(mostKept);
  /** found by hash; 0 is nothing */
  #slots: Int32Array = none;
  /** the same one behind the other */
  #keys: Int32Array = none;
  #size = 0;
  #steps = 0;

  /** Knows no name any more. @param expected how many there may be; it grows when there are more */
  begin(expected: number): void {
    const slots = 2 ** Math.ceil(Math.log2(2 * Math.min(Math.max(expected, 512), mostExpected)));
    const all = this.#column(1.5 * slots);
    this.#slots = all.subarray(0, slots).fill(0);
    this.#keys = all.subarray(slots);
    this.#size = 0;
    this.#steps = 0;
  }

  /** Lets go what is large; `begin` comes before anything else is asked. */
  end(): void {
    this.#slots = none;
    this.#keys = none;
  }

  #column(count: number): Int32Array<ArrayBuffer> {
    const bytes = count * keyBytes;
    if (bytes > mostKept) return new Int32Array(count);
    const { buffer, byteOffset } = this.#memory.of(bytes);
    return new Int32Array(buffer as ArrayBuffer, byteOffset, count);
  }

  /** Whether there are more than any program has, or such as were made to cost time: what is here is of no use then. */
  get overrun(): boolean {
    return this.#size > maxNames || this.#steps > maxSteps;
  }

  add(hash: number): void {
    const key = keyOfHash(hash);
    const slots = this.#slots;
    const at = this.#slotOf(slots, key);
    if (slots[at] !== 0) return;
    if (this.#size === this.#keys.length) {
      this.#grow();
      this.add(hash);
      return;
    }
    slots[at] = key;
    this.#keys[this.#size] = key;
    this.#size += 1;
  }

  #grow(): void {
    const old = this.#keys;
    const slots = new Int32Array(8 * old.length);
    for (let index = 0; index < old.length && !this.overrun; index += 1) {
      const key = old[index]!;
      slots[this.#slotOf(slots, key)] = key;
    }
    this.#slots = slots;
    this.#keys = new Int32Array(4 * old.length);
    this.#keys.set(old);
  }

  /** Where a key stands, or would. */
  #slotOf(slots: Int32Array, key: number): number {
    const mask = slots.length - 1;
    let at = (key ^ (key >>> 15)) & mask;
    while (slots[at] && slots[at] !== key) {
      at = (at + 1) & mask;
      this.#steps += 1;
    }
    return at;
  }

  has(name: string): boolean {
    const slots = this.#slots;
    return slots[this.#slotOf(slots, keyOf(name))] !== 0;
  }

  /** What `NameSet` reads. Nothing is added any more. */
  toText(): string {
    const { buffer, byteOffset, byteLength } = this.#keys.subarray(0, this.#size).sort();
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    return form + inOrder(bytes).toString('base64');
  }
}

/** From the order of bytes that this machine has to the lowest first, or back. */
function inOrder(bytes: Buffer): Buffer {
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32();
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
 * Names by their 32-bit hashes, sorted. What it says is not in it, is not; of those that are not, it takes one in 200,000 for one
 * that is where there are 20,000.
 */
export class NameSet {
  /** sorted */
  readonly #keys: Int32Array;

  private constructor(keys: Int32Array) {
    this.#keys = keys;
  }

  /**
   * Undefined for what is written in another form, as earlier versions did, or damaged: nothing is known then. In hashes without
   * order, names that are there would not be found.
   */
  static fromText(text: string): NameSet | undefined {
    if (!text.startsWith(form)) return undefined;
    const bytes = Buffer.from(text.slice(form.length), 'base64');
    if (bytes.length % keyBytes !== 0 || form + bytes.toString('base64') !== text) return undefined;
    const keys = new Int32Array(bytes.length / keyBytes);
    inOrder(bytes).copy(Buffer.from(keys.buffer));
    for (let at = 1; at < keys.length; at += 1) if (keys[at - 1]! >= keys[at]!) return undefined;
    return new NameSet(keys);
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
