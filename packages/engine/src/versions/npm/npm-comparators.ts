import { increment, type Numeral, numeral } from '../numeral.ts';
import { type Identifier, parsePrerelease, type SemanticVersion } from '../semver/semantic-version.ts';

/** What every range comes down to: one bound, joined with others by "and". */
export interface Comparator {
  readonly sign: '<' | '<=' | '>' | '>=' | '=';
  readonly bound: SemanticVersion;
}

/** A version of which the last parts may be missing or written `x`, `X`, `*`. */
interface Partial {
  readonly major: Numeral | undefined;
  readonly minor: Numeral | undefined;
  readonly patch: Numeral | undefined;
  /** of a complete version only */
  readonly pre: readonly Identifier[];
  readonly complete: boolean;
  /** an `x` stands before a number */
  readonly disordered: boolean;
  /** what stands before the first number: `v`, `=` */
  readonly prefix: string;
}

const maxTokenLength = 256;

/** The lowest pre-release there is: `<2.0.0-0` leaves out what comes before 2.0.0 as well. */
const lowest: readonly Identifier[] = [0];

/** @see https://github.com/npm/node-semver#hyphen-ranges-xyz---abc */
export function desugarHyphen(from: string, to: string, includePrerelease: boolean): readonly Comparator[] | undefined {
  const lower = parsePartial(from);
  const upper = parsePartial(to);
  if (lower === undefined || upper === undefined) return undefined;
  if (!isPlainlyWritten(lower)) return undefined;
  const comparators: Comparator[] = [];
  if (lower.major !== undefined) {
    const pre = lower.pre.length > 0 || !includePrerelease ? lower.pre : lowest;
    comparators.push(atLeast(lower.major, lower.minor ?? 0, lower.minor === undefined ? 0 : (lower.patch ?? 0), pre));
  }
  const { major, minor, patch, pre } = upper;
  if (major === undefined) return comparators;
  if (minor === undefined) comparators.push(below(increment(major), 0, 0));
  else if (patch === undefined) comparators.push(below(major, increment(minor), 0));
  else if (pre.length === 0 && includePrerelease) comparators.push(below(major, minor, increment(patch)));
  else if (pre.length === 0 && !isPlainlyWritten(upper)) return undefined;
  else comparators.push({ sign: '<=', bound: { parts: [major, minor, patch], pre } });
  return comparators;
}

/** npm forgives `=` before an incomplete version only, since it reads a complete one a second time. */
function isPlainlyWritten({ complete, prefix }: Partial): boolean {
  return !complete || prefix === '' || prefix === 'v';
}

/** @returns the comparators of one blank-free piece; none: it always holds; undefined: it is no comparator */
export function desugarToken(token: string, includePrerelease: boolean): readonly Comparator[] | undefined {
  if (/^(?:[<>]?=?)$/.test(token)) return token === '' ? [] : undefined;
  const [, sign = '', rest = ''] = /^(\^|~>?|[<>]?=?)(.*)$/s.exec(token) ?? [];
  const partial = parsePartial(rest);
  if (partial === undefined) return undefined;
  const floor = includePrerelease ? lowest : [];
  if (sign === '^') return caret(partial, floor);
  if (sign.startsWith('~')) return tilde(partial, floor);
  return plain(sign, partial, floor, includePrerelease);
}

/** Changes that do not touch the first part other than 0. */
function caret({ major, minor, patch, pre }: Partial, floor: readonly Identifier[]): readonly Comparator[] {
  if (major === undefined) return [];
  if (minor === undefined) return [atLeast(major, 0, 0, floor), below(increment(major), 0, 0)];
  const lower = patch === undefined ? atLeast(major, minor, 0, floor) : atLeast(major, minor, patch, pre);
  if (major > 0) return [lower, below(increment(major), 0, 0)];
  if (patch === undefined || minor > 0) return [lower, below(major, increment(minor), 0)];
  return [lower, below(major, minor, increment(patch))];
}

