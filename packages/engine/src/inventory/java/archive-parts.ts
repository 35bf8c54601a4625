import { freeSpare, spareOf } from '../../image/spare-body.ts';
import type { FileParts } from '../../image/types.ts';
import type { ZipBytes } from '../zip-archive.ts';

const smallBytes = 128 * 1024;
/** The end record with the longest comment, and the directory of many. */
const tailBytes = 64 * 1024 + 22;
const tail = Buffer.allocUnsafeSlow(tailBytes);

/**
 * An archive that lies in a file: its end, and of the rest what is asked for. Once that is more than all of it the whole archive is
 * read, so that entries that lie over each other cost no more than that. One at a time.
 */
export class ArchiveParts implements ZipBytes {
  readonly size: number;
  readonly #parts: FileParts;
  readonly #atOnce: number;
  #read = 0;
  #tail: Buffer | null = null;
  #whole: Buffer | null = null;

  /** @param atOnce archives up to this size are read whole, bytes */
  constructor(parts: FileParts, atOnce: number = smallBytes) {
    this.#parts = parts;
    this.#atOnce = atOnce;
    this.size = parts.size;
  }

  /** Null where it is not all there. */
  read(offset: number, length: number): Buffer | null {
    if (offset < 0 || length < 0 || offset + length > this.size) return null;
    if (this.#whole !== null) return this.#whole.subarray(offset, offset + length);
    if (this.size <= Math.max(this.#atOnce, tailBytes) || this.#read + length > this.size)
      return this.#readWhole() && this.read(offset, length);
    const tailStart = this.size - tailBytes;
    if (offset >= tailStart)
      return this.#readTail(tailStart)?.subarray(offset - tailStart, offset - tailStart + length) ?? null;
    this.#read += length;
    return this.#parts.read(offset, length) ?? (this.#readWhole() && this.read(offset, length));
  }

  #readTail(start: number): Buffer | null {
    this.#tail ??= this.#filled(tail, start);
    return this.#tail;
  }

  #readWhole(): Buffer | null {
    this.#whole = this.#filled(spareOf(this.size), 0);
    return this.#whole;
  }

  #filled(target: Buffer, offset: number): Buffer | null {
    const parts = this.#parts;
    if (parts.readInto === undefined) return parts.read(offset, target.length);
    return parts.readInto(target, offset) ? target : null;
  }

  /** Nothing is read any more, and nothing of what was is looked at. */
  close(): void {
    freeSpare();
  }
}
