import { letGo } from './columns.ts';
import type { Slabs } from './slabs.ts';

const growth = 2;
const longestLoop = 128;

/** Stretches of bytes, one behind the other, in one buffer that grows. */
export class ByteArena {
  bytes: Buffer;
  length = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /**
   * @param given may be this arena itself
   * @returns where they end
   */
  add(given: Uint8Array, start: number, end: number): number {
    const own = given === this.bytes;
    this.#reserve(end - start);
    const source = own ? this.bytes : given;
    const { bytes } = this;
    let to = this.length;
    for (let at = start; at < end; at += 1, to += 1) {
      bytes[to] = source[at]!;
    }
    this.length = to;
    return to;
  }

  /** As UTF-8. @returns where it ends */
  addText(text: string): number {
    this.#reserve(text.length * 3);
    const { bytes, length } = this;
    // of a name a call to write it would cost more than all else that is done with it
    const own = text.length <= longestLoop ? text.length : 0;
    let at = 0;
    for (; at < own; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) {
        break;
      }
      bytes[length + at] = code;
    }
    this.length += at === text.length ? at : bytes.write(text, length, 'utf8');
    return this.length;
  }

  /** All of them, in other memory; the arena is empty then. */
  take(from?: Slabs): Buffer {
    const exact = from?.take(this.length) ?? Buffer.allocUnsafeSlow(this.length);
    this.bytes.copy(exact, 0, 0, this.length);
    this.length = 0;
    return exact;
  }

  /** Nothing more is added. */
  trim(): void {
    const { length } = this;
    const exact = this.take();
    letGo(this.bytes);
    this.bytes = exact;
    this.length = length;
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, growth * this.bytes.length));
      this.bytes.copy(grown, 0, 0, this.length);
      letGo(this.bytes);
      this.bytes = grown;
    }
  }
}

/** Text of ASCII bytes is decoded without looking for sequences. */
export function textOf(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at += 1) {
    if (bytes[at]! >= 0x80) {
      return bytes.toString('utf8', start, end);
    }
  }
  return bytes.toString('latin1', start, end);
}
