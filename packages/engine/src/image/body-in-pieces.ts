import { giveBack } from './columns.ts';

/** Larger bodies get a buffer of their own, which is let go: memory that the system has to clear costs more than copying. */
const maxSpareBody = 1024 * 1024;
const noBytes = Buffer.alloc(0);

/** Holds a body that comes in pieces; used again for one after another. */
export class BodyInPieces {
  #bytes: Buffer = noBytes;
  #filled = 0;

  begin(): void {
    this.#filled = 0;
  }

  /** @param size of the whole body */
  take(piece: Buffer, size: number): void {
    if (this.#bytes.length < size) {
      // whole, and not cleared: memory that is not written costs none, should the header lie about the size
      this.#bytes = Buffer.allocUnsafeSlow(Math.max(size, Math.min(2 * this.#bytes.length, maxSpareBody)));
    }
    this.#filled += piece.copy(this.#bytes, this.#filled);
  }

  /** Valid until `end`. */
  whole(size: number): Buffer {
    return this.#bytes.subarray(0, size);
  }

  end(): void {
    if (this.#bytes.length > maxSpareBody) {
      giveBack(this.#bytes);
      this.#bytes = noBytes;
    }
  }
}
