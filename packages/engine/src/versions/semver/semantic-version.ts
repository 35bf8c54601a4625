import { compareNumerals, compareText, type Numeral, numeral, orderingSign } from '../numeral.ts';
import type { Ordering } from '../scheme.ts';

/** What `npm` and `semver` share: the parsed form and the order of it. Build metadata never counts and is not kept. */
export interface SemanticVersion {
  /** major, minor, patch; `semver` also takes fewer (the missing are 0) and more */
  readonly parts: readonly Numeral[];
  /** dot-separated identifiers behind the hyphen; none: a release */
  readonly pre: readonly Identifier[];
}

export type Identifier = Numeral | string;

/**
 * @param text what stands behind the hyphen
 * @param lenient numbers with leading zeros count as numbers
 * @returns undefined where an identifier is empty, has other characters than `[0-9A-Za-z-]` or (strict) a leading zero
 */
export function parsePrerelease(text: string, lenient: boolean): readonly Identifier[] | undefined {
  const identifiers: Identifier[] = [];
  for (const part of text.split('.')) {
    if (!/^[0-9A-Za-z-]+$/.test(part)) return undefined;
    if (!/^[0-9]+$/.test(part)) identifiers.push(part);
    else if (!lenient && part.length > 1 && part.startsWith('0')) return undefined;
    else identifiers.push(numeral(part));
  }
  return identifiers;
}

/** @see https://semver.org/#spec-item-11 */
export function compareSemanticVersions(a: SemanticVersion, b: SemanticVersion): Ordering {
  const length = Math.max(a.parts.length, b.parts.length);
  for (let at = 0; at < length; at++) {
    const left = a.parts[at] ?? 0;
    const right = b.parts[at] ?? 0;
    if (left < right) return -1;
    if (left > right) return 1;
  }
  return comparePrereleases(a.pre, b.pre);
}

function comparePrereleases(a: readonly Identifier[], b: readonly Identifier[]): Ordering {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 0 : a.length === 0 ? 1 : -1;
  return compareIdentifierLists(a, b);
}

/** One by one; what is longer comes after what it begins with. */
export function compareIdentifierLists(a: readonly Identifier[], b: readonly Identifier[]): Ordering {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const ordering = compareIdentifiers(a[at]!, b[at]!);
    if (ordering !== 0) return ordering;
  }
  return compareNumerals(a.length, b.length);
}

/** Numbers by value and before words; words by code unit. */
function compareIdentifiers(a: Identifier, b: Identifier): Ordering {
  if (typeof a === 'string') return typeof b === 'string' ? compareText(a, b) : 1;
  return typeof b === 'string' ? -1 : compareNumerals(a, b);
}

const partNames = ['major', 'minor', 'patch'];

export function explainSemanticVersions(a: SemanticVersion, b: SemanticVersion): string {
  const length = Math.max(a.parts.length, b.parts.length);
  for (let at = 0; at < length; at++) {
    const left = a.parts[at] ?? 0;
    const right = b.parts[at] ?? 0;
    const sign = orderingSign(compareNumerals(left, right));
    if (sign !== '=') return `${partNames[at] ?? `part ${at + 1}`}: ${left} ${sign} ${right}`;
  }
  const sign = orderingSign(comparePrereleases(a.pre, b.pre));
  if (sign === '=') return 'equal';
  return `pre-release: ${a.pre.join('.') || 'none'} ${sign} ${b.pre.join('.') || 'none'}`;
}
