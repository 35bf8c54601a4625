import { giveBack } from './columns.ts';

const noBytes = Buffer.alloc(0);
/** of the process: modules make them as they are loaded */
const all: SpareMemory[] = [];

/**
 * Memory that is used again for one thing after another: what the system has to clear and to map costs more than copying into
 * what is there. Whoever takes some is done with it before the next is taken.
 */
export class SpareMemory {
  /** bytes that are kept */
  readonly most: number;
  #bytes: Buffer = noBytes;
  #large: Buffer | null = null;

  /** @param most what is larger gets memory of its own, which is given back */
  constructor(most: number) {
    this.most = most;
    all.push(this);
  }

  /** So many bytes, at the start of their memory; what stands in them is undefined. */
  of(size: number): Buffer {
    this.free();
    if (size > this.most) {
      this.#large = Buffer.allocUnsafeSlow(size);
      return this.#large;
    }
    if (this.#bytes.length < size) {
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(size, Math.min(2 * this.#bytes.length, this.most)));
    }
    return this.#bytes.subarray(0, size);
  }

  /** Nobody looks into the last one any more. */
  free(): void {
    if (this.#large !== null) {
      giveBack(this.#large);
      this.#large = null;
    }
  }

  /** The same, and hardly another one follows. The collector of garbage comes for its memory soon. */
  drop(): void {
    this.free();
    this.#bytes = noBytes;
  }
}

/** Of one file. All readers of a process share it, since each is done with a body before it gives way or asks for the next. */
const bodies = new SpareMemory(4 * 1024 * 1024);

export function spareOf(size: number): Buffer {
  return bodies.of(size);
}

/** Nobody looks into the last body any more. */
export function freeSpare(): void {
  bodies.free();
}

/** An image was read: all spare memory is let go. */
export function dropSpare(): void {
  for (const memory of all) memory.drop();
}
