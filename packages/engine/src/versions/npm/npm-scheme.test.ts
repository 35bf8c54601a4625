import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { npmScheme } from './npm-scheme.ts';
import { parseNpmVersion } from './npm-version.ts';

const number = fc.constantFrom('0', '0', '1', '2', '10', '9007199254740991');
const identifier = fc.constantFrom('0', '1', '10', 'a', 'rc', 'Rc', '1a', '-', '0a', '99999999999999999999');
const versions = fc
  .tuple(
    fc.constantFrom('', 'v'),
    number,
    number,
    number,
    fc.array(identifier, { maxLength: 3 }),
    fc.constantFrom('', '+b.1'),
  )
  .map(([v, major, minor, patch, pre, build]) => {
    return `${v}${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join('.')}` : ''}${build}`;
  });

describeScheme(npmScheme, {
  order: [
    '1.2.0 < 1.10.0',
    '1.0.0-rc.1 < 1.0.0',
    '1.0.0-alpha < 1.0.0-alpha.1',
    '1.0.0-alpha.9 < 1.0.0-alpha.10',
    '1.0.0-9 < 1.0.0-a',
    '1.0.0-alpha9 > 1.0.0-alpha10',
    '1.0.0-A < 1.0.0-a',
    '1.0.0+a = 1.0.0+b',
    'v1.0.0 = 1.0.0',
  ],
  invalid: [
    '',
    '1',
    '1.2',
    '1.2.3.4',
    '01.2.3',
    '1.2.3-01',
    '1.2.3-',
    '1.2.3-a..b',
    '1.2.3+',
    '=1.2.3',
    '1.2.9007199254740992',
  ],
  ranges: [
    ['1.2.3', true, '^1.2.0'],
    ['2.0.0-rc.1', false, '^1.2.0'],
    ['1.9.0-rc.1', false, '^1.2.0'],
    ['1.2.3-rc.2', true, '^1.2.3-rc.1'],
    ['0.2.9', true, '^0.2.3'],
    ['0.3.0', false, '^0.2.3'],
    ['0.0.4', false, '^0.0.3'],
    ['1.2.9', true, '~1.2.3'],
    ['1.3.0', false, '~1.2.3'],
    ['2.9.9', true, '1 - 2'],
    ['1.2.3', true, '<1 || >= 1.2'],
    ['1.2.9', false, '>1.2'],
    ['1.2.9', true, '<=1.2'],
    ['1.2.3', true, ''],
    ['1.2.3', true, '*'],
    ['1.2.3-a', false, '* || 1.2.3-a'],
    ['0.0.0', false, '<0.0.0-0'],
    ['9.9.9', false, '>*'],
  ],
  invalidRanges: [
    'blerg',
    '1.2.3 ||| 2',
    '>',
    '1.2.3.4',
    '^1.2.3 nope',
    '>=1.2.3-',
    '01.2.3',
    'x.1.2',
    '1.2.3,2.0.0',
    '=>1.0.0',
  ],
  versions,
  alphabet: '0129.x*-v=<>^~| aArc+',
});

test('a pre-release is inside by its bounds alone where that is asked for', () => {
  const version = parseNpmVersion('1.9.0-rc.1')!;
  expect(npmScheme.ranges?.parse('^1.2.0', { includePrerelease: true })?.(version)).toBe(true);
  expect(npmScheme.ranges?.parse('^1.2.0')?.(version)).toBe(false);
});

test.each([
  ['1.2.0', '1.10.0', 'minor: 2 < 10'],
  ['1.0.0-rc.1', '1.0.0', 'pre-release: rc.1 < none'],
  ['1.0.0+a', '1.0.0', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(npmScheme.explain?.(parseNpmVersion(a)!, parseNpmVersion(b)!)).toBe(why);
});
