import { parseConanAlternatives } from '../../conan/conan-ranges.ts';
import { type Interval, parseIntervals } from '../../intervals.ts';
import { parseNpmAlternatives } from '../../npm/npm-ranges.ts';
import { nugetIntervals } from '../../nuget/nuget-scheme.ts';
import { increment, numeral } from '../../numeral.ts';
import { pypiSpecifierTexts } from '../../pypi/pypi-specifiers.ts';
import { bumped, parseRequirements } from '../../rubygems/rubygems-requirements.ts';
import { maxRangeLength } from '../../scheme.ts';
import type { SemanticVersion } from '../../semver/semantic-version.ts';
import type { NativeAlternative, NativeConstraint, NativeReader } from './native-range.ts';

/** VERS type → its native notation. */
export const nativeReaders: ReadonlyMap<string, NativeReader> = new Map([
  ['conan', readConan],
  ['gem', readGem],
  ['maven', (range) => readIntervals(parseIntervals(range))],
  ['nginx', readNginx],
  ['npm', readNpm],
  ['nuget', (range) => readIntervals(nugetIntervals(range))],
  ['openssl', readOpenssl],
  ['pypi', readPypi],
] satisfies readonly (readonly [string, NativeReader])[]);

function readConan(range: string): ReturnType<NativeReader> {
  if (range.trim() === '') return 'empty';
  const alternatives = parseConanAlternatives(range);
  return (
    alternatives?.map(({ conditions }) =>
      conditions.map(({ sign, bound }) => ({ comparator: sign, version: bound })),
    ) ?? 'invalid'
  );
}

function readGem(range: string): ReturnType<NativeReader> {
  const requirements = parseRequirements(range);
  if (requirements === undefined) return 'invalid';
  return [
    requirements.flatMap(({ sign, bound, text }): NativeAlternative => {
      if (sign !== '~>') return [{ comparator: sign, version: text }];
      return [
        { comparator: '>=', version: text },
        { comparator: '<', version: bumped(bound).join('.') },
      ];
    }),
  ];
}

function readIntervals(intervals: readonly Interval[] | undefined): ReturnType<NativeReader> {
  if (intervals === undefined) return 'invalid';
  return intervals.map(({ lower, upper, includesLower, includesUpper }): NativeAlternative => {
    if (lower !== undefined && lower === upper && includesLower && includesUpper)
      return [{ comparator: '=', version: lower }];
    const constraints: NativeConstraint[] = [];
    if (lower !== undefined) constraints.push({ comparator: includesLower ? '>=' : '>', version: lower });
    if (upper !== undefined) constraints.push({ comparator: includesUpper ? '<=' : '<', version: upper });
    return constraints;
  });
}

/**
 * What nginx's advisories say: `0.7.52-0.8.39`, `1.5.0+` (all since), `1.4.1+` (all since of a stable branch, which has an
 * even second number).
 */
function readNginx(range: string): ReturnType<NativeReader> {
  const alternatives: NativeAlternative[] = [];
  for (const part of range.split(',')) {
    const [, from, upTo, plus] = /^([0-9]+(?:\.[0-9]+)*)(?:-([0-9]+(?:\.[0-9]+)*)|(\+))?$/.exec(part.trim()) ?? [];
    if (from === undefined) return 'invalid';
    if (plus !== undefined) alternatives.push(sinceNginx(from));
    else if (upTo === undefined) alternatives.push([{ comparator: '=', version: from }]);
    else
      alternatives.push([
        { comparator: '>=', version: from },
        { comparator: '<=', version: upTo },
      ]);
  }
  return alternatives;
}

function sinceNginx(from: string): NativeAlternative {
  const [major = '0', minor = '0'] = from.split('.');
  const since: NativeConstraint = { comparator: '>=', version: from };
  if (/[13579]$/.test(minor)) return [since];
  return [since, { comparator: '<', version: `${major}.${increment(numeral(minor))}.0` }];
}

/** `>=2.2.x` is read as `2.2.x`, as the published cases of VERS want it, although npm lets it reach further. */
function readNpm(range: string): ReturnType<NativeReader> {
  if (range.length > maxRangeLength) return 'invalid';
  const alternatives = parseNpmAlternatives(range.replace(/>= *(?=[0-9]+(?:\.[0-9]+)?\.[xX*](?:[ |]|$))/g, ''), false);
  return (
    alternatives?.map((comparators) =>
      comparators.map(({ sign, bound }) => ({ comparator: sign, version: semanticText(bound, sign === '<') })),
    ) ?? 'invalid'
  );
}

/** `<2.0.0-0` is how npm says that the pre-releases of 2.0.0 are outside too; VERS has no such notion. */
function semanticText({ parts, pre }: SemanticVersion, isEnd: boolean): string {
  const isLowest = isEnd && pre.length === 1 && pre[0] === 0;
  return pre.length === 0 || isLowest ? parts.join('.') : `${parts.join('.')}-${pre.join('.')}`;
}

/** A list of versions. */
function readOpenssl(range: string): ReturnType<NativeReader> {
  return range.split(',').map((part): NativeAlternative => [{ comparator: '=', version: part.trim() }]);
}

function readPypi(range: string): ReturnType<NativeReader> {
  const specifiers = pypiSpecifierTexts(range);
  if (specifiers === undefined) return 'invalid';
  const constraints: NativeConstraint[] = [];
  for (const { sign, bound } of specifiers) {
    const prefix = sign === '~=' ? bound : bound.endsWith('.*') ? bound.slice(0, -2) : undefined;
    if (prefix === undefined && sign !== '===') {
      constraints.push({ comparator: sign === '==' ? '=' : (sign as NativeConstraint['comparator']), version: bound });
      continue;
    }
    if (prefix === undefined || sign === '!=') return 'unsupported';
    constraints.push(...pypiPrefix(prefix, sign === '~='));
  }
  return [constraints];
}

/** `==1.2.*` and `~=1.2.3`: up to the first development release of the next one. */
function pypiPrefix(text: string, compatible: boolean): NativeAlternative {
  const [, before = '', release = '0'] = /^(v?(?:[0-9]+!)?)([0-9]+(?:\.[0-9]+)*)/i.exec(text) ?? [];
  const numbers = release.split('.').map(numeral);
  if (compatible) numbers.pop();
  const last = numbers.pop() ?? 0;
  return [
    { comparator: '>=', version: compatible ? text : `${text}.dev0` },
    { comparator: '<', version: `${before}${[...numbers, increment(last)].join('.')}.dev0` },
  ];
}
