/** Memory that is not written costs none; what was grown out of stays until the collector of garbage comes by. */
const growth = 4;

/** Stretches of bytes, one behind the other, in one buffer that grows. */
export class ByteArena {
  bytes: Buffer;
  length = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** @returns where they end */
  add(source: Uint8Array, start: number, end: number): number {
    this.#reserve(end - start);
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
    this.length += this.bytes.write(text, this.length, 'utf8');
    return this.length;
  }

  #reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, growth * this.bytes.length));
      this.bytes.copy(grown, 0, 0, this.length);
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
