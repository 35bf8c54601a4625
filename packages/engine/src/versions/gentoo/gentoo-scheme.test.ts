import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { gentooScheme } from './gentoo-scheme.ts';
import { parseGentooVersion } from './gentoo-version.ts';

const number = fc.constantFrom('0', '0', '00', '1', '01', '010', '10', '2', '99999999999999999999');
const suffix = fc.constantFrom('_alpha', '_alpha1', '_beta', '_pre0', '_pre', '_rc2', '_p', '_p1', '_p20200101');
const versions = fc
  .tuple(
    fc.array(number, { minLength: 1, maxLength: 3 }).map((numbers) => numbers.join('.')),
    fc.constantFrom('', '', 'a', 'b'),
    fc.array(suffix, { maxLength: 2 }).map((suffixes) => suffixes.join('')),
    fc.constantFrom('', '-r0', '-r1', '-r01', '-r10'),
  )
  .map((parts) => parts.join(''));

describeScheme(gentooScheme, {
  order: [
    '1.2 < 1.10',
    '1 < 1.0',
    '1.0 = 1.00',
    '1.1 > 1.02',
    '1.01 < 1.1',
    '1.010 = 1.01',
    '1.011 < 1.02',
    '01 = 1',
    '1.0b < 1.0.0',
    '1b > 1',
    '1_alpha < 1_alpha1',
    '1_alpha = 1_alpha0',
    '1_beta < 1_pre',
    '1_rc9 < 1',
    '1 < 1_p0',
    '1_p1_rc1 < 1_p1',
    '1_p1 < 1_p1_p0',
    '1-r0 = 1',
    '1-r9 < 1-r10',
    '99999999999999999999 < 100000000000000000000',
  ],
  invalid: ['', ' ', '.1', '1.', '1ab', '1_foo', '1_', '1-r', '1-1', '1-r1_p1', 'v1', '1A', '1 2'],
  ranges: [],
  invalidRanges: [],
  versions,
  alphabet: '0129._-rabpelch',
});

test.each([
  ['1.2', '1.10', 'numbers: 1.2 < 1.10'],
  ['1a', '1', 'letter: a > none'],
  ['1_rc1', '1', 'suffix: _rc1 < none'],
  ['1-r1', '1', 'revision: 1 > 0'],
  ['1.0', '1.00', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(gentooScheme.explain?.(parseGentooVersion(a)!, parseGentooVersion(b)!)).toBe(why);
});
