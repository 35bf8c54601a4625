/** Hears what of a database cannot be read; the reader goes on with the rest. */
export type TellDamage = (what: string) => void;

/**
 * Yields the header of every package of a database file, one after another. A header lives until the next is asked for:
 * those that lie in pieces are joined in memory that is used again.
 *
 * Every byte of the file is part of one header at most, so a file cannot say more than it holds.
 */
export type HeaderBlobs = (body: Buffer, damaged: TellDamage) => Generator<Buffer>;

/**
 * Memory in which pieces are joined; grows to the largest header of a database and is used for each of them. Pieces are
 * parts of the file, so what a file merely says about a length costs nothing.
 */
export class JoinBuffer {
  #bytes = Buffer.alloc(0);

  /** Valid until the next call. */
  join(parts: readonly Buffer[], length: number): Buffer {
    if (this.#bytes.length < length) this.#bytes = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    for (const part of parts) filled += part.copy(this.#bytes, filled);
    return this.#bytes.subarray(0, filled);
  }
}

/** Pages that were seen: a page that two chains lead to, or one chain twice, is damage and would cost without bound. */
export class SeenPages {
  readonly #seen: Uint8Array;

  constructor(pages: number) {
    this.#seen = new Uint8Array(pages);
  }

  /** Whether this is the first time; false for numbers beyond the file. */
  enter(page: number): boolean {
    if (this.#seen[page] !== 0) return false;
    this.#seen[page] = 1;
    return true;
  }

  has(page: number): boolean {
    return this.#seen[page] === 1;
  }
}
