import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { cranScheme } from './cran-scheme.ts';

const number = fc.constantFrom('0', '0', '00', '1', '01', '2', '10', '99999999999999999999', '099999999999999999999');
const versions = fc.array(number, { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.').replace('.', '-'));

describeScheme(cranScheme, {
  order: [
    '1.2-3 = 1.2.3',
    '1-2 < 1.2-1',
    '1.2 < 1.10',
    '1.0 < 1.0.0',
    '1.01 = 1.1',
    '2 > 1.9',
    '9.99999999999999999999 < 9.100000000000000000000',
  ],
  invalid: ['', ' ', '.', '1.', '.1', '1..2', 'v1', '1a', '1 2', '1.0_1', '1.0-', '-1', '1é'],
  ranges: [],
  invalidRanges: [],
  versions,
  alphabet: '0129.-_a',
});

test.each([
  ['1.2', '1.10', 'number 2: 2 < 10'],
  ['1.2.0', '1.2', 'number 3: 0 > none'],
  ['1.02', '1.2', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(cranScheme.explain?.(cranScheme.parse(a)!, cranScheme.parse(b)!)).toBe(why);
});
