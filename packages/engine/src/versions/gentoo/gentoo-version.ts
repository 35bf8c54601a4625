import { compareNumerals, compareText, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/** `number{.number}[letter]{_suffix[number]}[-rN]` */
export interface GentooVersion {
  /** a text where a number behind a dot begins with 0: it is compared as the digits behind a decimal point */
  readonly numbers: readonly (Numeral | string)[];
  /** empty: none, which comes first */
  readonly letter: string;
  readonly suffixes: readonly Suffix[];
  readonly revision: Numeral;
}

interface Suffix {
  readonly name: string;
  readonly rank: number;
  readonly number: Numeral;
}

/** The end of a version lies between `rc` and `p`. */
const ranks: Readonly<Record<string, number>> = { alpha: 0, beta: 1, pre: 2, rc: 3, p: 5 };
const end: Suffix = { name: 'none', rank: 4, number: 0 };

const pattern = /^([0-9]+)((?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|p)[0-9]*)*)(?:-r([0-9]+))?$/;

/** @see https://projects.gentoo.org/pms/8/pms.html#version-specifications */
export function parseGentooVersion(text: string): GentooVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const found = pattern.exec(text.trim());
  if (found === null) return undefined;
  const [, first = '', further = '', letter = '', suffixes = '', revision = '0'] = found;
  const decimals = further.split('.').slice(1);
  return {
    numbers: [
      numeral(first),
      ...decimals.map((digits) => (digits.startsWith('0') ? withoutZeros(digits) : numeral(digits))),
    ],
    letter,
    suffixes: suffixes.split('_').slice(1).map(toSuffix),
    revision: numeral(revision),
  };
}

/** Zeros at the end; no regular expression, since a long run of zeros elsewhere would be walked again and again. */
function withoutZeros(digits: string): string {
  let length = digits.length;
  while (length > 0 && digits[length - 1] === '0') length--;
  return digits.slice(0, length);
}

function toSuffix(text: string): Suffix {
  const [, name = '', digits] = /^([a-z]+)([0-9]*)$/.exec(text) ?? [];
  return { name, rank: ranks[name]!, number: numeral(digits || '0') };
}

/** @see https://projects.gentoo.org/pms/8/pms.html#version-comparison */
export function compareGentooVersions(a: GentooVersion, b: GentooVersion): Ordering {
  return (
    compareNumberParts(a.numbers, b.numbers) ||
    compareText(a.letter, b.letter) ||
    compareSuffixes(a.suffixes, b.suffixes) ||
    compareNumerals(a.revision, b.revision)
  );
}

function compareNumberParts(a: GentooVersion['numbers'], b: GentooVersion['numbers']): Ordering {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const ordering = compareNumberPart(a[at]!, b[at]!);
    if (ordering !== 0) return ordering;
  }
  return compareNumerals(a.length, b.length);
}

/** What begins with 0 comes before all that does not. */
function compareNumberPart(a: Numeral | string, b: Numeral | string): Ordering {
  if (typeof a === 'string') return typeof b === 'string' ? compareText(a, b) : -1;
  return typeof b === 'string' ? 1 : compareNumerals(a, b);
}

function compareSuffixes(a: readonly Suffix[], b: readonly Suffix[]): Ordering {
  const length = Math.max(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const ordering = compareSuffix(a[at] ?? end, b[at] ?? end);
    if (ordering !== 0) return ordering;
  }
  return 0;
}

function compareSuffix(a: Suffix, b: Suffix): Ordering {
  return compareNumerals(a.rank, b.rank) || compareNumerals(a.number, b.number);
}

export function explainGentooVersions(a: GentooVersion, b: GentooVersion): string {
  const sign = orderingSign(compareGentooVersions(a, b));
  const say = (part: string, left: unknown, right: unknown) => `${part}: ${left} ${sign} ${right}`;
  if (sign === '=') return 'equal';
  if (compareNumberParts(a.numbers, b.numbers) !== 0) return say('numbers', written(a), written(b));
  if (a.letter !== b.letter) return say('letter', a.letter || 'none', b.letter || 'none');
  if (compareSuffixes(a.suffixes, b.suffixes) !== 0)
    return say('suffix', a.suffixes.map(suffixText).join('') || 'none', b.suffixes.map(suffixText).join('') || 'none');
  return say('revision', a.revision, b.revision);
}

function written({ numbers }: GentooVersion): string {
  return numbers.map((part) => part || '0').join('.');
}

function suffixText({ name, number }: Suffix): string {
  return `_${name}${number}`;
}
