import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { conanScheme } from './conan-scheme.ts';
import { parseConanVersion } from './conan-version.ts';

const item = fc.constantFrom(
  '0',
  '0',
  '1',
  '01',
  '2',
  '10',
  'a',
  'rc',
  '1k',
  '2y',
  '10a',
  '*',
  '',
  '99999999999999999999',
);
const items = fc.array(item, { minLength: 1, maxLength: 3 }).map((list) => list.join('.'));
const versions = fc
  .tuple(
    fc.constantFrom('0', '1', '2', '10', 'a', 'cci'),
    fc.oneof(
      fc.constant(''),
      items.map((text) => `.${text}`),
    ),
    fc.oneof(
      fc.constant(''),
      items.map((text) => `-${text}`),
      fc.constant('-a-b'),
    ),
    fc.oneof(
      fc.constant(''),
      items.map((text) => `+${text}`),
    ),
  )
  .map((parts) => parts.join(''));

describeScheme(conanScheme, {
  order: [
    '1.2 < 1.10',
    '1 = 1.0.0',
    '1.1.1k < 1.1.2',
    '1.0.2 < 1.0.2a',
    '1.0.9k < 1.0.10',
    '1.a > 1.1',
    '1.0-pre1 < 1.0',
    '1.0- = 1.0-0',
    '1.0- < 1.0-alpha',
    '1.0-alpha.9 < 1.0-alpha.10',
    '1.0 < 1.0+1',
    '1.0+b.3 < 1.0+b.22',
    '1.0-rc+9 < 1.0',
    'cci.20200101 < cci.20210101',
    '1.0-a-b > 1.0-a',
    '2.99999999999999999999 < 2.100000000000000000000',
  ],
  invalid: ['', ' ', '.1', '-1', '+1', '1 2', '1/2', '1@x', '1é', '[1'],
  ranges: [
    ['1.5', true, '>1 <2.0'],
    ['2.0', false, '>1 <2.0'],
    ['2.0-rc', false, '>1 <2.0, include_prerelease'],
    ['1.5-rc', false, '>1 <2.0'],
    ['1.5-rc', true, '>1 <2.0, include_prerelease=True'],
    ['1.5-rc', true, '>1- <2.0'],
    ['2.5.9', true, '~2.5.1'],
    ['2.6', false, '~2.5.1'],
    ['2.9', false, '~2.5'],
    ['2.9', true, '~2'],
    ['1.9', true, '^1.2'],
    ['2', false, '^1.2'],
    ['0.2.9', true, '^0.2.3'],
    ['0.3', false, '^0.2.3'],
    ['3.5', true, '>1 <2 || ^3.2'],
    ['1.0', true, '=1'],
    ['1.0', true, '1.0'],
    ['7', true, '*'],
    ['7', true, ''],
    ['7-rc', true, '*-'],
    ['1.0.2x', true, '>=1.0.2 <1.0.2y'],
  ],
  invalidRanges: ['>', '~', '^a', '~1.a', '>=1, prerelease', '!=1', '=>1', '1 2 @', '>>1'],
  versions,
  alphabet: '0129.-+*akz<>=^~| ,',
});

test.each([
  ['1.2', '1.10', 'version: 1.2 < 1.10'],
  ['1.0-rc', '1.0', 'pre-release: rc < none'],
  ['1.0-rc+1', '1.0-rc', 'build: 1 > none'],
  ['1.0', '1', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(conanScheme.explain?.(parseConanVersion(a)!, parseConanVersion(b)!)).toBe(why);
});
