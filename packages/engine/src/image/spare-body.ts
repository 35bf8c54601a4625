import { giveBack } from './columns.ts';

/** Larger bodies get memory of their own, which is given back. */
const maxSpareBody = 4 * 1024 * 1024;
const noBytes = Buffer.alloc(0);
let spare = noBytes;
let large: Buffer | null = null;

/**
 * Memory for the body of one file, used again for one after another: memory that the system has to clear costs more than
 * copying. All readers of a process share it, since each is done with a body before it gives way or asks for the next.
 */
export function spareOf(size: number): Buffer {
  freeSpare();
  if (size > maxSpareBody) {
    large = Buffer.allocUnsafeSlow(size);
    return large;
  }
  if (spare.length < size) {
    spare = Buffer.allocUnsafeSlow(Math.max(size, Math.min(2 * spare.length, maxSpareBody)));
  }
  return spare.subarray(0, size);
}

/** Nobody looks into the last body any more. */
export function freeSpare(): void {
  if (large !== null) {
    giveBack(large);
    large = null;
  }
}

/** The same, and hardly a body follows: an image was read. The collector of garbage comes for its memory soon. */
export function dropSpare(): void {
  freeSpare();
  spare = noBytes;
}
