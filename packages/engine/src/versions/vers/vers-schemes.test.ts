import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { datetimeScheme } from './datetime-scheme.ts';
import { intdotScheme } from './intdot-scheme.ts';
import { lexicographicScheme } from './lexicographic-scheme.ts';

describeScheme(lexicographicScheme, {
  order: ['A < a', 'a < aa', '10 < 9', '\u00e9 > e\u0301', 'z < 😀', '\uffff < 😀', '\ue000 < \u{10000}', '😀 < 😁'],
  invalid: ['', '\ud800', 'a\udc00'],
  ranges: [],
  invalidRanges: [],
  versions: fc
    .array(fc.constantFrom('a', 'A', '\u00e9', 'e\u0301', '\uffff', '😀', '\u{10000}', ' '), {
      minLength: 1,
      maxLength: 4,
    })
    .map((list) => list.join('')),
  alphabet: 'aA\uffff',
});

const number = fc.constantFrom('0', '00', '1', '01', '2', '10', '99999999999999999999');

describeScheme(intdotScheme, {
  order: ['1.2 < 1.10', '1.02 = 1.2', '1.0 < 1.0.0', '1.2rc1 = 1.2', '1.2-3 = 1.2.', '10.234.5.12 > 10.233.99'],
  invalid: ['', 'a', '.1', ' 1', '1 2', 'v1', '1é'],
  ranges: [],
  invalidRanges: [],
  versions: fc
    .tuple(fc.array(number, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', 'a', '-rc1', '.', '.a'))
    .map(([numbers, rest]) => numbers.join('.') + rest),
  alphabet: '019.-a',
});

describeScheme(datetimeScheme, {
  order: [
    '2024-01-01T00:00:00Z < 2024-01-01T00:00:01Z',
    '2024-01-01T00:00:00Z = 2024-01-01T01:00:00+01:00',
    '2024-01-01T00:00:00-01:00 > 2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00.10Z = 2024-01-01T00:00:00.1Z',
    '2024-01-01T00:00:00.9Z > 2024-01-01T00:00:00.10Z',
    '2016-12-31T23:59:60Z > 2016-12-31T23:59:59.9Z',
    '0001-01-01T00:00:00Z < 1970-01-01T00:00:00Z',
    '2024-01-01t00:00:00z = 2024-01-01T00:00:00Z',
  ],
  invalid: [
    '',
    '2024-01-01',
    '2024-01-01T00:00:00',
    '2024-13-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T00:00:61Z',
    '2024-01-01 00:00:00Z',
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00+24:00',
  ],
  ranges: [],
  invalidRanges: [],
  versions: fc
    .tuple(
      fc.constantFrom('1969-12-31T23', '1970-01-01T00', '2024-02-29T12', '2024-02-29T13'),
      fc.constantFrom('00:00', '00:60', '59:59'),
      fc.constantFrom('', '.1', '.10', '.09'),
      fc.constantFrom('Z', '+00:00', '+01:00', '-01:00', '+00:30'),
    )
    .map(([hour, rest, fraction, zone]) => `${hour}:${rest}${fraction}${zone}`),
  alphabet: '0129T:Z.+-',
});

test('the explanations name what is compared', () => {
  expect(lexicographicScheme.explain?.('a', 'b')).toBe('text: a < b');
  const [a, b] = ['2024-01-01T00:00:00Z', '2023-01-01T00:00:00Z'];
  expect(datetimeScheme.explain?.(datetimeScheme.parse(a)!, datetimeScheme.parse(b)!)).toBe(`time: ${a} > ${b}`);
});
