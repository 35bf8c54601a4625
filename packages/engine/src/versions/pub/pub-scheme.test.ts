import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { pubScheme } from './pub-scheme.ts';
import { parsePubVersion } from './pub-version.ts';

const number = fc.constantFrom('0', '0', '1', '01', '2', '10', '99999999999999999999');
const identifiers = fc
  .array(fc.constantFrom('0', '1', '01', '10', 'a', 'A', 'rc', '1a', '-'), { maxLength: 3 })
  .map((list) => list.join('.'));
const versions = fc
  .tuple(fc.constantFrom('', 'v'), fc.array(number, { minLength: 1, maxLength: 4 }), identifiers, identifiers)
  .map(([v, numbers, pre, build]) => v + numbers.join('.') + (pre && `-${pre}`) + (build && `+${build}`));

describeScheme(pubScheme, {
  order: [
    '1.2.0 < 1.10.0',
    '1.0.0-pre < 1.0.0',
    '1.0.0 < 1.0.0+1',
    '1.0.0+9 < 1.0.0+10',
    '1.0.0+10 < 1.0.0+a',
    '1.0.0-pre+1 < 1.0.0',
    '1.0.0+1 < 1.0.0+1.0',
    'v1.0.0+1 = 1.0.0+01',
    '1.0.99999999999999999999 < 1.0.100000000000000000000',
  ],
  invalid: ['', 'v', '1.', '1.0.0+', '1.0.0-', '1.0.0+a+b', '1.0.0+a..b', '1 2', 'any', '+1'],
  ranges: [],
  invalidRanges: [],
  versions,
  alphabet: '0129.-+vabA',
});

test.each([
  ['1.0.0+1', '1.0.0', 'build: 1 > none'],
  ['1.0.0-a', '1.0.0+1', 'pre-release: a < none'],
  ['1.0.0+1', '1.0.0+01', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(pubScheme.explain?.(parsePubVersion(a)!, parsePubVersion(b)!)).toBe(why);
});
