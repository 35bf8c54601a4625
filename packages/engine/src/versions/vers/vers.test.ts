import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxRangeLength } from '../scheme.ts';
import { inVers } from './in-vers.ts';
import { formatVers, parseVers, readVers } from './parse-vers.ts';
import { VersError } from './vers-error.ts';
import { versFromNative } from './vers-from-native.ts';
import { versScheme } from './vers-types.ts';

function errorOf(action: () => unknown): VersError {
  try {
    action();
  } catch (error) {
    if (error instanceof VersError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test.each([
  'vers:npm/1.2.3|>=2.0.0|<5.0.0',
  'vers:gem/>=2.2.0|!=2.2.1|<2.3.0',
  'vers:deb/*',
  'vers:all/*',
  'vers:none/*',
  'vers:pypi/0.0.0|0.0.1|1.0|2.0rc1',
  'vers:maven/>=1.0.0-beta1|<=1.7.5|>=7.0.0-M1|<=7.0.7',
  'vers:npm/<1.0.0|2.0.0|3.0.0|>4.0.0',
  'vers:rpm/<1:1.0-1',
  'vers:lexicographic/a%7Cb%2A%25|>a~%20%C3%A9',
  'vers:datetime/>=2024-01-01T00:00:00Z',
  'vers:npm/!=1.0.0',
])('%s is canonical', (text) => {
  expect(formatVers(parseVers(text))).toBe(text);
});

test.each([
  ['vers:npm', 'VERS_SYNTAX'],
  ['npm/1.0.0', 'VERS_SYNTAX'],
  ['vers:npm/', 'VERS_SYNTAX'],
  ['vers:1npm/1.0.0', 'VERS_SYNTAX'],
  ['vers:npm/*|1.0.0', 'VERS_SYNTAX'],
  ['vers:npm/>=*', 'VERS_SYNTAX'],
  ['vers:all/1.0.0', 'VERS_SYNTAX'],
  ['vers:none/>1', 'VERS_SYNTAX'],
  ['vers:npm/1.0.0é', 'VERS_SYNTAX'],
  [`vers:npm/${'1.0.0|'.repeat(maxRangeLength)}`, 'VERS_SYNTAX'],
  ['vers:NPM/1.0.0', 'VERS_NOT_CANONICAL'],
  ['VERS:npm/1.0.0', 'VERS_NOT_CANONICAL'],
  ['vers:npm/ 1.0.0', 'VERS_NOT_CANONICAL'],
  ['vers:npm/1.0.0|', 'VERS_NOT_CANONICAL'],
  ['vers:npm/|1.0.0', 'VERS_NOT_CANONICAL'],
  ['vers:npm/1.0.0||2.0.0', 'VERS_NOT_CANONICAL'],
  ['vers:npm/2.0.0|1.0.0', 'VERS_NOT_CANONICAL'],
  ['vers:npm/1.0.0|1.0.0', 'VERS_NOT_CANONICAL'],
  ['vers:pypi/1.0|1.0.0', 'VERS_NOT_CANONICAL'],
  ['vers:npm/1.0.0%2', 'VERS_NOT_CANONICAL'],
  ['vers:npm/1.0.0%FF', 'VERS_NOT_CANONICAL'],
  ['vers:npm/1.0.0%2d1', 'VERS_NOT_CANONICAL'],
  ['vers:npm/1.0.0%2D1', 'VERS_NOT_CANONICAL'],
  ['vers:npm/>>1.0.0', 'VERS_NOT_CANONICAL'],
  ['vers:npm/1', 'VERS_VERSION_INVALID'],
  ['vers:npm/>=', 'VERS_VERSION_INVALID'],
  ['vers:cobol/1', 'VERS_TYPE_UNKNOWN'],
  ['vers:npm/>1.0.0|>2.0.0', 'VERS_CONTRADICTORY'],
  ['vers:npm/<1.0.0|!=1.5.0|<2.0.0', 'VERS_CONTRADICTORY'],
  ['vers:npm/1.0.0|<2.0.0', 'VERS_CONTRADICTORY'],
  ['vers:npm/>1.0.0|1.5.0|<2.0.0', 'VERS_CONTRADICTORY'],
])('%.60s: %s', (text, code) => {
  expect(errorOf(() => parseVers(text))).toMatchObject({ code, text });
});

test('an older tool’s order and repetition is read and sorted, but nothing else is forgiven', () => {
  expect(formatVers(readVers('vers:pypi/<=2.0|>=1.0|1.5'))).toBe('vers:pypi/>=1.0|1.5|<=2.0');
  expect(formatVers(readVers('vers:npm/=1.0.0|=1.0.0'))).toBe('vers:npm/1.0.0|1.0.0');
  expect(errorOf(() => readVers('vers:npm/1.0.0|'))).toMatchObject({ code: 'VERS_NOT_CANONICAL' });
});

test.each([
  ['vers:npm/1.2.3|>=2.0.0|<5.0.0', '1.2.3 2.0.0 4.9.9', '1.2.2 1.2.4 5.0.0'],
  ['vers:gem/>=2.2.0|!=2.2.1|<2.3.0', '2.2.0 2.2.2', '2.2.1 2.3.0 2.1'],
  ['vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0', '0.1.0 2.5.0 5.0.0', '1.0.0 3.0.0 4.0.0'],
  ['vers:npm/!=1.0.0', '1.0.1 0.9.0', '1.0.0'],
  ['vers:npm/*', '1.0.0', ''],
  ['vers:all/*', '1.0.0 whatever', ''],
  ['vers:none/*', '', '1.0.0'],
  ['vers:pypi/1.0|2.0', '1.0.0 2', '1.5'],
  ['vers:npm/>=1.0.0|>=2.0.0|<3.0.0|<4.0.0', '1.5.0 3.5.0', '0.9.0 4.0.0'],
  ['vers:rpm/<=1.2', '1.2-3.el8 1.1-9', '1.3-1'],
  ['vers:golang/>=v1.2.0|<v1.3.0', 'v1.2.5', 'v1.3.0'],
])('%s holds %s, not %s', (vers, inside, outside) => {
  for (const version of inside.split(' ').filter(Boolean))
    expect([version, inVers(vers, version)]).toEqual([version, true]);
  for (const version of outside.split(' ').filter(Boolean))
    expect([version, inVers(vers, version)]).toEqual([version, false]);
});

test('what cannot be judged is an error, never outside', () => {
  expect(errorOf(() => inVers('vers:npm/1.0.0', 'latest'))).toMatchObject({
    code: 'VERS_VERSION_INVALID',
    text: 'latest',
  });
  expect(errorOf(() => inVers({ type: 'cobol', constraints: [] }, '1'))).toMatchObject({ code: 'VERS_TYPE_UNKNOWN' });
  expect(errorOf(() => inVers(versFromNative('conan', ''), '1'))).toMatchObject({ code: 'VERS_SYNTAX' });
});

test.each([
  ['npm', '^1.2.9', 'vers:npm/>=1.2.9|<2.0.0'],
  ['npm', '*', 'vers:npm/*'],
  ['npm', '>=1.0.0 >=2.0.0 <5.0.0 <4.0.0', 'vers:npm/>=2.0.0|<4.0.0'],
  ['npm', '>3.0.0 <2.0.0', 'vers:none/*'],
  ['npm', '>3.0.0 <2.0.0 || 1.0.0', 'vers:npm/1.0.0'],
  ['npm', '2.0.0 >=1.0.0', 'vers:npm/2.0.0'],
  ['npm', '>=1.0.0 <=1.0.0', 'vers:npm/1.0.0'],
  ['npm', '>=1.0.0 <9.0.0 || 2.0.0 - 3.0.0 || 5.0.0', 'vers:npm/>=1.0.0|>=2.0.0|<=3.0.0|5.0.0|<9.0.0'],
  ['npm', '>=1.0.0 <9.0.0 || >=2.0.0 <3.0.0 || >=4.0.0 <5.0.0', 'vers:npm/>=1.0.0|<9.0.0'],
  ['npm', '>=1.0.0 || >=2.0.0 <3.0.0', 'vers:npm/>=1.0.0'],
  ['npm', '<=2.0.0 || >1.0.0', 'vers:npm/*'],
  ['npm', '>= 2.2.x', 'vers:npm/>=2.2.0|<2.3.0'],
  ['gem', '~> 1.4.2, != 1.4.5', 'vers:gem/>=1.4.2|!=1.4.5|<1.5'],
  ['gem', '~> 5.a', 'vers:gem/>=5.a|<6'],
  ['pypi', '>=1.2,!=1.3,<2', 'vers:pypi/>=1.2|!=1.3|<2'],
  ['pypi', '==1.2.*', 'vers:pypi/>=1.2.dev0|<1.3.dev0'],
  ['pypi', '~=1.4.2', 'vers:pypi/>=1.4.2|<1.5.dev0'],
  ['maven', '(,1.0],[1.2,)', 'vers:maven/<=1.0|>=1.2'],
  ['maven', '[1.0]', 'vers:maven/1.0'],
  ['nuget', '1.0', 'vers:nuget/>=1.0'],
  ['nginx', '1.5.0+, 1.4.1+', 'vers:nginx/>=1.4.1|<1.5.0|>=1.5.0'],
  ['openssl', '3.0.0, 1.0.1b', 'vers:openssl/1.0.1b|3.0.0'],
  ['conan', '^0.0.2 || 3', 'vers:conan/>=0.0.2|<0.0.3-|3'],
])('%s %s is %s', (type, range, expected) => {
  expect(formatVers(versFromNative(type, range))).toBe(expected);
});

test.each([
  ['npm', 'latest', 'NATIVE_RANGE_INVALID'],
  ['npm', '1'.repeat(maxRangeLength + 1), 'NATIVE_RANGE_INVALID'],
  ['pypi', '!=1.2.*', 'NATIVE_RANGE_UNSUPPORTED'],
  ['pypi', '===1.2', 'NATIVE_RANGE_UNSUPPORTED'],
  ['openssl', '1.0, x', 'VERS_VERSION_INVALID'],
  ['nginx', 'all', 'NATIVE_RANGE_INVALID'],
  ['constructor', '1', 'VERS_TYPE_UNKNOWN'],
  ['deb', '>= 1', 'VERS_TYPE_UNKNOWN'],
])('%s %.20s: %s', (type, range, code) => {
  expect(errorOf(() => versFromNative(type, range))).toMatchObject({ code, text: range });
});

describe('for any ranges', () => {
  const version = fc.tuple(fc.nat(3), fc.nat(3)).map(([major, minor]) => `${major}.${minor}.0`);
  const seed = 20_260_822;

  test('an npm range as VERS holds the same releases, and its text says the same', () => {
    const comparator = fc
      .tuple(fc.constantFrom('', '>', '>=', '<', '<=', '^', '~'), version)
      .map((parts) => parts.join(''));
    const alternative = fc.array(comparator, { minLength: 1, maxLength: 3 }).map((list) => list.join(' '));
    const range = fc.array(alternative, { minLength: 1, maxLength: 4 }).map((list) => list.join(' || '));
    const npm = versScheme('npm')!;
    const releases = Array.from({ length: 20 }, (_, index) => `${Math.floor(index / 4)}.${index % 4}.0`);
    // two versions joined by a blank are kept side by side, as the published cases want it
    const usual = range.filter((text) => !/(?:^|[ |])[0-9.]+ (?:[^|]* )?[0-9.]+(?: |$)/.test(text));
    fc.assert(
      fc.property(usual, (text) => {
        const vers = versFromNative('npm', text);
        for (const release of releases) {
          const expected = npm.ranges?.parse(text)?.(npm.parse(release));
          expect([text, formatVers(vers), release, inVers(vers, release)]).toEqual([
            text,
            formatVers(vers),
            release,
            expected,
          ]);
        }
        expect(formatVers(readVers(formatVers(vers)))).toBe(formatVers(vers));
      }),
      { seed, numRuns: 2000 },
    );
  });

  test('any text is a VERS or a VersError', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .string({ unit: fc.constantFrom(...'vers:npm/1.20-|<>=!*%2A '), maxLength: 40 })
        .map((rest) => `vers:npm/${rest}`),
      fc
        .array(fc.tuple(fc.constantFrom('', '<', '<=', '>', '>=', '!=', '='), version), { maxLength: 5 })
        .map((list) => `vers:npm/${list.map((parts) => parts.join('')).join('|')}`),
    );
    fc.assert(
      fc.property(text, (given) => {
        for (const action of [() => parseVers(given), () => inVers(given, '1.0.0')]) {
          try {
            action();
          } catch (error) {
            if (!(error instanceof VersError)) throw error;
          }
        }
      }),
      { seed, numRuns: 3000 },
    );
  });

  test('any text is a native range or a VersError', () => {
    const types = fc.constantFrom('conan', 'gem', 'maven', 'nginx', 'npm', 'nuget', 'openssl', 'pypi');
    const text = fc.string({ unit: fc.constantFrom(...'0129.-+*^~<>=!|,[]() axr'), maxLength: 30 });
    fc.assert(
      fc.property(types, text, (type, range) => {
        try {
          formatVers(versFromNative(type, range));
        } catch (error) {
          if (!(error instanceof VersError)) throw error;
        }
      }),
      { seed, numRuns: 5000 },
    );
  });

  test('as many constraints as fit are read in time', () => {
    const many = Array.from({ length: 1200 }, (_, index) => `${index}.${index}.0`).join('|');
    expect(inVers(`vers:npm/${many}`, '1199.1199.0')).toBe(true);
    expect(formatVers(versFromNative('npm', many.replaceAll('|', '||')))).toBe(`vers:npm/${many}`);
  });
});
