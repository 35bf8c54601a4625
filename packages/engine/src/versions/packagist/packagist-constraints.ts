import { increment, numeral } from '../numeral.ts';
import { maxRangeLength, type Ordering, type RangeGrammar, type RangeTest } from '../scheme.ts';
import {
  comparePackagistVersions,
  fromNormalised,
  modifier,
  normalise,
  type PackagistVersion,
} from './packagist-version.ts';

/** One bound, joined with others by "and". */
interface Constraint {
  readonly sign: keyof typeof relations;
  readonly bound: PackagistVersion;
}

const relations = {
  '<': (ordering: Ordering) => ordering < 0,
  '<=': (ordering: Ordering) => ordering <= 0,
  '=': (ordering: Ordering) => ordering === 0,
  '!=': (ordering: Ordering) => ordering !== 0,
  '>=': (ordering: Ordering) => ordering >= 0,
  '>': (ordering: Ordering) => ordering > 0,
} as const;

const signs: Readonly<Record<string, Constraint['sign']>> = {
  '<': '<',
  '<=': '<=',
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '>=': '>=',
  '>': '>',
};

/** Numbers 1 to 4, stability 5, its number 6, `dev` 7, `x-dev` 8. */
const version = `v?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:${modifier}|\\.([xX*][.-]?dev))(?:\\+\\S+)?`;
const wholeVersion = new RegExp(`^${version}$`, 'i');
const wildcard = /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.[xX*])+$/;

/**
 * Composer's constraints: alternatives joined by `||` or `|`, each constraints joined by blanks or commas: `^1.2`, `~1.2.3`,
 * `1.2.*`, `1.0 - 2.0`, `>=1.2 <2`. A bound without a stability includes the development versions that lead to it.
 * @see https://getcomposer.org/doc/articles/versions.md#writing-version-constraints
 */
function parsePackagistConstraints(text: string): RangeTest<PackagistVersion> | undefined {
  if (text.length > maxRangeLength) return undefined;
  const alternatives: (readonly Constraint[])[] = [];
  for (const alternative of text.split(/\|\|?/)) {
    const constraints = parseAlternative(alternative);
    if (constraints === undefined) return undefined;
    alternatives.push(constraints);
  }
  return (candidate) =>
    alternatives.some((constraints) =>
      constraints.every(({ sign, bound }) => relations[sign](comparePackagistVersions(candidate, bound))),
    );
}

function parseAlternative(text: string): readonly Constraint[] | undefined {
  const constraints: Constraint[] = [];
  for (const part of text.split(',')) {
    const tokens = joinSigns(part.split(/\s+/));
    if (tokens.length === 0) return undefined;
    for (let at = 0; at < tokens.length; at++) {
      const hyphen = tokens[at + 1] === '-';
      const found = hyphen ? parseHyphen(tokens[at]!, tokens[at + 2] ?? '') : parseConstraint(tokens[at]!);
      if (found === undefined) return undefined;
      constraints.push(...found);
      if (hyphen) at += 2;
    }
  }
  return constraints;
}

/** `>= 1.2` is one constraint: a piece of signs alone belongs to the next one. */
function joinSigns(pieces: readonly string[]): readonly string[] {
  const tokens: string[] = [];
  let waiting = '';
  for (const piece of pieces) {
    if (piece === '') continue;
    if (waiting === '' && Object.hasOwn(signs, piece)) {
      waiting = piece;
    } else {
      tokens.push(waiting + piece);
      waiting = '';
    }
  }
  return waiting === '' ? tokens : [...tokens, waiting];
}

function parseConstraint(token: string): readonly Constraint[] | undefined {
  const [, plain = token, flag] = /^([^,\s]*?)@(stable|RC|beta|alpha|dev)$/i.exec(token) ?? [];
  const text = plain === '' ? '*' : plain;
  if (/^v?[xX*](?:\.[xX*])*$/i.test(text)) return /^[xX*]$/.test(text) ? [] : [bounded('>=', '0.0.0.0-dev')];
  if (text.startsWith('~')) return parseTilde(text.slice(1));
  if (text.startsWith('^')) return parseCaret(text.slice(1));
  return parseWildcard(text) ?? parseComparator(text, flag?.toLowerCase());
}

