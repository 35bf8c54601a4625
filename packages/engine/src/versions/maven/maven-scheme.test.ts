import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { mavenScheme } from './maven-scheme.ts';
import { parseMavenVersion } from './maven-version.ts';

const number = fc.constantFrom('0', '0', '1', '01', '2', '10', '99999999999999999999');
const word = fc.constantFrom(
  'alpha',
  'a',
  'beta',
  'b',
  'm',
  'rc',
  'CR',
  'snapshot',
  'final',
  'ga',
  'sp',
  'foo',
  'jre',
  '_x',
);
const qualifier = fc
  .tuple(fc.constantFrom('-', '.', ''), word, fc.constantFrom('', '1', '-1', '2', '-0', '10', '-foo'))
  .map((parts) => parts.join(''));
// No word before a dot: Maven's own comparison is no order there.
const versions = fc
  .tuple(fc.array(number, { minLength: 1, maxLength: 4 }), fc.array(qualifier, { maxLength: 2 }))
  .map(([numbers, qualifiers]) => numbers.join('.') + qualifiers.join(''))
  .filter((version) => !/[a-z]\./i.test(version));

describeScheme(mavenScheme, {
  order: [
    '1.2 < 1.10',
    '1 = 1.0.0',
    '1.0 = 1-ga',
    '1.0.Final = 1',
    '1-alpha1 = 1-a1',
    '1-alpha < 1-a1',
    '1-cr1 = 1-rc1',
    '1.0-alpha < 1.0-beta',
    '1-beta < 1-milestone',
    '1-milestone < 1-rc',
    '1-rc < 1-SNAPSHOT',
    '1-SNAPSHOT < 1',
    '1 < 1-sp',
    '1-sp < 1-abc',
    '1-abc < 1-xyz',
    '1-xyz < 1-1',
    '1-1 < 1.1',
    '1.0.RC2 < 1.0-RC3',
    '1-foo2 < 1-foo10',
    '1.0-20200101 > 1.0',
    '31.1-jre > 31.1-android',
    '1-X = 1-x',
    '2.0.1-xyz > 2.0.1',
    '1.0.0.RELEASE = 1.0.0',
    '9.4.0.v20161208 < 9.4.0.v20170120',
    '1.99999999999999999999 < 1.100000000000000000000',
    'r163 < r164',
  ],
  invalid: ['', ' ', '1 2', '1,2', '[1', '1é', '1/2', '1:2', '{project}'],
  ranges: [
    ['1.5', true, '[1.0,2.0)'],
    ['2.0', false, '[1.0,2.0)'],
    ['2.0-rc1', true, '[1.0,2.0)'],
    ['1.0', false, '(1.0,2.0]'],
    ['2', true, '(1.0,2.0]'],
    ['0.1', true, '(,1.0]'],
    ['3', true, '(,1.0],[1.2,)'],
    ['1.1', false, ' (,1.0] , [1.2,) '],
    ['1', true, '[1.0]'],
    ['1.0.1', false, '[1.0]'],
    ['7', true, '(,)'],
  ],
  invalidRanges: [
    '',
    '1.0',
    '[1.0',
    '(1.0)',
    '[]',
    '[1,2,3]',
    '[2,1]',
    '[1,2)[3,4)',
    '[1,2),',
    '[[1,2)]',
    '>=1',
    '[1 2,3]',
  ],
  versions,
  alphabet: '0129.-_abmrcfinalRC[](), ',
});

test.each([
  ['1.2', '1.10', 'number: 2 < 10'],
  ['1-rc1', '1', 'part: -rc-1 < none'],
  ['1-rc1', '1-beta', 'part: rc > beta'],
  ['1-1', '1.1', 'part: -1 < 1'],
  ['1-foo', '1-ga-1', 'part: foo < -1'],
  ['1.ga', '1', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(mavenScheme.explain?.(parseMavenVersion(a)!, parseMavenVersion(b)!)).toBe(why);
});
