import { increment, numeral } from '../numeral.ts';
import { maxRangeLength, type Ordering, type RangeGrammar, type RangeTest } from '../scheme.ts';
import { type ConanVersion, compareConanVersions, parseConanVersion } from './conan-version.ts';

/** One bound, joined with others by "and". */
export interface ConanCondition {
  readonly sign: '<' | '<=' | '=' | '>=' | '>';
  /** a version, as Conan shows it */
  readonly bound: string;
}

export interface ConanAlternative {
  readonly conditions: readonly ConanCondition[];
  /** pre-releases are inside where the bounds say so; else none is */
  readonly prereleases: boolean;
}

/**
 * Conan's ranges: alternatives joined by `||`, each conditions joined by blanks: `>1 <2.0 || ^3.2`. Pre-releases are asked
 * for by `, include_prerelease` at the end or a hyphen at the end of a condition.
 * @returns undefined: it is none; bounds are not looked at, but for those of `~` and `^`
 * @see https://docs.conan.io/2/tutorial/versioning/version_ranges.html#range-expressions
 */
export function parseConanAlternatives(text: string): readonly ConanAlternative[] | undefined {
  if (text.length > maxRangeLength) return undefined;
  const [expression = '', ...options] = text.split(',');
  if (options.some((option) => !/^\s*include_prerelease(?:=True)?\s*$/.test(option))) return undefined;
  const alternatives: ConanAlternative[] = [];
  for (const alternative of expression.split('||')) {
    const words = alternative.split(/\s+/).filter((word) => word !== '');
    const conditions: ConanCondition[] = [];
    for (const word of words.length === 0 ? ['*'] : words) {
      const found = parseCondition(word.endsWith('-') ? word.slice(0, -1) : word);
      if (found === undefined) return undefined;
      conditions.push(...found);
    }
    alternatives.push({ conditions, prereleases: options.length > 0 || words.some((word) => word.endsWith('-')) });
  }
  return alternatives;
}

function parseCondition(text: string): readonly ConanCondition[] | undefined {
  if (text === '*') return [{ sign: '>=', bound: '0.0.0' }];
  const [, sign = '=', bound = ''] = /^([<>]=?|[=^~])?(.*)$/s.exec(text) ?? [];
  if (parseConanVersion(bound) === undefined) return undefined;
  if (sign !== '^' && sign !== '~') return [{ sign: sign as ConanCondition['sign'], bound }];
  const end = upperBound(bound, sign);
  return end === undefined
    ? undefined
    : [
        { sign: '>=', bound },
        { sign: '<', bound: end },
      ];
}

/** `~` lets the third number grow (the second where there are no more), `^` all behind the first that is not 0. */
function upperBound(bound: string, sign: '^' | '~'): string | undefined {
  const [main = ''] = /^[^+-]*/.exec(bound) ?? [];
  const items = main.split('.');
  const firstCounting = items.findIndex((item) => !/^0+$/.test(item));
  const place = sign === '~' ? Math.min(1, items.length - 1) : firstCounting < 0 ? items.length - 1 : firstCounting;
  if (items.slice(0, place + 1).some((item) => !/^[0-9]+$/.test(item))) return undefined;
  return `${[...items.slice(0, place), increment(numeral(items[place]!))].join('.')}-`;
}

function parseConanRange(text: string): RangeTest<ConanVersion> | undefined {
  const tests: RangeTest<ConanVersion>[] = [];
  for (const alternative of parseConanAlternatives(text) ?? []) {
    const test = toTest(alternative);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return tests.length === 0 ? undefined : (version) => tests.some((test) => test(version));
}

function toTest({ conditions, prereleases }: ConanAlternative): RangeTest<ConanVersion> | undefined {
  const bounds: { readonly sign: ConanCondition['sign']; readonly bound: ConanVersion }[] = [];
  for (const { sign, bound } of conditions) {
    const version = parseConanVersion(bound);
    if (version === undefined) return undefined;
    bounds.push({ sign, bound: isEdge(sign, version) ? lowest(version) : version });
  }
  return (version) =>
    (prereleases || version.prerelease === undefined) &&
    bounds.every(({ sign, bound }) => holds(sign, compareConanVersions(version, bound)));
}

/** `>=1` and `<2` mean the very first pre-releases of 1 and 2, as in Conan. */
function isEdge(sign: ConanCondition['sign'], version: ConanVersion): boolean {
  return (sign === '>=' || sign === '<') && version.prerelease === undefined && version.build === undefined;
}

function lowest(version: ConanVersion): ConanVersion {
  return { ...version, prerelease: { items: [], length: 0, prerelease: undefined, build: undefined } };
}

function holds(sign: ConanCondition['sign'], ordering: Ordering): boolean {
  switch (sign) {
    case '<':
      return ordering < 0;
    case '<=':
      return ordering <= 0;
    case '=':
      return ordering === 0;
    case '>=':
      return ordering >= 0;
    case '>':
      return ordering > 0;
  }
}

export const conanRanges: RangeGrammar<ConanVersion> = { parse: parseConanRange };
