import { compareNumerals, compareText, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/** A `Gem::Version`: numbers and words in turn. A version with a word is a pre-release. */
export interface RubygemsVersion {
  /** as written, `-` read as `.pre.` */
  readonly segments: readonly Segment[];
  /** as they are compared: without zeros at the end, and without zeros before the first word */
  readonly canonical: readonly Segment[];
  /** index in `segments` of the first word; their length where there is none */
  readonly firstWord: number;
}

export type Segment = Numeral | string;

const pattern = /^[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** @see https://docs.ruby-lang.org/en/master/Gem/Version.html */
export function parseRubygemsVersion(text: string): RubygemsVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const trimmed = text.trim();
  if (!pattern.test(trimmed)) return undefined;
  const pieces = trimmed.replaceAll('-', '.pre.').match(/[0-9]+|[A-Za-z]+/g) ?? [];
  return fromSegments(pieces.map((piece) => (/^[0-9]/.test(piece) ? numeral(piece) : piece)));
}

export function fromSegments(segments: readonly Segment[]): RubygemsVersion {
  const found = segments.findIndex((segment) => typeof segment === 'string');
  const firstWord = found < 0 ? segments.length : found;
  const canonical = [...withoutZeros(segments.slice(0, firstWord)), ...withoutZeros(segments.slice(firstWord))];
  return { segments, canonical, firstWord };
}

function withoutZeros(segments: readonly Segment[]): readonly Segment[] {
  let end = segments.length;
  while (end > 0 && isZero(segments[end - 1]!)) end--;
  return segments.slice(0, end);
}

function isZero(segment: Segment): boolean {
  return typeof segment !== 'string' && segment <= 0;
}

export function compareRubygemsVersions(a: RubygemsVersion, b: RubygemsVersion): Ordering {
  const length = Math.max(a.canonical.length, b.canonical.length);
  for (let at = 0; at < length; at++) {
    const ordering = compareSegments(a.canonical[at] ?? 0, b.canonical[at] ?? 0);
    if (ordering !== 0) return ordering;
  }
  return 0;
}

/** Words come before numbers, also before the 0 that stands for what is not there. */
function compareSegments(a: Segment, b: Segment): Ordering {
  if (typeof a === 'string') return typeof b === 'string' ? compareText(a, b) : -1;
  return typeof b === 'string' ? 1 : compareNumerals(a, b);
}

export function explainRubygemsVersions(a: RubygemsVersion, b: RubygemsVersion): string {
  const length = Math.max(a.canonical.length, b.canonical.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.canonical[at], b.canonical[at]];
    const sign = orderingSign(compareSegments(left ?? 0, right ?? 0));
    if (sign === '=') continue;
    const name = typeof left === 'string' || typeof right === 'string' ? 'pre-release' : `segment ${at + 1}`;
    return `${name}: ${left ?? 'none'} ${sign} ${right ?? 'none'}`;
  }
  return 'equal';
}
