import { giveBack } from '../../image/columns.ts';
import type { FileParts, PassingFile } from '../../image/types.ts';
import { beginsElf, readElf } from './elf.ts';

/** Executables up to this size are kept whole while their bytes pass by; bytes. */
const maxWholeBytes = 16 * 1024 * 1024;
/** Those that Go's linker made: before Go 1.18 their build info is strewn over the file. */
const maxWholeGoBytes = 128 * 1024 * 1024;

/** Of larger ones: the beginning, */
const headBytes = 64 * 1024;
/** the writable segments, */
const maxWritableBytes = 32 * 1024 * 1024;
/** what follows the last segment, and the end, which holds the section headers. */
const behindSegmentsBytes = 1024 * 1024;
const tailBytes = 1024 * 1024;

/** First allocation: a size that lies costs no memory. */
const firstBytes = 1024 * 1024;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A buffer that is used again for one executable after another: most are small, and there are thousands. */
export interface SpareBuffer {
  bytes: Buffer;
}

/** Larger ones are let go after use. */
const maxSpareBytes = 2 * 1024 * 1024;

/**
 * Keeps of an executable that passes by what its readers may ask for. What is no ELF file is let go with its first bytes:
 * `onData` and `onEnd` hear no more of it.
 */
export class PassingExecutable implements PassingFile {
  readonly #size: number;
  readonly #spare: SpareBuffer;
  readonly #onData: ((chunk: Buffer) => void) | null;
  readonly #onEnd: (parts: FileParts) => void;
  /** what is kept, sorted by start; the bytes stand one behind the other */
  #ranges: readonly Range[] | null = null;
  #bytes: Buffer;
  #filled = 0;
  #position = 0;
  #dropped = false;

  constructor(
    size: number,
    spare: SpareBuffer,
    onData: ((chunk: Buffer) => void) | null,
    onEnd: (parts: FileParts) => void,
  ) {
    this.#size = size;
    this.#spare = spare;
    this.#bytes = spare.bytes;
    this.#onData = onData;
    this.#onEnd = onEnd;
  }

  data(chunk: Buffer): void {
    if (this.#dropped) return;
    let at = 0;
    if (this.#ranges === null) {
      at = Math.min(chunk.length, Math.min(headBytes, this.#size) - this.#filled);
      this.#keep(chunk, 0, at);
      this.#position += at;
      if (this.#filled >= 4 && !beginsElf(this.#bytes)) {
        this.#dropped = true;
        return;
      }
    }
    this.#onData?.(chunk);
    if (this.#ranges === null) {
      if (this.#filled < Math.min(headBytes, this.#size)) return;
      this.#ranges = rangesToKeep(partsKept(this.#size, this.#bytes, [{ start: 0, end: this.#filled }]));
    }
    const end = this.#position + chunk.length - at;
    for (const range of this.#ranges) {
      const from = Math.max(range.start, this.#position);
      const to = Math.min(range.end, end);
      if (from < to) this.#keep(chunk, at + from - this.#position, at + to - this.#position);
    }
    this.#position = end;
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const needed = this.#filled + to - from;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, firstBytes, Math.min(this.#bytes.length * 2, this.#size)));
      this.#bytes.copy(grown, 0, 0, this.#filled);
      if (this.#bytes !== this.#spare.bytes) giveBack(this.#bytes);
      this.#bytes = grown;
    }
    chunk.copy(this.#bytes, this.#filled, from, to);
    this.#filled = needed;
  }

  end(): void {
    if (this.#bytes.length <= maxSpareBytes) this.#spare.bytes = this.#bytes;
    if (!this.#dropped) this.#onEnd(partsKept(this.#size, this.#bytes, this.#ranges ?? []));
    if (this.#bytes !== this.#spare.bytes) giveBack(this.#bytes);
  }
}

/** Sorted, apart from each other, the first one being the head. */
function rangesToKeep(head: FileParts): readonly Range[] {
  const { size } = head;
  const elf = readElf(head);
  if (elf === null || size <= maxWholeBytes) return [{ start: 0, end: size }];
  // Go's own linker writes the section headers right behind the program headers, others at the end
  const byGo = elf.sectionTable > 0 && elf.sectionTable < 4096;
  if (byGo && size <= maxWholeGoBytes) return [{ start: 0, end: size }];
  const wanted: Range[] = [
    { start: 0, end: Math.min(headBytes, size) },
    { start: Math.max(0, size - tailBytes), end: size },
  ];
  let left = maxWritableBytes;
  let behind = 0;
  for (const { kind, writable, offset, size: length } of elf.segments) {
    if (kind !== 'load') continue;
    behind = Math.max(behind, offset + length);
    if (!writable) continue;
    const kept = Math.min(left, length);
    left -= kept;
    wanted.push({ start: offset, end: offset + kept });
  }
  wanted.push({ start: behind, end: Math.min(size, behind + behindSegmentsBytes) });
  return merged(wanted);
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last !== undefined && range.start <= last.end) {
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else result.push(range);
  }
  return result;
}

function partsKept(size: number, bytes: Buffer, ranges: readonly Range[]): FileParts {
  return {
    size,
    read(offset, length) {
      let at = 0;
      for (const { start, end } of ranges) {
        if (offset >= start && length >= 0 && offset + length <= end) {
          return bytes.subarray(at + offset - start, at + offset - start + length);
        }
        at += end - start;
      }
      return null;
    },
  };
}
