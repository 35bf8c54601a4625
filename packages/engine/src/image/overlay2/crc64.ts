/**
 * CRC-64 with the polynomial of ISO 3309, as the engines keep it of every file. Only the upper half of its table is not
 * zero, so that two 32-bit halves take the place of the 64 bits that numbers do not have.
 */
export class Crc64 {
  #high = 0xffffffff;
  #low = 0xffffffff;

  update(bytes: Buffer): void {
    let high = this.#high;
    let low = this.#low;
    for (let at = 0; at < bytes.length; at += 1) {
      const row = table[(low ^ bytes[at]!) & 0xff]!;
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) ^ row;
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

/** Reversed, upper half. */
const polynomial = 0xd8000000;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    const odd = low & 1;
    low = (low >>> 1) | ((high & 1) << 31);
    high = (high >>> 1) ^ (odd === 1 ? polynomial : 0);
  }
  return high;
});
