import { compareNumerals, compareText, type Numeral, numeral, orderingSign } from '../numeral.ts';
import { maxVersionLength, type Ordering } from '../scheme.ts';

/** `items[-prerelease][+build]`; what stands behind `-` and `+` is read like a version of its own. */
export interface ConanVersion {
  /** as written */
  readonly items: readonly ConanItem[];
  /** how many of them count: zeros at the end do not */
  readonly length: number;
  readonly prerelease: ConanVersion | undefined;
  readonly build: ConanVersion | undefined;
}

export interface ConanItem {
  /** the digits it begins with; undefined: none */
  readonly number: Numeral | undefined;
  /** what follows them */
  readonly text: string;
}

/** @see https://docs.conan.io/2/tutorial/versioning/version_ranges.html */
export function parseConanVersion(text: string): ConanVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const trimmed = text.trim();
  // what Conan lets a reference hold; `*` stands in versions that advisories quote
  if (!/^[0-9A-Za-z_][0-9A-Za-z_.*+-]*$/.test(trimmed)) return undefined;
  const plus = trimmed.lastIndexOf('+');
  const build = plus < 0 ? undefined : readPart(trimmed.slice(plus + 1));
  const rest = plus < 0 ? trimmed : trimmed.slice(0, plus);
  return { ...readPart(rest), build };
}

/** A pre-release may hold further hyphens; they belong to its items. */
function readPart(text: string): ConanVersion {
  const hyphen = text.indexOf('-');
  if (hyphen < 0) return readItems(text);
  return { ...readItems(text.slice(0, hyphen)), prerelease: readItems(text.slice(hyphen + 1)) };
}

function readItems(text: string): ConanVersion {
  const items = text.split('.').map(readItem);
  let length = items.length;
  while (length > 0 && isZero(items[length - 1]!)) length--;
  return { items, length, prerelease: undefined, build: undefined };
}

function readItem(text: string): ConanItem {
  let end = 0;
  while (end < text.length && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end++;
  return { number: end === 0 ? undefined : numeral(text.slice(0, end)), text: text.slice(end) };
}

/** An empty item (`2-`) is one as well: it comes before everything. */
function isZero({ number, text }: ConanItem): boolean {
  return text === '' && (number ?? 0) <= 0;
}

/**
 * Items one by one, then pre-release (before none), then build (after none).
 *
 * Conan compares two numbers by value and everything else as text, which is no order (2 < 10 < 1a < 2). Here what begins
 * with digits is compared by their value first: 1.0.1k < 1.0.2 as in Conan, and 1.0.9k < 1.0.10, where Conan says otherwise.
 */
export function compareConanVersions(a: ConanVersion, b: ConanVersion): Ordering {
  return (
    compareItemLists(a, b) ||
    (a.prerelease === undefined || b.prerelease === undefined
      ? present(b.prerelease, a.prerelease)
      : compareItemLists(a.prerelease, b.prerelease)) ||
    (a.build === undefined || b.build === undefined
      ? present(a.build, b.build)
      : compareConanVersions(a.build, b.build))
  );
}

/** What is there comes after what is not. */
function present(a: unknown, b: unknown): Ordering {
  return (a === undefined) === (b === undefined) ? 0 : a === undefined ? -1 : 1;
}

function compareItemLists(a: ConanVersion, b: ConanVersion): Ordering {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const ordering = compareItems(a.items[at]!, b.items[at]!);
    if (ordering !== 0) return ordering;
  }
  return compareNumerals(a.length, b.length);
}

function compareItems(a: ConanItem, b: ConanItem): Ordering {
  if (a.number !== undefined && b.number !== undefined)
    return compareNumerals(a.number, b.number) || compareText(a.text, b.text);
  if (a.number === undefined && b.number === undefined) return compareText(a.text, b.text);
  return a.number === undefined ? (a.text === '' ? -1 : 1) : b.text === '' ? 1 : -1;
}

export function explainConanVersions(a: ConanVersion, b: ConanVersion): string {
  const sign = orderingSign(compareConanVersions(a, b));
  const say = (part: string, left: ConanVersion | undefined, right: ConanVersion | undefined) =>
    `${part}: ${written(left)} ${sign} ${written(right)}`;
  if (sign === '=') return 'equal';
  if (compareItemLists(a, b) !== 0) return say('version', a, b);
  const noPrerelease = a.prerelease === undefined && b.prerelease === undefined;
  if (noPrerelease || (a.prerelease && b.prerelease && compareItemLists(a.prerelease, b.prerelease) === 0))
    return say('build', a.build, b.build);
  return say('pre-release', a.prerelease, b.prerelease);
}

function written(part: ConanVersion | undefined): string {
  return part === undefined ? 'none' : part.items.map(({ number, text }) => `${number ?? ''}${text}`).join('.');
}
