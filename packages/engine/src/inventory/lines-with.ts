import { sameBytes } from '../image/path-hash.ts';

/** A line of a text, without its line feed, as byte offsets. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The lines that hold any of the needles, in order. File lists of packages have tens of megabytes of which few lines
 * matter: one pass looks up each three bytes among those that needles are looked for by, and only where they are there any
 * further.
 *
 * @param needles ASCII; the same array at every call, since what is made of it is kept
 */
export function linesWith(body: Buffer, needles: readonly string[]): readonly LineRange[] {
  const search = compiled(needles);
  const ends = new Map<number, number>();
  for (let at = nextHit(search, body, 0); at >= 0; at = nextHit(search, body, takeLine(body, at, ends)));
  for (const needle of search.plain) {
    for (let at = body.indexOf(needle); at >= 0 && at < body.length; ) {
      at = body.indexOf(needle, takeLine(body, at, ends) + 1);
    }
  }
  return [...ends].map(([start, end]) => ({ start, end })).sort((a, b) => a.start - b.start);
}

/** Where the next needle stands; -1: there is none. A function of its own, since V8 makes the best of small ones. */
function nextHit({ marks, marked }: Search, body: Buffer, from: number): number {
  const { length } = body;
  let hash = 0;
  for (let at = from; at < length; at += 1) {
    hash = hashOf(hash, body[at]!);
    if (marks[hash] !== 0 && anyStands(marked.get(hash)!, body, at)) return at;
  }
  return -1;
}

/** Notes the line around a place. @returns where it ends */
function takeLine(body: Buffer, at: number, ends: Map<number, number>): number {
  const start = at === 0 ? 0 : body.lastIndexOf(newline, at - 1) + 1;
  const found = body.indexOf(newline, at);
  const end = found < 0 ? body.length : found;
  ends.set(start, end);
  return end;
}

const newline = 0x0a;

const hashBits = 15;

/** Of the last three bytes: what was before them has left it. */
function hashOf(before: number, byte: number): number {
  return ((before << 5) ^ byte) & ((1 << hashBits) - 1);
}

interface Needle {
  readonly bytes: Buffer;
  /** index of the last of the three bytes that it is looked for by */
  readonly mark: number;
}

interface Search {
  /** hash → 1 where it is that of some needle's three bytes */
  readonly marks: Uint8Array;
  readonly marked: ReadonlyMap<number, readonly Needle[]>;
  /** too short for that, and searched for one by one */
  readonly plain: readonly string[];
}

/** @param at of the last of the three bytes */
function anyStands(needles: readonly Needle[], body: Buffer, at: number): boolean {
  // no iterator: this is asked a million times
  for (let index = 0; index < needles.length; index += 1) {
    const { bytes, mark } = needles[index]!;
    const start = at - mark;
    if (start >= 0 && sameBytes(body, start, start + bytes.length, bytes, 0, bytes.length)) return true;
  }
  return false;
}

const searches = new WeakMap<readonly string[], Search>();

function compiled(needles: readonly string[]): Search {
  const known = searches.get(needles);
  if (known !== undefined) return known;
  const marks = new Uint8Array(1 << hashBits);
  const marked = new Map<number, Needle[]>();
  for (const text of needles.filter((needle) => needle.length >= 3)) {
    const mark = rarestThree(text);
    const bytes = Buffer.from(text);
    const hash = [...bytes.subarray(mark - 2, mark + 1)].reduce(hashOf, 0);
    marks[hash] = 1;
    marked.set(hash, [...(marked.get(hash) ?? []), { bytes, mark }]);
  }
  const search = { marks, marked, plain: needles.filter((needle) => needle.length < 3) };
  searches.set(needles, search);
  return search;
}

/** Characters of paths, the commonest first; others are rarer. */
const common = 'e/aironstlcudpmh-bg.f0_12vky';

/** Where the last stands of the three characters that are rarest in paths. */
function rarestThree(text: string): number {
  const rarity = Array.from(text, (character) =>
    common.includes(character) ? common.indexOf(character) : common.length,
  );
  const sums = rarity.slice(2).map((last, index) => rarity[index]! + rarity[index + 1]! + last);
  return sums.indexOf(Math.max(...sums)) + 2;
}
