import { AdvisoryError } from '../advisory-error.ts';
import { BitReader, Bzip2Problem, readBlock } from './bzip2-block.ts';

/** more than any packed block takes: 900,001 symbols of at most 20 bits, and its tables */
const maxBlockBytes = 4 << 20;
const pieceBytes = 256 * 1024;
/** several times what the largest feed unpacks to */
const maxTotalBytes = 4 * 2 ** 30;

/**
 * The content of a bzip2 stream, piece by piece; one block is held at a time. Streams one after the other are read as one.
 *
 * @throws AdvisoryError `feed-malformed` (no bzip2, truncated, a wrong checksum), `feed-too-large`
 * @see https://sourceware.org/bzip2/ (there is no specification but the program)
 */
export async function* bzip2Content(
  name: string,
  stream: AsyncIterable<Buffer>,
  maxBytes: number = maxTotalBytes,
): AsyncGenerator<Buffer> {
  const input = new Window(stream);
  let total = 0;
  try {
    for (let level = await input.header(); level > 0; level = await input.nextHeader()) {
      let combined = 0;
      for (;;) {
        const reader = await input.reader();
        const magic = [reader.bits(24), reader.bits(24)];
        const crc = reader.word();
        if (magic[0] === 0x177245 && magic[1] === 0x385090) {
          if (crc !== combined >>> 0) throw new Bzip2Problem('has a wrong checksum');
          reader.toByte();
          input.taken(reader);
          break;
        }
        if (magic[0] !== 0x314159 || magic[1] !== 0x265359) throw new Bzip2Problem('has a damaged block');
        const block = readBlock(reader, level * 100_000);
        input.taken(reader);
        const check = { crc: 0xffffffff };
        for (const piece of withoutRuns(block.bytes, block.length, check)) {
          total += piece.length;
          if (total > maxBytes)
            throw new AdvisoryError('feed-too-large', `${name}: inflates to more than ${maxBytes} bytes`);
          yield piece;
        }
        if (~check.crc >>> 0 !== crc) throw new Bzip2Problem('has a wrong checksum');
        combined = ((combined << 1) | (combined >>> 31)) ^ crc;
      }
    }
  } catch (error) {
    if (!(error instanceof Bzip2Problem)) throw error;
    throw new AdvisoryError('feed-malformed', `${name}: the bzip2 stream ${error.message}; fetch it again`, error);
  }
}

/** The part of the input that is at hand; a block may begin inside a byte. */
class Window {
  readonly #source: AsyncIterator<Buffer>;
  #bytes: Buffer = Buffer.alloc(0);
  #skippedBits = 0;
  #ended = false;

  constructor(stream: AsyncIterable<Buffer>) {
    this.#source = stream[Symbol.asyncIterator]();
  }

  /** Level of the stream, 1 to 9. */
  async header(): Promise<number> {
    await this.#fill(4);
    const level = /^BZh([1-9])$/.exec(this.#bytes.toString('latin1', 0, 4))?.[1];
    if (level === undefined) throw new Bzip2Problem('is none');
    this.#bytes = this.#bytes.subarray(4);
    return Number(level);
  }

  /** The same, or 0 where nothing follows. */
  async nextHeader(): Promise<number> {
    await this.#fill(4);
    return this.#bytes.length === 0 ? 0 : this.header();
  }

  /** At the next block, with as many bytes as it can have. */
  async reader(): Promise<BitReader> {
    await this.#fill(maxBlockBytes);
    const reader = new BitReader(this.#bytes);
    reader.skip(this.#skippedBits);
    return reader;
  }

  taken(reader: BitReader): void {
    const spare = reader.spareBits;
    const whole = spare === 0 ? reader.consumed : reader.consumed - 1;
    this.#bytes = this.#bytes.subarray(whole);
    this.#skippedBits = spare === 0 ? 0 : 8 - spare;
  }

  async #fill(bytes: number): Promise<void> {
    const chunks = [this.#bytes];
    let have = this.#bytes.length;
    while (have < bytes && !this.#ended) {
      const { value, done } = await this.#source.next();
      if (done === true) this.#ended = true;
      else {
        chunks.push(value);
        have += value.length;
      }
    }
    if (chunks.length > 1) this.#bytes = Buffer.concat(chunks);
  }
}

/** Four equal bytes are followed by how often the byte comes again. */
function* withoutRuns(bytes: Uint8Array, length: number, check: { crc: number }): Generator<Buffer> {
  let piece = Buffer.allocUnsafe(pieceBytes);
  let fill = 0;
  let crc = check.crc;
  let last = -1;
  let equal = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i]!;
    let times = 1;
    if (equal === 4) {
      times = byte;
      equal = 0;
    } else {
      equal = byte === last ? equal + 1 : 1;
      last = byte;
    }
    for (; times > 0; times--) {
      piece[fill++] = last;
      crc = (crc << 8) ^ crcTable[((crc >>> 24) ^ last) & 0xff]!;
      if (fill < pieceBytes) continue;
      yield piece;
      piece = Buffer.allocUnsafe(pieceBytes);
      fill = 0;
    }
    if (equal === 0) last = -1;
  }
  check.crc = crc;
  if (fill > 0) yield piece.subarray(0, fill);
}

/** CRC-32 with the most significant bit first, unlike zip's. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});
