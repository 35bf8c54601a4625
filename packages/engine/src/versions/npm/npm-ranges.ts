import { maxRangeLength, type Ordering, type RangeGrammar, type RangeOptions, type RangeTest } from '../scheme.ts';
import { compareSemanticVersions, type SemanticVersion } from '../semver/semantic-version.ts';
import { type Comparator, desugarHyphen, desugarToken } from './npm-comparators.ts';

/** Build metadata means nothing in a range and may stand anywhere a version may. */
const buildMetadata = /\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*/g;

/**
 * npm's ranges: alternatives joined by `||`, each a hyphen range or comparators that must all hold (`^1.2`, `~1.2.3`, `1.x`,
 * `>=1 <2`, `1.2 - 2`). One comparator that cannot be read makes the whole range unreadable, as in npm.
 * @see https://github.com/npm/node-semver#ranges
 */
function parseNpmRange(text: string, options?: RangeOptions): RangeTest<SemanticVersion> | undefined {
  const includePrerelease = options?.includePrerelease === true;
  const alternatives = parseNpmAlternatives(text, includePrerelease);
  if (alternatives === undefined) return undefined;
  // An alternative that holds always makes the others moot, also for the pre-releases that they would have named.
  const sets = alternatives.some((set) => set.length === 0) ? [[]] : alternatives;
  return (version) => sets.some((set) => holds(set, version, includePrerelease));
}

/** The comparators of each alternative; an alternative without any always holds. */
export function parseNpmAlternatives(
  text: string,
  includePrerelease: boolean,
): readonly (readonly Comparator[])[] | undefined {
  if (text.length > maxRangeLength) return undefined;
  const alternatives: (readonly Comparator[])[] = [];
  for (const alternative of text.split('||')) {
    const comparators = parseAlternative(alternative, includePrerelease);
    if (comparators === undefined) return undefined;
    alternatives.push(comparators);
  }
  return alternatives;
}

function parseAlternative(text: string, includePrerelease: boolean): readonly Comparator[] | undefined {
  const tokens = joinSigns(text.replace(buildMetadata, '').split(/\s+/));
  if (tokens.length === 3 && tokens[1] === '-') return desugarHyphen(tokens[0]!, tokens[2]!, includePrerelease);
  const comparators: Comparator[] = [];
  for (const token of tokens) {
    const found = desugarToken(token, includePrerelease);
    if (found === undefined) return undefined;
    comparators.push(...found);
  }
  return comparators;
}

/** `>= 1.2` is one comparator: a part of signs alone belongs to the next one. */
function joinSigns(parts: readonly string[]): readonly string[] {
  const tokens: string[] = [];
  let signs = '';
  for (const part of parts) {
    if (part === '') continue;
    if (signs === '' && /^(?:[<>]?=?|~>?|\^)$/.test(part)) {
      signs = part;
    } else {
      tokens.push(signs + part);
      signs = '';
    }
  }
  if (signs !== '') tokens.push(signs);
  return tokens;
}

/**
 * A pre-release is only inside where one of the comparators names a pre-release of the very same release, since whoever asks
 * for `^1.2.3` does not ask for what may become 1.3.0 one day; `includePrerelease` lifts that.
 */
function holds(set: readonly Comparator[], version: SemanticVersion, includePrerelease: boolean): boolean {
  for (const { sign, bound } of set) {
    if (!satisfies(sign, compareSemanticVersions(version, bound))) return false;
  }
  if (includePrerelease || version.pre.length === 0) return true;
  return set.some(({ bound }) => bound.pre.length > 0 && sameRelease(bound, version));
}

function satisfies(sign: Comparator['sign'], ordering: Ordering): boolean {
  switch (sign) {
    case '<':
      return ordering < 0;
    case '<=':
      return ordering <= 0;
    case '>':
      return ordering > 0;
    case '>=':
      return ordering >= 0;
    case '=':
      return ordering === 0;
  }
}

function sameRelease(a: SemanticVersion, b: SemanticVersion): boolean {
  return compareSemanticVersions({ parts: a.parts, pre: [] }, { parts: b.parts, pre: [] }) === 0;
}

export const npmRanges: RangeGrammar<SemanticVersion> = { parse: parseNpmRange };
