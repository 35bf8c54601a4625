import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { apkScheme } from './apk-scheme.ts';
import { parseApkVersion } from './apk-version.ts';

const digits = fc.constantFrom(
  '0',
  '1',
  '2',
  '10',
  '00',
  '01',
  '010',
  '20200101',
  '12345678901234567',
  '123456789012345678',
);
const suffix = fc
  .tuple(
    fc.constantFrom('alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p', 'foo', ''),
    fc.constantFrom('', '0', '1', '01', '2'),
  )
  .map(([name, number]) => `_${name}${number}`);
const versions = fc
  .tuple(
    fc.array(digits, { minLength: 1, maxLength: 3 }).map((numbers) => numbers.join('.')),
    fc.constantFrom('', '', '', 'a', 'b', 'A', 'p1'),
    fc.array(suffix, { maxLength: 2 }).map((suffixes) => suffixes.join('')),
    fc.constantFrom('', '', '-r0', '-r1', '-r10', '-r', '~ab', '~ab-r1', '~ab-r2', '-x', '..1'),
  )
  .map((parts) => parts.join(''));

describeScheme(apkScheme, {
  order: [
    '1.2 < 1.10',
    '1.2 < 1.2.0',
    '1.2.3-r9 < 1.2.3-r10',
    '1.2.3 < 1.2.3-r0',
    '1.2.3-r01 = 1.2.3-r1',
    '1.2_alpha < 1.2_beta',
    '1.2_beta9 < 1.2_pre1',
    '1.2_pre < 1.2_rc',
    '1.2_rc1 < 1.2',
    '1.2_rc1-r9 < 1.2-r0',
    '1.2 < 1.2_cvs1',
    '1.2_svn < 1.2_git',
    '1.2_git20200101 < 1.2_hg',
    '1.2_hg < 1.2_p1',
    '1.2_p1 < 1.2_p1-r1',
    '1.2_p2 < 1.2_p10',
    '1.2a > 1.2',
    '1.2a < 1.2b',
    '1.2a < 1.2.1',
    '1.2-r5 < 1.2a',
    '1.0 > 1.00',
    '1.01 < 1.1',
    '01 = 1',
    '6.6.2p1 < 6.6.2p2',
    '1.0~abc-r0 < 1.0~abc-r1',
    '1.0~1234 < 1.0~2345',
    '1.0-r5 < 1.0~1234',
  ],
  invalid: ['', ' ', '1.2 3', '1.2\n', '1\u00e9'],
  ranges: [
    ['3.6.9', true, '~3.6'],
    ['3.6_pre1', true, '~3.6'],
    ['3.6-r3', true, '=~3.6'],
    ['3.60', false, '~3.6'],
    ['3.5', false, '~3.6'],
    ['3.5', true, '<~3.6'],
    ['3.7', false, '<~3.6'],
    ['3.6.1', true, '>~3.6'],
    ['1.5', true, '>=1.2 <2'],
    ['1.5', true, '>= 1.2, < 2'],
    ['2', false, '>=1.2 <2'],
    ['1.2', true, '=1.2'],
    ['1.2-r0', false, '=1.2'],
    ['1.2', true, ''],
  ],
  invalidRanges: ['1.2', '><1.2', '>=', '!1.2', '~', '=>1.2', '>=1.2 <'],
  versions,
  alphabet: '0123abprz._-~ <>=,',
});

test.each([
  ['1.2', '1.10', 'number: 2 < 10'],
  ['1.2-r1', '1.2-r3', 'package revision: 1 < 3'],
  ['1.2a', '1.2c', 'letter: a < c'],
  ['1.2_rc1', '1.2_beta1', 'suffix: rc > beta'],
  ['1.2_p1', '1.2_p2', 'number of the suffix: 1 < 2'],
  ['1.2_rc1', '1.2', 'after 1.2: _rc1 < the end'],
  ['1.2', '1.2-r1', 'after 1.2: the end < -r1'],
  ['1.0~ab-r0', '1.0~ab-r1', 'commit hash and package revision: ~ab-r0 < ~ab-r1'],
  ['1.2', '1.2', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(apkScheme.explain?.(parseApkVersion(a)!, parseApkVersion(b)!)).toBe(why);
});

test.each([
  ['1.2.3a_rc1_p2~0af-r4', true],
  ['1', true],
  ['1.2_foo', false],
  ['1.2-r', false],
  ['1.2-r1_p1', false],
  ['1.2ab', false],
  ['.1', false],
])('apk would build %s: %s', (text, accepted) => {
  expect(apkScheme.accepts?.(text)).toBe(accepted);
});
