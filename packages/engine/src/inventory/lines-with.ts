import { sameBytes } from '../image/path-hash.ts';

/** A line of a text, without its line feed, as byte offsets. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The lines that hold any of the needles, in order. File lists of packages have tens of megabytes of which few lines
 * matter: two bytes tell how far the next needle may begin, mostly three bytes on, and only where one may stand it is compared.
 *
 * @param needles ASCII; the same array at every call, since what is made of it is kept
 * @see https://webglimpse.net/pubs/TR94-17.pdf (Wu and Manber, A fast algorithm for multi-pattern searching)
 */
export function linesWith(body: Buffer, needles: readonly string[]): readonly LineRange[] {
  const search = compiled(needles);
  const lines: LineRange[] = [];
  // a needle of three bytes is looked for with the one before it
  let from = search.short.some(({ bytes }) => stands(bytes, body, 0)) ? takeLine(body, 0, lines) : 0;
  for (let at = nextHit(search, body, from); at >= 0; at = nextHit(search, body, from))
    from = takeLine(body, at, lines);
  return search.plain.length === 0 ? lines : withPlain(search.plain, body, lines);
}

/** Where the last byte of the next window stands; -1: there is none. A function of its own, since V8 makes the best of small ones. */
function nextHit({ shifts, marks, windows }: Search, body: Buffer, from: number): number {
  const { length } = body;
  for (let at = from + windowBytes - 1; at < length; ) {
    const pair = (body[at - 1]! << 8) | body[at]!;
    const shift = shifts[pair]!;
    if (shift !== 0) at += shift;
    else if (marks[markOf(body, at)] !== 0 && anyStands(windows.get(pair)!, body, at)) return at;
    else at += 1;
  }
  return -1;
}

/** Of the four bytes of a window, by the place of the last. */
function markOf(body: Buffer, at: number): number {
  return ((body[at - 3]! << 9) ^ (body[at - 2]! << 6) ^ (body[at - 1]! << 3) ^ body[at]!) & 0xffff;
}

/** Notes the line around a place. @returns where it ends */
function takeLine(body: Buffer, at: number, lines: LineRange[]): number {
  // `lastIndexOf` takes twenty times as long for a line
  let start = at;
  while (start > 0 && body[start - 1] !== newline) start -= 1;
  const found = body.indexOf(newline, at);
  const end = found < 0 ? body.length : found;
  lines.push({ start, end });
  return end;
}

const newline = 0x0a;

/** What is looked for of each needle: some four bytes of it. */
const windowBytes = 4;

interface Needle {
  readonly bytes: Buffer;
  /** index of the last byte of its window */
  readonly last: number;
}

interface Search {
  /** two bytes → how far the window may be moved when they are its last; 0: some needle's window ends with them */
  readonly shifts: Uint8Array;
  /** hash of four bytes → 1 where it is that of some needle's window */
  readonly marks: Uint8Array;
  /** by the last two bytes of their windows */
  readonly windows: ReadonlyMap<number, readonly Needle[]>;
  /** of three bytes */
  readonly short: readonly Needle[];
  /** too short for that, and searched for one by one */
  readonly plain: readonly string[];
}

/** @param at of the last byte of the window */
function anyStands(needles: readonly Needle[], body: Buffer, at: number): boolean {
  // no iterator: this is asked a hundred thousand times
  for (let index = 0; index < needles.length; index += 1) {
    const { bytes, last } = needles[index]!;
    if (stands(bytes, body, at - last)) return true;
  }
  return false;
}

function stands(bytes: Buffer, body: Buffer, start: number): boolean {
  return start >= 0 && sameBytes(body, start, start + bytes.length, bytes, 0, bytes.length);
}

const searches = new WeakMap<readonly string[], Search>();

function compiled(needles: readonly string[]): Search {
  const known = searches.get(needles);
  if (known !== undefined) return known;
  const shifts = new Uint8Array(1 << 16).fill(windowBytes - 1);
  const marks = new Uint8Array(1 << 16);
  const windows = new Map<number, Needle[]>();
  const short: Needle[] = [];
  const shorten = (first: number, second: number, shift: number) => {
    const pair = (first << 8) | second;
    shifts[pair] = Math.min(shifts[pair]!, shift);
    return pair;
  };
  for (const text of needles) {
    if (text.length < windowBytes - 1) continue;
    const bytes = Buffer.from(text);
    const needle = { bytes, last: text.length < windowBytes ? text.length - 1 : rarestWindow(text) };
    const { last } = needle;
    if (text.length < windowBytes) {
      short.push(needle);
      for (let before = 0; before < 256; before += 1) {
        shorten(before, bytes[0]!, 2);
        marks[markOf(Buffer.from([before, ...bytes]), last + 1)] = 1;
      }
    } else {
      shorten(bytes[last - 3]!, bytes[last - 2]!, 2);
      marks[markOf(bytes, last)] = 1;
    }
    shorten(bytes[last - 2]!, bytes[last - 1]!, 1);
    const pair = shorten(bytes[last - 1]!, bytes[last]!, 0);
    windows.set(pair, [...(windows.get(pair) ?? []), needle]);
  }
  const search = { shifts, marks, windows, short, plain: needles.filter((needle) => needle.length < windowBytes - 1) };
  searches.set(needles, search);
  return search;
}

function withPlain(plain: readonly string[], body: Buffer, lines: LineRange[]): readonly LineRange[] {
  for (const needle of plain) {
    for (let at = body.indexOf(needle); at >= 0 && at < body.length; ) {
      at = body.indexOf(needle, takeLine(body, at, lines) + 1);
    }
  }
  const ends = new Map(lines.map(({ start, end }) => [start, end]));
  return [...ends].map(([start, end]) => ({ start, end })).sort((a, b) => a.start - b.start);
}

/** Characters of paths, the commonest first; others are rarer. */
const common = 'e/aironstlcudpmh-bg.f0_12vky';

/** Where the last stands of four characters of which the last two, at which most places are told to be none, are rare in paths. */
function rarestWindow(text: string): number {
  const rarity = Array.from(text, (character) =>
    common.includes(character) ? common.indexOf(character) : common.length,
  );
  const sums = rarity.slice(3).map((last, at) => (rarity[at]! + rarity[at + 1]!) / 8 + rarity[at + 2]! + last);
  return sums.indexOf(Math.max(...sums)) + 3;
}
