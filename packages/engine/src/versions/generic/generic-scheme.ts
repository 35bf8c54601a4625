import { compareNumerals, compareText, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering, type VersionScheme } from '../scheme.ts';

/** A number, or a word in lower case. */
type Part = Numeral | string;

interface GenericVersion {
  readonly text: string;
  readonly parts: readonly Part[];
}

/** Words that come before the release that they lead to, in rising order; any other word comes after it. */
const before: readonly string[] = [
  'dev',
  'nightly',
  'snapshot',
  'canary',
  'alpha',
  'milestone',
  'beta',
  'preview',
  'pre',
  'cr',
  'rc',
];

const shape = /^[vV]?(\d[A-Za-z0-9._~:-]*)(?:\+[A-Za-z0-9._+~:-]*)?$/;

function parse(text: string): GenericVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const body = shape.exec(text)?.[1];
  if (body === undefined) return undefined;
  const parts = body.match(/\d+|[A-Za-z]+/g) ?? [];
  return { text, parts: parts.map((part) => (/\d/.test(part) ? numeral(part) : part.toLowerCase())) };
}

/** Where a part stands: before the release, at it (nothing, or 0), a word after it, a number after it. */
function rank(part: Part): number {
  if (typeof part === 'string') return before.includes(part) ? 0 : 2;
  return part > 0 ? 3 : 1;
}

function comparePart(a: Part, b: Part): Ordering {
  const order = compareNumerals(rank(a), rank(b));
  if (order !== 0) return order;
  if (typeof a !== 'string' && typeof b !== 'string') return compareNumerals(a, b);
  const [left, right] = [String(a), String(b)];
  return rank(a) === 0 ? compareNumerals(before.indexOf(left), before.indexOf(right)) : compareText(left, right);
}

function compare(a: GenericVersion, b: GenericVersion): Ordering {
  for (let at = 0; at < Math.max(a.parts.length, b.parts.length); at++) {
    const order = comparePart(a.parts[at] ?? 0, b.parts[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/**
 * Versions of software that belongs to no ecosystem, as makers and the NVD write them: `1.1.1k`, `9.6p1`, `1.25.0-rc1`.
 * Numbers and words in turn, whatever stands between them; a missing number is 0; `alpha`, `beta`, `rc` and their like come
 * before the release, other words after it; behind a `+` is the build, which does not count.
 */
export const genericScheme: VersionScheme<GenericVersion> = {
  name: 'generic',
  parse,
  compare,
  explain(a, b) {
    const order = compare(a, b);
    return order === 0 ? 'equal' : `numbers and words: ${a.text} ${orderingSign(order)} ${b.text}`;
  },
};
