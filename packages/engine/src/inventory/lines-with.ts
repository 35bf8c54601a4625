import { sameBytes } from '../image/path-hash.ts';

/** A line of a text, without its line feed, as byte offsets. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The lines that hold any of the needles, in order. File lists of packages have tens of megabytes of which few lines
 * matter: one pass looks at one byte of each needle, one that is rare in paths, and only where the two bytes beside it are
 * the needle's any further.
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

/** Where the next mark stands that belongs to a needle; -1: there is none. */
function nextHit(search: Search, body: Buffer, from: number): number {
  const { marks } = search;
  const { length } = body;
  for (let at = from; at < length; at += 1) {
    if (marks[body[at]!] !== 0 && hits(search, body, at)) return at;
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

interface Needle {
  readonly bytes: Buffer;
  /** index of the byte that is looked for: its first dot, slash or capital, else its first byte */
  readonly mark: number;
}

interface Search {
  /** byte → 1 where it is the mark of a needle */
  readonly marks: Uint8Array;
  /** two bytes → needles that have them behind, or before, their mark; and which pairs there are */
  readonly behind: ReadonlyMap<number, readonly Needle[]>;
  readonly before: ReadonlyMap<number, readonly Needle[]>;
  readonly pairs: Uint8Array;
  /** too short for that, and searched for one by one */
  readonly plain: readonly string[];
}

const isBehind = 1;
const isBefore = 2;

/** Asked at every slash of every list: no closure is made here. */
function hits({ behind, before, pairs }: Search, body: Buffer, at: number): boolean {
  if (at + 2 < body.length) {
    const pair = (body[at + 1]! << 8) | body[at + 2]!;
    if ((pairs[pair]! & isBehind) !== 0 && anyStands(behind.get(pair)!, body, at)) return true;
  }
  if (at < 2) return false;
  const pair = (body[at - 2]! << 8) | body[at - 1]!;
  return (pairs[pair]! & isBefore) !== 0 && anyStands(before.get(pair)!, body, at);
}

function anyStands(needles: readonly Needle[], body: Buffer, at: number): boolean {
  for (const { bytes, mark } of needles) {
    const start = at - mark;
    if (start >= 0 && sameBytes(body, start, start + bytes.length, bytes, 0, bytes.length)) return true;
  }
  return false;
}

const searches = new WeakMap<readonly string[], Search>();

function compiled(needles: readonly string[]): Search {
  const known = searches.get(needles);
  if (known !== undefined) return known;
  const [behind, before] = [new Map<number, Needle[]>(), new Map<number, Needle[]>()];
  const [marks, pairs] = [new Uint8Array(0x100), new Uint8Array(0x10000)];
  const plain: string[] = [];
  for (const text of needles) {
    const needle = { bytes: Buffer.from(text), mark: Math.max(text.search(/[./A-Z]/), 0) };
    const { bytes, mark } = needle;
    if (mark + 2 < bytes.length) add(behind, (bytes[mark + 1]! << 8) | bytes[mark + 2]!, needle);
    else if (mark >= 2) add(before, (bytes[mark - 2]! << 8) | bytes[mark - 1]!, needle);
    else {
      plain.push(text);
      continue;
    }
    marks[bytes[mark]!] = 1;
  }
  for (const pair of behind.keys()) pairs[pair]! |= isBehind;
  for (const pair of before.keys()) pairs[pair]! |= isBefore;
  const search = { marks, behind, before, pairs, plain };
  searches.set(needles, search);
  return search;
}

function add(map: Map<number, Needle[]>, pair: number, needle: Needle): void {
  const list = map.get(pair);
  if (list === undefined) map.set(pair, [needle]);
  else list.push(needle);
}
