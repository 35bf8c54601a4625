/** CRC-64 with the polynomial of ISO 3309, as the engines keep it of every file; 64 bits as two halves of 32. */
export class Crc64 {
  #high = 0xffffffff;
  #low = 0xffffffff;

  /**
   * The polynomial is x⁶⁴ + x⁴ + x³ + x + 1, so what 32 bits that leave the register come back as is themselves, shifted by
   * 4, 3, 1 and 0: four bytes at once need no table. Bits stand in reverse.
   */
  update(bytes: Buffer): void {
    let high = this.#high;
    let low = this.#low;
    let at = 0;
    for (const whole = bytes.length - 3; at < whole; at += 4) {
      const next = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      const left = low ^ next;
      low = high ^ (left << 31) ^ (left << 29) ^ (left << 28);
      high = left ^ (left >>> 1) ^ (left >>> 3) ^ (left >>> 4);
    }
    for (; at < bytes.length; at += 1) {
      const left = (low ^ bytes[at]!) & 0xff;
      low = (low >>> 8) | (high << 24);
      // the eight bits, at the end of the register
      high = (high >>> 8) ^ (left << 24) ^ (left << 23) ^ (left << 21) ^ (left << 20);
    }
    this.#high = high;
    this.#low = low;
  }

  /** 8 bytes, big-endian. */
  digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(~this.#high >>> 0, 0);
    bytes.writeUInt32BE(~this.#low >>> 0, 4);
    return bytes;
  }
}
