/** What is wrong with a bzip2 stream. */
export class Bzip2Problem extends Error {}

/** Bits of a buffer, most significant first. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @param count 1 to 24 */
  bits(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#bytes.length) throw new Bzip2Problem('breaks off');
      this.#held = ((this.#held << 8) | this.#bytes[this.#at++]!) & 0xffffffff;
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#held >>> this.#count) & ((1 << count) - 1);
  }

  word(): number {
    return ((this.bits(16) << 16) | this.bits(16)) >>> 0;
  }

  toByte(): void {
    this.#count -= this.#count % 8;
  }

  /** whole bytes that were taken */
  get consumed(): number {
    return this.#at - (this.#count >> 3);
  }

  get spareBits(): number {
    return this.#count & 7;
  }

  skip(bits: number): void {
    if (bits > 0) this.bits(bits);
  }
}

const maxLength = 20;
const groupSize = 50;

interface HuffmanTable {
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
  readonly shortest: number;
}

/**
 * One block, after its magic number and checksum: the block-sorted bytes, still with their runs.
 *
 * @param maxSize bytes of a block, 100,000 to 900,000
 * @throws Bzip2Problem
 */
export function readBlock(reader: BitReader, maxSize: number): { readonly bytes: Uint8Array; readonly length: number } {
  if (reader.bits(1) === 1) throw new Bzip2Problem('uses randomised blocks, which nobody has written since 1999');
  const origin = reader.bits(24);
  const used = symbolsUsed(reader);
  const groups = reader.bits(3);
  const selectorCount = reader.bits(15);
  if (groups < 2 || groups > 6 || selectorCount < 1) throw new Bzip2Problem('has a damaged block');
  const selectors = readSelectors(reader, groups, selectorCount);
  const alphabet = used.length + 2;
  const tables = Array.from({ length: groups }, () => readTable(reader, alphabet));
  const { sorted, length } = readSymbols(reader, used, tables, selectors, maxSize);
  if (length === 0 ? origin !== 0 : origin >= length) throw new Bzip2Problem('has a damaged block');
  return { bytes: unsort(sorted, length, origin), length };
}

function symbolsUsed(reader: BitReader): Uint8Array {
  const ranges = reader.bits(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const map = reader.bits(16);
    for (let bit = 0; bit < 16; bit++) if ((map & (0x8000 >> bit)) !== 0) used.push(range * 16 + bit);
  }
  if (used.length === 0) throw new Bzip2Problem('has a damaged block');
  return Uint8Array.from(used);
}

function readSelectors(reader: BitReader, groups: number, count: number): Uint8Array {
  const front = Array.from({ length: groups }, (_, at) => at);
  const selectors = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let position = 0;
    while (reader.bits(1) === 1) if (++position >= groups) throw new Bzip2Problem('has a damaged block');
    const [chosen] = front.splice(position, 1) as [number];
    front.unshift(chosen);
    selectors[i] = chosen;
  }
  return selectors;
}

function readTable(reader: BitReader, alphabet: number): HuffmanTable {
  const lengths = new Uint8Array(alphabet);
  let length = reader.bits(5);
  for (let symbol = 0; symbol < alphabet; symbol++) {
    while (reader.bits(1) === 1) {
      length += reader.bits(1) === 0 ? 1 : -1;
      if (length < 1 || length > maxLength) throw new Bzip2Problem('has a damaged block');
    }
    if (length < 1 || length > maxLength) throw new Bzip2Problem('has a damaged block');
    lengths[symbol] = length;
  }
  return tableOf(lengths);
}

/** Canonical codes: symbols by length, and for each length the highest code. */
function tableOf(lengths: Uint8Array): HuffmanTable {
  const counts = new Int32Array(maxLength + 2);
  for (const length of lengths) counts[length]!++;
  const symbols = new Uint16Array(lengths.length);
  let at = 0;
  let shortest = maxLength;
  for (let length = 1; length <= maxLength; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) symbols[at++] = symbol;
    if (counts[length]! > 0) shortest = Math.min(shortest, length);
  }
  const limit = new Int32Array(maxLength + 2).fill(-1);
  const base = new Int32Array(maxLength + 2);
  let code = 0;
  let first = 0;
  for (let length = 1; length <= maxLength; length++) {
    base[length] = first - code;
    code += counts[length]!;
    first += counts[length]!;
    limit[length] = code - 1;
    code <<= 1;
  }
  return { limit, base, symbols, shortest };
}

function readSymbol(reader: BitReader, { limit, base, symbols, shortest }: HuffmanTable): number {
  let length = shortest;
  let code = reader.bits(length);
  while (code > limit[length]!) {
    if (++length > maxLength) throw new Bzip2Problem('has a damaged block');
    code = (code << 1) | reader.bits(1);
  }
  const symbol = symbols[base[length]! + code];
  if (symbol === undefined) throw new Bzip2Problem('has a damaged block');
  return symbol;
}

/** Undoes the Huffman codes, the runs of zeros and the move to front. */
function readSymbols(
  reader: BitReader,
  used: Uint8Array,
  tables: readonly HuffmanTable[],
  selectors: Uint8Array,
  maxSize: number,
): { readonly sorted: Uint8Array; readonly length: number } {
  const front = Uint8Array.from(used);
  const end = used.length + 1;
  const sorted = new Uint8Array(maxSize);
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let group = 0; ; group++) {
    const table = tables[selectors[group] ?? -1];
    if (table === undefined) throw new Bzip2Problem('has a damaged block');
    for (let i = 0; i < groupSize; i++) {
      const symbol = readSymbol(reader, table);
      if (symbol < 2) {
        run += weight << symbol;
        weight <<= 1;
        if (run > maxSize) throw new Bzip2Problem('has a block larger than it says');
        continue;
      }
      if (run > 0) {
        if (length + run > maxSize) throw new Bzip2Problem('has a block larger than it says');
        sorted.fill(front[0]!, length, length + run);
        length += run;
        run = 0;
        weight = 1;
      }
      if (symbol === end) return { sorted, length };
      if (length >= maxSize) throw new Bzip2Problem('has a block larger than it says');
      const value = front[symbol - 1]!;
      front.copyWithin(1, 0, symbol - 1);
      front[0] = value;
      sorted[length++] = value;
    }
  }
}

/** Undoes the block sorting (Burrows-Wheeler). */
function unsort(sorted: Uint8Array, length: number, origin: number): Uint8Array {
  const starts = new Uint32Array(256);
  for (let i = 0; i < length; i++) starts[sorted[i]!]!++;
  let sum = 0;
  for (let value = 0; value < 256; value++) {
    const count = starts[value]!;
    starts[value] = sum;
    sum += count;
  }
  const next = new Uint32Array(length);
  for (let i = 0; i < length; i++) next[starts[sorted[i]!]!++] = i;
  const out = new Uint8Array(length);
  let at = length === 0 ? 0 : next[origin]!;
  for (let i = 0; i < length; i++) {
    out[i] = sorted[at]!;
    at = next[at]!;
  }
  return out;
}