/** The last number given may grow, of at least two: `~1.2` is `>=1.2 <2`. */
function parseTilde(text: string): readonly Constraint[] | undefined {
  const found = wholeVersion.exec(text);
  if (found === null) return undefined;
  const given = found.slice(1, 5).filter((part) => part !== undefined).length + (found[8] === undefined ? 0 : 1);
  return from(text, found, Math.max(1, given - 1));
}

/** Everything behind the first number that is not 0 may grow; at most the third counts as that. */
function parseCaret(text: string): readonly Constraint[] | undefined {
  const found = wholeVersion.exec(text);
  if (found === null) return undefined;
  const [, major, minor, patch] = found;
  const place = major !== '0' || minor === undefined ? 1 : minor !== '0' || patch === undefined ? 2 : 3;
  return from(text, found, place);
}

function from(text: string, found: readonly (string | undefined)[], place: number): readonly Constraint[] | undefined {
  const low = normalise(isStable(found) ? `${text}-dev` : text);
  return low === undefined ? undefined : [bounded('>=', low), bounded('<', `${padded(found, place, true)}-dev`)];
}

function isStable(found: readonly (string | undefined)[]): boolean {
  return found[5] === undefined && found[7] === undefined && found[8] === undefined;
}

function parseWildcard(text: string): readonly Constraint[] | undefined {
  const found = wildcard.exec(text);
  if (found === null) return undefined;
  const place = found[3] !== undefined ? 3 : found[2] !== undefined ? 2 : 1;
  return [bounded('>=', `${padded(found, place, false)}-dev`), bounded('<', `${padded(found, place, true)}-dev`)];
}

/** Inclusive; an upper end that leaves numbers out includes all that begin with it. */
function parseHyphen(lower: string, upper: string): readonly Constraint[] | undefined {
  const [start, end] = [wholeVersion.exec(lower), wholeVersion.exec(upper)];
  const [low, high] = [normalise(lower), normalise(upper)];
  if (start === null || end === null || low === undefined || high === undefined) return undefined;
  const floor = bounded('>=', isStable(start) ? `${low}-dev` : low);
  if ((end[2] !== undefined && end[3] !== undefined) || !isStable(end)) return [floor, bounded('<=', high)];
  return [floor, bounded('<', `${padded(end, end[2] === undefined ? 1 : 2, true)}-dev`)];
}

function parseComparator(text: string, flag: string | undefined): readonly Constraint[] | undefined {
  const [, sign = '=', rest = ''] = /^(<>|!=|>=?|<=?|==?)?(.*)$/.exec(text) ?? [];
  const relation = signs[sign]!;
  const bound = normalise(rest);
  if (bound === undefined) return undefined;
  if (relation !== '=' && flag !== undefined && flag !== 'stable' && !/-(?:alpha|beta|RC|dev)/.test(bound))
    return [bounded(relation, `${bound}-${flag === 'rc' ? 'RC' : flag}`)];
  const open = (relation === '<' || relation === '>=') && !writtenStability.test(rest);
  return [bounded(relation, open ? `${bound}-dev` : bound)];
}

const writtenStability = new RegExp(`-${modifier}$`, 'i');

function bounded(sign: Constraint['sign'], normalised: string): Constraint {
  return { sign, bound: fromNormalised(normalised) };
}

/** The numbers up to a place (1 to 4), the last of them increased or not, and zeros behind it. */
function padded(found: readonly (string | undefined)[], place: number, increase: boolean): string {
  const numbers = ['0', '0', '0', '0'];
  for (let at = 1; at <= place; at++) {
    const number = numeral(found[at] ?? '0');
    numbers[at - 1] = String(increase && at === place ? increment(number) : number);
  }
  return numbers.join('.');
}

export const packagistConstraints: RangeGrammar<PackagistVersion> = { parse: parsePackagistConstraints };
