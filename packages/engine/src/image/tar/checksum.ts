import { blockSize, octal } from './tar-header.ts';

const checksumAt = 148;
const checksumBytes = 8;
const blockWords = blockSize / 4;

/** Whether the checksum of the header at `at` is right. Sums of signed bytes are accepted, as old writers made them. */
export function hasChecksum(bytes: Uint8Array, at: number): boolean {
  return isStated(bytes, at, sumOfBytes(bytes, at));
}

/** Checks the headers of one archive: all of them are summed up, by words of four bytes where they lie so. */
export class ChecksumReader {
  /** what was looked at last: one header after the other comes from the same */
  #bytes: Buffer | null = null;
  #words: Int32Array = new Int32Array(0);
  /** where `#bytes` begins in `#words`, in bytes */
  #offset = 0;

  /** Whether the checksum of the header at `at` is right. */
  isRight(bytes: Buffer, at: number): boolean {
    if (bytes !== this.#bytes) {
      this.#look(bytes);
    }
    const first = this.#offset + at;
    return isStated(bytes, at, (first & 3) === 0 ? sumOfWords(this.#words, first >>> 2) : sumOfBytes(bytes, at));
  }

  #look(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >>> 2);
    this.#offset = bytes.byteOffset;
  }
}

/** @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 */
function isStated(bytes: Uint8Array, at: number, sumOfAll: number): boolean {
  const stated = octal(bytes, at + checksumAt, checksumBytes);
  // the checksum field itself counts as 8 spaces
  let sum = sumOfAll + 8 * 0x20;
  for (let index = at + checksumAt; index < at + checksumAt + checksumBytes; index += 1) {
    sum -= bytes[index]!;
  }
  return stated === sum || stated === sum - 256 * highBytes(bytes, at);
}

function sumOfBytes(bytes: Uint8Array, at: number): number {
  let sum = 0;
  for (let index = at; index < at + blockSize; index += 1) {
    sum += bytes[index]!;
  }
  return sum;
}

/** Four words at a time: most of a header is zero. */
function sumOfWords(words: Int32Array, first: number): number {
  // two sums of at most 256 bytes each, in 16 bits each
  let sums = 0;
  for (let index = first; index < first + blockWords; index += 4) {
    const a = words[index]!;
    const b = words[index + 1]!;
    const c = words[index + 2]!;
    const d = words[index + 3]!;
    if ((a | b | c | d) !== 0) {
      const even = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff);
      const odd = ((a >>> 8) & 0xff00ff) + ((b >>> 8) & 0xff00ff) + ((c >>> 8) & 0xff00ff) + ((d >>> 8) & 0xff00ff);
      sums += even + odd;
    }
  }
  return (sums & 0xffff) + Math.floor(sums / 0x10000);
}

/** How many bytes, beside those of the checksum, are negative as signed ones. */
function highBytes(bytes: Uint8Array, at: number): number {
  let high = 0;
  for (let index = at; index < at + blockSize; index += 1) {
    if (index < at + checksumAt || index >= at + checksumAt + checksumBytes) {
      high += bytes[index]! >> 7;
    }
  }
  return high;
}
