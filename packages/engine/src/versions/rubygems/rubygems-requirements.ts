import { increment } from '../numeral.ts';
import { maxRangeLength, type RangeGrammar, type RangeTest } from '../scheme.ts';
import {
  compareRubygemsVersions,
  fromSegments,
  parseRubygemsVersion,
  type RubygemsVersion,
  type Segment,
} from './rubygems-version.ts';

export interface Requirement {
  readonly sign: '=' | '!=' | '>' | '<' | '>=' | '<=' | '~>';
  readonly bound: RubygemsVersion;
  /** the bound as written */
  readonly text: string;
}

/**
 * Requirements joined by commas: `~> 1.4, != 1.4.2`. No sign means `=`, the empty text `>= 0`.
 * @returns undefined: one of them is none
 */
export function parseRequirements(text: string): readonly Requirement[] | undefined {
  if (text.length > maxRangeLength) return undefined;
  const requirements: Requirement[] = [];
  for (const part of text.trim() === '' ? ['>= 0'] : text.split(',')) {
    const [, sign = '=', rest = ''] = /^(!=|>=|<=|~>|=|>|<)?(.*)$/s.exec(part.trim()) ?? [];
    const bound = parseRubygemsVersion(rest);
    if (bound === undefined) return undefined;
    requirements.push({ sign: sign as Requirement['sign'], bound, text: rest.trim() });
  }
  return requirements;
}

/** @see https://guides.rubygems.org/patterns/#pessimistic-version-constraint */
function parseRubygemsRange(text: string): RangeTest<RubygemsVersion> | undefined {
  const tests = parseRequirements(text)?.map(toTest);
  return tests && ((version) => tests.every((test) => test(version)));
}

function toTest({ sign, bound }: Requirement): RangeTest<RubygemsVersion> {
  switch (sign) {
    case '=':
      return (version) => compareRubygemsVersions(version, bound) === 0;
    case '!=':
      return (version) => compareRubygemsVersions(version, bound) !== 0;
    case '>':
      return (version) => compareRubygemsVersions(version, bound) > 0;
    case '<':
      return (version) => compareRubygemsVersions(version, bound) < 0;
    case '>=':
      return (version) => compareRubygemsVersions(version, bound) >= 0;
    case '<=':
      return (version) => compareRubygemsVersions(version, bound) <= 0;
    case '~>': {
      const end = fromSegments(bumped(bound));
      return (version) =>
        compareRubygemsVersions(version, bound) >= 0 && compareRubygemsVersions(released(version), end) < 0;
    }
  }
}

/** The first version that `~>` leaves out: 1.4.2 → 1.5, 1.4 → 2, 5.a → 6. */
export function bumped(version: RubygemsVersion): readonly Segment[] {
  const numbers = version.segments.slice(0, version.firstWord);
  if (numbers.length > 1) numbers.pop();
  const last = numbers.pop();
  return [...numbers, increment(typeof last === 'string' || last === undefined ? 0 : last)];
}

/** A pre-release of the end is no longer inside: 2.0.a is not `~> 1.0`. */
function released(version: RubygemsVersion): RubygemsVersion {
  if (version.firstWord === version.segments.length) return version;
  return fromSegments(version.segments.slice(0, version.firstWord));
}

export const rubygemsRequirements: RangeGrammar<RubygemsVersion> = { parse: parseRubygemsRange };
