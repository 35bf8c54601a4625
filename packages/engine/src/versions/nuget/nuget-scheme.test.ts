import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { nugetScheme } from './nuget-scheme.ts';
import { parseNugetVersion } from './nuget-version.ts';

const number = fc.constantFrom('0', '0', '1', '01', '2', '10', '99999999999999999999');
const identifier = fc.constantFrom('0', '1', '01', '10', 'a', 'A', 'beta', 'Beta', 'rc1', '-', '99999999999999999999');
const versions = fc
  .tuple(
    fc.array(number, { minLength: 1, maxLength: 4 }),
    fc.array(identifier, { maxLength: 3 }),
    fc.constantFrom('', '', '+b.1'),
  )
  .map(([numbers, pre, build]) => `${numbers.join('.')}${pre.length > 0 ? `-${pre.join('.')}` : ''}${build}`);

describeScheme(nugetScheme, {
  order: [
    '1.2 < 1.10',
    '1 = 1.0.0.0',
    '1.0.0 < 1.0.0.1',
    '1.01 = 1.1',
    '1.0-Beta = 1.0-beta',
    '1.0-beta < 1.0',
    '1.0-beta.9 < 1.0-beta.10',
    '1.0-beta9 > 1.0-beta10',
    '1.0-9 < 1.0-a',
    '1.0+a = 1.0+b',
    '1.99999999999999999999 < 1.100000000000000000000',
  ],
  invalid: ['', 'v1', '1.', '1.2.3.4.5', '1-', '1.0-a..b', '1.0+', '1 2', '1.0_1', '1.*', 'a'],
  ranges: [
    ['1.5', true, '[1.0,2.0)'],
    ['2.0', false, '[1.0,2.0)'],
    ['1.0', false, '(1.0,)'],
    ['9', true, '1.0'],
    ['0.9', false, '1.0'],
    ['1.0.0', true, '[1.0]'],
    ['1.0-rc', true, '(,1.0]'],
  ],
  invalidRanges: ['', '(1.0)', '[1.0', '[2,1]', '1.*', '[1,2),[3,4)', '>=1', '[1.0-,2)'],
  versions,
  alphabet: '0129.-+abA[](), *',
});

test.each([
  ['1.0.0.4', '1.0.0.5', 'part 4: 4 < 5'],
  ['1.0-RC', '1.0', 'pre-release: rc < none'],
])('explains %s and %s', (a, b, why) => {
  expect(nugetScheme.explain?.(parseNugetVersion(a)!, parseNugetVersion(b)!)).toBe(why);
});
