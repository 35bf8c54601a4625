import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { semverScheme } from './semver-scheme.ts';
import { parseSemver } from './semver-version.ts';

const number = fc.constantFrom('0', '0', '00', '1', '01', '2', '10', '99999999999999999999', '099999999999999999999');
const identifier = fc.constantFrom('0', '1', '01', '10', 'a', 'rc', 'Rc', '1a', '-', '99999999999999999999');
const versions = fc
  .tuple(
    fc.constantFrom('', 'v', 'V'),
    fc.array(number, { minLength: 1, maxLength: 5 }),
    fc.array(identifier, { maxLength: 3 }),
    fc.constantFrom('', '+b.1', '+incompatible'),
  )
  .map(([v, numbers, pre, build]) => `${v}${numbers.join('.')}${pre.length > 0 ? `-${pre.join('.')}` : ''}${build}`);

describeScheme(semverScheme, {
  order: [
    '1.2.0 < 1.10.0',
    'v1.0.0-rc.1 < 1.0.0',
    '1 = 1.0.0',
    '1.2 < 1.2.1',
    '1.1.3 < 1.1.3.4',
    '1.0rc1 < 1.0',
    '1.0rc1 = 1.0.0-rc1',
    '01.2.3 = 1.2.3',
    '2.0.0+incompatible = 2.0.0',
    '0.0.0-20190101000000-abcdef < 0.0.0-20200101000000-abcdef',
    '99999999999999999999.0.0 < 100000000000000000000.0.0',
  ],
  invalid: ['', 'v', 'hello', '1..2', '1.', '.1', '1.0.0-', '1.0.0-a..b', '1.0.0_1', '1.0.0.Final', '1 2'],
  ranges: [
    ['1.5', true, '>=1.2.0 <2.0.0'],
    ['v1.5.0.1', true, '^1.5.0'],
    ['2', false, '>=1.2.0 <2.0.0'],
  ],
  invalidRanges: ['blerg', '1.2.3.4 - 2'],
  versions,
  alphabet: '0129.x*-vV=<>^~| aArc+',
});

test.each([
  ['1.1.3.4', '1.1.3.5', 'part 4: 4 < 5'],
  ['2', '1.9', 'major: 2 > 1'],
])('explains %s and %s', (a, b, why) => {
  expect(semverScheme.explain?.(parseSemver(a)!, parseSemver(b)!)).toBe(why);
});
