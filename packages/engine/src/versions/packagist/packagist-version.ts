import { compareNumerals, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/** A version as Composer compares it: the parts of the normalised text. */
export interface PackagistVersion {
  /** as Composer normalises it, `1.2.0.0-beta1`; as written where it is none of Composer's forms */
  readonly normalised: string;
  readonly parts: readonly Part[];
}

interface Part {
  readonly rank: number;
  /** of a number; 0 for words, which are all equal within their rank */
  readonly value: Numeral;
  readonly text: string;
}

/** PHP's order of what may stand next; the end of a version lies between `RC` and a number. */
const ranks = { other: -1, dev: 0, alpha: 1, beta: 2, candidate: 3, end: 4, number: 5, patch: 6 } as const;

/** What PHP looks for at the beginning of a word, upper and lower case apart. */
const wordRanks: readonly (readonly [string, number])[] = [
  ['dev', ranks.dev],
  ['a', ranks.alpha],
  ['b', ranks.beta],
  ['RC', ranks.candidate],
  ['rc', ranks.candidate],
  ['p', ranks.patch],
];

/** A stability with its number, and `dev`: what may stand behind the numbers. Three groups. */
export const modifier = '[._-]?(?:(stable|beta|b|RC|alpha|a|patch|pl|p)([.-]?[0-9]+(?:[.-][0-9]+)*)?)?([.-]?dev)?';

const classical = new RegExp(`^v?([0-9]{1,5})(\\.[0-9]+)?(\\.[0-9]+)?(\\.[0-9]+)?${modifier}$`, 'i');
const dated = new RegExp(`^v?([0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3})?)${modifier}$`, 'i');
const branch = /^v?([0-9]+)(?:\.([0-9]+|[xX*]))?(?:\.([0-9]+|[xX*]))?(?:\.([0-9]+|[xX*]))?[.-]?dev$/i;

const stabilities: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', p: 'patch', pl: 'patch', rc: 'RC' };

/**
 * Versions of Composer; what Composer refuses and begins with a number is compared as PHP's `version_compare` does, since
 * old advisories hold such. A branch (`dev-main`) has no place in an order and is no version here.
 * @see https://getcomposer.org/doc/articles/versions.md
 * @see https://www.php.net/manual/en/function.version-compare.php
 */
export function parsePackagistVersion(text: string): PackagistVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const trimmed = text.trim();
  if (!/^v?[0-9][!-~]*$/i.test(trimmed)) return undefined;
  return fromNormalised(normalise(trimmed) ?? filled(trimmed.replace(/^v/i, '')));
}

/** Zeros before the first word, as in what Composer normalises: `3.0.0b1.post1` stands beside `3.0.0.0-beta1`. */
function filled(text: string): string {
  const [numbers = ''] = /^[0-9]+(?:\.[0-9]+){0,2}(?=[._-]?[A-Za-z#])/.exec(text) ?? [];
  return numbers === ''
    ? text
    : `${numbers}${'.0'.repeat(4 - numbers.split('.').length)}-${text.slice(numbers.length)}`;
}

/** @returns the four numbers (or those of a date) and the stability, written out; undefined: Composer refuses it */
export function normalise(text: string): string | undefined {
  const version = text
    .trim()
    .replace(/@(?:stable|RC|beta|alpha|dev)$/i, '')
    .replace(/^([^,\s+]+)\+\S+$/, '$1');
  const numbers = classical.exec(version);
  if (numbers !== null) {
    const [, major, minor = '.0', patch = '.0', fourth = '.0', ...rest] = numbers;
    return `${major}${minor}${patch}${fourth}${stability(rest)}`;
  }
  const date = dated.exec(version);
  if (date !== null) {
    const [, digits = '', ...rest] = date;
    return digits.replace(/[^0-9]/g, '.') + stability(rest);
  }
  const development = branch.exec(version);
  if (development === null) return undefined;
  const parts = development.slice(1).map((part) => (part === undefined || /^[xX*]$/.test(part) ? '9999999' : part));
  return `${parts.join('.')}-dev`;
}

function stability([word, number = '', dev]: readonly (string | undefined)[]): string {
  const lower = word?.toLowerCase();
  if (lower === 'stable') return '';
  const named = lower === undefined ? '' : `-${stabilities[lower] ?? lower}${number.replace(/^[.-]/, '')}`;
  return named + (dev === undefined ? '' : '-dev');
}

export function fromNormalised(normalised: string): PackagistVersion {
  const texts = normalised.match(/[0-9]+|[A-Za-z]+/g) ?? [];
  return { normalised, parts: texts.map(toPart) };
}

function toPart(text: string): Part {
  if (/^[0-9]/.test(text)) return { rank: ranks.number, value: numeral(text), text };
  const known = wordRanks.find(([word]) => text.startsWith(word));
  return { rank: known?.[1] ?? ranks.other, value: 0, text };
}

const end: Part = { rank: ranks.end, value: 0, text: 'none' };

export function comparePackagistVersions(a: PackagistVersion, b: PackagistVersion): Ordering {
  const length = Math.max(a.parts.length, b.parts.length);
  for (let at = 0; at < length; at++) {
    const ordering = compareParts(a.parts[at] ?? end, b.parts[at] ?? end);
    if (ordering !== 0) return ordering;
  }
  return 0;
}

function compareParts(a: Part, b: Part): Ordering {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return compareNumerals(a.value, b.value);
}

export function explainPackagistVersions(a: PackagistVersion, b: PackagistVersion): string {
  const length = Math.max(a.parts.length, b.parts.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.parts[at] ?? end, b.parts[at] ?? end];
    const sign = orderingSign(compareParts(left, right));
    if (sign === '=') continue;
    const name = left.rank === ranks.number && right.rank === ranks.number ? `number ${at + 1}` : 'stability';
    return `${name}: ${left.text} ${sign} ${right.text}`;
  }
  return 'equal';
}