/** Changes of the patch, or of the minor where none is given. */
function tilde({ major, minor, patch, pre }: Partial, floor: readonly Identifier[]): readonly Comparator[] {
  if (major === undefined) return [];
  if (minor === undefined) return [atLeast(major, 0, 0, floor), below(increment(major), 0, 0)];
  const lower = patch === undefined ? atLeast(major, minor, 0, floor) : atLeast(major, minor, patch, pre);
  return [lower, below(major, increment(minor), 0)];
}

function plain(
  sign: string,
  partial: Partial,
  floor: readonly Identifier[],
  includePrerelease: boolean,
): readonly Comparator[] | undefined {
  const { major, minor, patch, pre } = partial;
  if (partial.disordered) return undefined;
  if (major === undefined) return sign === '<' || sign === '>' ? [below(0, 0, 0)] : [];
  if (minor !== undefined && patch !== undefined) {
    if (!isPlainlyWritten(partial)) return undefined;
    const bound = { parts: [major, minor, patch], pre };
    if (sign === '>=' && isLowest(bound, includePrerelease)) return [];
    return [{ sign: sign === '' ? '=' : (sign as Comparator['sign']), bound }];
  }
  const next = minor === undefined ? below(increment(major), 0, 0) : below(major, increment(minor), 0);
  switch (sign) {
    case '<':
      return [below(major, minor ?? 0, 0)];
    case '<=':
      return [next];
    case '>':
      return [{ sign: '>=', bound: { parts: next.bound.parts, pre: floor } }];
    case '>=':
      return lowerBound(major, minor ?? 0, floor, includePrerelease);
    default:
      return [...lowerBound(major, minor ?? 0, floor, includePrerelease), next];
  }
}

function lowerBound(
  major: Numeral,
  minor: Numeral,
  floor: readonly Identifier[],
  includePrerelease: boolean,
): readonly Comparator[] {
  const comparator = atLeast(major, minor, 0, floor);
  return isLowest(comparator.bound, includePrerelease) ? [] : [comparator];
}

/** `>=0.0.0` is `*`: that matters where another alternative names a pre-release. */
function isLowest({ parts, pre }: SemanticVersion, includePrerelease: boolean): boolean {
  if (parts.some((part) => part > 0)) return false;
  return includePrerelease ? pre.length === 1 && pre[0] === 0 : pre.length === 0;
}

function atLeast(major: Numeral, minor: Numeral, patch: Numeral, pre: readonly Identifier[]): Comparator {
  return { sign: '>=', bound: { parts: [major, minor, patch], pre } };
}

function below(major: Numeral, minor: Numeral, patch: Numeral): Comparator {
  return { sign: '<', bound: { parts: [major, minor, patch], pre: lowest } };
}

function parsePartial(text: string): Partial | undefined {
  if (text.length > maxTokenLength) return undefined;
  const found =
    /^([v=]*)([xX*]|0|[1-9][0-9]*)(?:\.([xX*]|0|[1-9][0-9]*)(?:\.([xX*]|0|[1-9][0-9]*)(?:-([0-9A-Za-z.-]+))?)?)?$/.exec(
      text,
    );
  if (found === null) return undefined;
  const [major, minor, patch] = [part(found[2]), part(found[3]), part(found[4])];
  const pre = found[5] === undefined ? [] : parsePrerelease(found[5], false);
  if (pre === undefined || [major, minor, patch].some((value) => (value ?? 0) > Number.MAX_SAFE_INTEGER))
    return undefined;
  const disordered = (major === undefined && minor !== undefined) || (minor === undefined && patch !== undefined);
  const complete = major !== undefined && minor !== undefined && patch !== undefined;
  return { major, minor, patch, pre: complete ? pre : [], complete, disordered, prefix: found[1]! };
}

function part(text: string | undefined): Numeral | undefined {
  return text === undefined || /^[xX*]$/.test(text) ? undefined : numeral(text);
}
