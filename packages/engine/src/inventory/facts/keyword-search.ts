/** Bytes of a keyword that are looked at first; every keyword has as many. */
export const minKeywordBytes = 4;

const blockBits = 5;
const blockMask = 0x1f;
const blocks = 1 << (3 * blockBits);

/** Where one side of a block tells keywords apart. */
class Side {
  /** by block: a bit for each byte that a keyword has beside it */
  readonly bits = new Int32Array(blocks);
  /** by block and byte: few of a block's have any, and lists without would be most of what a search is made of */
  readonly #keywords = new Map<number, number[]>();

  add(block: number, fourth: number, keyword: number): void {
    this.bits[block]! |= 1 << fourth;
    const at = (block << blockBits) | fourth;
    const known = this.#keywords.get(at);
    if (known === undefined) this.#keywords.set(at, [keyword]);
    else known.push(keyword);
  }

  /** Keywords that have the block at their beginning, or behind their first byte, and this as their further byte of four. */
  of(block: number, fourth: number): readonly number[] {
    return this.#keywords.get((block << blockBits) | fourth)!;
  }
}

/**
 * Finds many keywords in one pass. Every second place is looked at: three bytes, hashed without regard to case. Of a keyword of
 * four bytes one such block begins at an even place, so that a table tells where one may stand, and that no step waits for what
 * the one before it found makes it as fast as memory. Most of what three bytes of a usual text look like the fourth lets go: it
 * follows the block, or stands before it. Where a keyword may stand, those that fit are compared: time is linear in the text,
 * whatever it holds.
 */
export class KeywordSearch {
  readonly #marks = new Uint8Array(blocks);
  /** of keywords that begin before the block, and with it */
  readonly #before = new Side();
  readonly #after = new Side();
  readonly #keywords: readonly Buffer[];

  /** @param keywords ASCII, of `minKeywordBytes` at least */
  constructor(keywords: readonly string[]) {
    this.#keywords = keywords.map((keyword) => Buffer.from(keyword.toLowerCase(), 'latin1'));
    for (const [keyword, bytes] of this.#keywords.entries()) {
      this.#marks[hash(bytes, 1)] = this.#marks[hash(bytes, 0)] = 1;
      this.#before.add(hash(bytes, 1), bytes[0]! & blockMask, keyword);
      this.#after.add(hash(bytes, 0), bytes[3]! & blockMask, keyword);
    }
  }

  /** bytes */
  lengthOf(keyword: number): number {
    return this.#keywords[keyword]!.length;
  }

  /** Calls `found` for each keyword and place, by rising place, until it says false. */
  search(text: Buffer, found: (at: number, keyword: number) => boolean): void {
    const [marks, before, after] = [this.#marks, this.#before, this.#after];
    const end = text.length - 2;
    // nothing stands before the first place, nor behind the last one: these are looked at whatever they are
    for (let at = 0; at < end; at = nextPlace(marks, before.bits, after.bits, text, at + 2, end - 1)) {
      const block = hash(text, at);
      const last = at > 0 ? text[at - 1]! & blockMask : 0;
      if (((before.bits[block]! >> last) & 1) !== 0) {
        if (!this.#compare(before.of(block, last), text, at - 1, found)) return;
      }
      const fourth = at + 3 < text.length ? text[at + 3]! & blockMask : 0;
      if (((after.bits[block]! >> fourth) & 1) !== 0) {
        if (!this.#compare(after.of(block, fourth), text, at, found)) return;
      }
    }
  }

  #compare(
    keywords: readonly number[],
    text: Buffer,
    at: number,
    found: (at: number, keyword: number) => boolean,
  ): boolean {
    for (const keyword of keywords) {
      if (stands(this.#keywords[keyword]!, text, at) && !found(at, keyword)) return false;
    }
    return true;
  }
}

/**
 * From an even place on the next whose block is marked and has a keyword's byte beside it, else the first that is not before
 * `last`. By itself: a loop without calls is twice as fast.
 */
function nextPlace(
  marks: Uint8Array,
  before: Int32Array,
  after: Int32Array,
  text: Buffer,
  from: number,
  last: number,
): number {
  if (from >= last) return from;
  let at = from;
  let first = text[at]! & blockMask;
  for (; at < last; at += 2) {
    const third = text[at + 2]! & blockMask;
    const block = (first << (2 * blockBits)) | ((text[at + 1]! & blockMask) << blockBits) | third;
    // a shift takes five bits of the byte by itself; the lists are larger than the nearest cache, so that marks are asked first
    if (marks[block] !== 0) {
      const beside = (before[block]! >> text[at - 1]!) | (after[block]! >> text[at + 3]!);
      if ((beside & 1) !== 0) return at;
    }
    first = third;
  }
  return at;
}

function hash(bytes: Buffer, at: number): number {
  return (
    ((bytes[at]! & blockMask) << (2 * blockBits)) |
    ((bytes[at + 1]! & blockMask) << blockBits) |
    (bytes[at + 2]! & blockMask)
  );
}

/** `keyword` in lower case. */
function stands(keyword: Buffer, text: Buffer, start: number): boolean {
  if (start < 0 || start + keyword.length > text.length) return false;
  for (let at = 0; at < keyword.length; at += 1) {
    const byte = text[start + at]!;
    const wanted = keyword[at]!;
    if (byte !== wanted && !(byte >= 0x41 && byte <= 0x5a && (byte | 0x20) === wanted)) return false;
  }
  return true;
}
