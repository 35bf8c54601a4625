/** Bytes of a keyword that are looked at first; every keyword has as many. */
export const minKeywordBytes = 4;

const blockBits = 5;
const blockMask = 0x1f;

/** A keyword of which a block is the beginning, or what follows its first byte. */
interface Candidate {
  readonly keyword: number;
  readonly behind: 0 | 1;
}

/**
 * Finds many keywords in one pass. Every second place is looked at: three bytes, hashed without regard to case. Of a keyword of
 * four bytes one such block begins at an even place, so that a table tells where one may stand, and that no step waits for what
 * the one before it found makes it as fast as memory. Where one may stand, the keywords that fit are compared: time is linear in
 * the text, whatever it holds.
 */
export class KeywordSearch {
  readonly #marks = new Uint8Array(1 << (3 * blockBits));
  /** by block; those that begin earlier come first */
  readonly #candidates: (readonly Candidate[] | undefined)[] = new Array(1 << (3 * blockBits)).fill(undefined);
  readonly #keywords: readonly Buffer[];

  /** @param keywords ASCII, of `minKeywordBytes` at least */
  constructor(keywords: readonly string[]) {
    this.#keywords = keywords.map((keyword) => Buffer.from(keyword.toLowerCase(), 'latin1'));
    for (const behind of [1, 0] as const) {
      for (const [keyword, bytes] of this.#keywords.entries()) {
        const block = hash(bytes, behind);
        this.#marks[block] = 1;
        this.#candidates[block] = [...(this.#candidates[block] ?? []), { keyword, behind }];
      }
    }
  }

  /** bytes */
  lengthOf(keyword: number): number {
    return this.#keywords[keyword]!.length;
  }

  /** Calls `found` for each keyword and place, by rising place, until it says false. */
  search(text: Buffer, found: (at: number, keyword: number) => boolean): void {
    const marks = this.#marks;
    const end = text.length - 2;
    let first = text[0]! & blockMask;
    for (let at = 0; at < end; at += 2) {
      const third = text[at + 2]! & blockMask;
      const block = (first << (2 * blockBits)) | ((text[at + 1]! & blockMask) << blockBits) | third;
      if (marks[block] !== 0 && !this.#compare(block, text, at, found)) return;
      first = third;
    }
  }

  #compare(block: number, text: Buffer, at: number, found: (at: number, keyword: number) => boolean): boolean {
    for (const { keyword, behind } of this.#candidates[block]!) {
      if (stands(this.#keywords[keyword]!, text, at - behind) && !found(at - behind, keyword)) return false;
    }
    return true;
  }
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
