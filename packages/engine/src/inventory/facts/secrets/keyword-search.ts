/** Bytes of a keyword that are looked at first; every keyword has as many. */
export const minKeywordBytes = 4;

const blockBits = 5;
const blockMask = 0x1f;
const farthest = 2;

/**
 * Finds many keywords in one pass, by Wu and Manber: three bytes, hashed without regard to case, tell how far the next
 * place lies where a keyword may begin, so that about every second byte is looked at. Where one may begin, the keywords
 * that fit are compared: time is linear in the text, whatever it holds.
 */
export class KeywordSearch {
  readonly #shifts = new Uint8Array(1 << (3 * blockBits)).fill(farthest);
  readonly #candidates = new Map<number, number[]>();
  readonly #keywords: readonly Buffer[];

  /** @param keywords ASCII, of `minKeywordBytes` at least */
  constructor(keywords: readonly string[]) {
    this.#keywords = keywords.map((keyword) => Buffer.from(keyword.toLowerCase(), 'latin1'));
    for (const [index, bytes] of this.#keywords.entries()) {
      this.#shifts[hash(bytes, 0)] = Math.min(this.#shifts[hash(bytes, 0)]!, 1);
      const last = hash(bytes, 1);
      this.#shifts[last] = 0;
      const known = this.#candidates.get(last);
      if (known === undefined) this.#candidates.set(last, [index]);
      else known.push(index);
    }
  }

  /** bytes */
  lengthOf(keyword: number): number {
    return this.#keywords[keyword]!.length;
  }

  /** Calls `found` for each keyword and place, by rising place, until it says false. */
  search(text: Buffer, found: (at: number, keyword: number) => boolean): void {
    const shifts = this.#shifts;
    const end = text.length - minKeywordBytes;
    for (let at = 0; at <= end; ) {
      const block =
        ((text[at + 1]! & blockMask) << (2 * blockBits)) |
        ((text[at + 2]! & blockMask) << blockBits) |
        (text[at + 3]! & blockMask);
      const shift = shifts[block]!;
      if (shift !== 0) {
        at += shift;
        continue;
      }
      for (const keyword of this.#candidates.get(block)!) {
        if (stands(this.#keywords[keyword]!, text, at) && !found(at, keyword)) return;
      }
      at += 1;
    }
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
  if (start + keyword.length > text.length) return false;
  for (let at = 0; at < keyword.length; at += 1) {
    const byte = text[start + at]!;
    const wanted = keyword[at]!;
    if (byte !== wanted && !(byte >= 0x41 && byte <= 0x5a && (byte | 0x20) === wanted)) return false;
  }
  return true;
}
