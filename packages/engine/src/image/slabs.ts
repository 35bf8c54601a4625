import { letGo } from './columns.ts';

/** Bytes that are taken one by one before they are cut from slabs: most layers never have as many. */
const takenAlone = 512 * 1024;
/** So large that the system has it back at once; what of it nobody has written costs nothing. */
const slabBytes = 4 * 1024 * 1024;
const wordBytes = 4;

/**
 * Memory for what grows in stretches and is let go as a whole. Stretches of their own would lie in the heap of the process, among
 * what stays, and what of that is free is not the system's again.
 */
export class Slabs {
  readonly #slabs: Buffer[] = [];
  #alone = 0;
  /** of the last slab that was taken */
  #used = slabBytes;

  /** A stretch that nothing else has, beginning at a word; what stands in it is undefined. */
  take(bytes: number): Buffer {
    if (this.#alone < takenAlone || bytes > slabBytes) {
      this.#alone += bytes;
      return Buffer.allocUnsafeSlow(bytes);
    }
    if (this.#used + bytes > slabBytes) {
      this.#slabs.push(Buffer.allocUnsafeSlow(slabBytes));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += Math.ceil(bytes / wordBytes) * wordBytes;
    return this.#slabs.at(-1)!.subarray(start, start + bytes);
  }

  /** Nobody looks into any stretch again. */
  letGo(): void {
    for (const slab of this.#slabs) {
      letGo(slab);
    }
    this.#slabs.length = 0;
    this.#used = slabBytes;
  }
}
