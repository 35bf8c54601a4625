import type { ContentWatch } from '../cataloger.ts';
import { type ContentPattern, mostAhead, mostBack } from './classifier-types.ts';

/** An anchor that stands in a file more often than this is forged, or none. */
const maxHits = 20_000;

const versionText = /^\d[\w.+~-]{0,63}$/;

/**
 * Searches a file that is pushed in pieces for the versions that patterns find in it. Where the pieces are cut makes no
 * difference. Time is linear in the file.
 */
export class ContentSearch implements ContentWatch {
  readonly #searches: readonly Search[];
  #tail = Buffer.alloc(0);
  /** of the file, bytes */
  #pushed = 0;

  /** @param patterns each with what its version must begin with */
  constructor(patterns: readonly (readonly [ContentPattern, prefix: string])[]) {
    this.#searches = patterns.map(([pattern, prefix]) => new Search(pattern, prefix));
  }

  /** Nothing that follows can change what is found. */
  get done(): boolean {
    return this.#searches.every(({ done }) => done);
  }

  push(chunk: Buffer): void {
    if (this.done) return;
    const bytes = joined(this.#tail, chunk);
    const base = this.#pushed - this.#tail.length;
    this.#pushed += chunk.length;
    for (const search of this.#searches) search.look(bytes, base, bytes.length - mostAhead);
    this.#tail = Buffer.from(bytes.subarray(-(mostBack + mostAhead + mostAnchor)));
  }

  /** The version that each pattern found, after the last piece; null: none. */
  finish(): readonly (string | null)[] {
    return this.#searches.map((search) => {
      search.look(this.#tail, this.#pushed - this.#tail.length, this.#tail.length);
      return search.found;
    });
  }
}

let spare = Buffer.alloc(0);

/** Both, valid until the next call: a new buffer for each piece would cost more than the search. */
function joined(tail: Buffer, chunk: Buffer): Buffer {
  if (tail.length === 0) return chunk;
  const length = tail.length + chunk.length;
  if (length > spare.length) spare = Buffer.allocUnsafeSlow(length);
  tail.copy(spare, 0);
  chunk.copy(spare, tail.length);
  return spare.subarray(0, length);
}

/** Anchors are no longer; bytes. */
const mostAnchor = 64;

class Search {
  found: string | null = null;
  readonly #anchor: Buffer;
  readonly #version: RegExp;
  readonly #back: number;
  readonly #prefix: string;
  #hits = 0;
  /** where in the file the next look begins */
  #next = 0;

  constructor({ anchor, version, back = 0 }: ContentPattern, prefix: string) {
    this.#prefix = prefix;
    this.#anchor = Buffer.from(anchor, 'latin1');
    this.#version = version;
    this.#back = back;
  }

  get done(): boolean {
    return this.found !== null || this.#hits > maxHits;
  }

  /**
   * @param base where `bytes` stand in the file
   * @param end in `bytes`: hits from there on are left for when more is known of what follows them
   */
  look(bytes: Buffer, base: number, end: number): void {
    if (this.done) return;
    const from = Math.max(0, this.#next - base);
    this.#next = Math.max(this.#next, base + end);
    for (let at = bytes.indexOf(this.#anchor, from); at >= 0 && at < end; at = bytes.indexOf(this.#anchor, at + 1)) {
      this.#hits += 1;
      const start = Math.max(0, at - this.#back);
      const version = this.#version.exec(bytes.toString('latin1', start, start + mostAhead))?.[1];
      if (version?.startsWith(this.#prefix) && versionText.test(version)) this.found = version;
      if (this.done) return;
    }
  }
}
