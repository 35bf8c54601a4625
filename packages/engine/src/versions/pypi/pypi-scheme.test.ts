import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { pypiScheme } from './pypi-scheme.ts';
import { parsePypiVersion } from './pypi-version.ts';

const number = fc.constantFrom('0', '0', '1', '01', '2', '10', '99999999999999999999');
const versions = fc
  .tuple(
    fc.constantFrom('', '', 'v', '1!', '0!'),
    fc.array(number, { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.')),
    fc.constantFrom('', '', 'a1', '.alpha', '-B2', 'rc1', '_c0', 'preview'),
    fc.constantFrom('', '', '-1', '.post', 'post1', '-rev2', 'R0'),
    fc.constantFrom('', '', '.dev', 'dev0', '_DEV1'),
    fc.constantFrom('', '', '', '+abc', '+1', '+1.abc', '+a.1', '+A-1', '+00'),
  )
  .map((parts) => parts.join(''));

describeScheme(pypiScheme, {
  order: [
    '1.2 < 1.10',
    '1.0 = 1',
    '1.0 = v1.0.0',
    '1.0.dev1 < 1.0a1',
    '1.0a1.dev1 < 1.0a1',
    '1.0a9 < 1.0b1',
    '1.0b2 < 1.0rc1',
    '1.0c1 = 1.0-RC.1',
    '1.0rc1 < 1.0',
    '1.0 < 1.0.post0.dev1',
    '1.0.post0.dev1 < 1.0-0',
    '1.0-1 = 1.0.post1',
    '1.0 < 1.0+local',
    '1.0+local < 1.0.post1',
    '1.0+abc < 1.0+1',
    '1.0+1 < 1.0+1.0',
    '1.0+Ubuntu-1 = 1.0+ubuntu.1',
    '9999.9 < 1!0.1',
    '99999999999999999999 < 100000000000000000000',
  ],
  invalid: [
    '',
    'a',
    '1.',
    '.1',
    '1..0',
    '1.0+',
    '1.0+a+',
    '1.0.x',
    '1.0-final',
    '1 .0',
    '1!',
    '1.0\u212a',
    '1.0--1',
    '1.0.dev1.post1',
  ],
  ranges: [
    ['1.5', true, '>=1.2,<2'],
    ['2.0rc1', false, '>=1.2,<2'],
    ['2.0rc1', true, '<2.0rc2'],
    ['2.0.post1', false, '>2'],
    ['2.0.post2', true, '>2.post1'],
    ['2.0+local', false, '>2'],
    ['2.0+local', true, '==2'],
    ['2.0+local', false, '==2+other'],
    ['1.4.9', true, '~=1.4.2'],
    ['1.5', false, '~=1.4.2'],
    ['1.9', true, '~=1.4'],
    ['1.1', false, '==1.1.0.1.*'],
    ['1.1a1', true, '==1.1.*'],
    ['1.1a1', false, '!=1.1.*'],
    ['1.10', false, '==1.1.*'],
    ['1!1.1', false, '==1.1.*'],
    ['1.0', true, '===1.0'],
    ['1.0', false, '===1'],
    ['1.0', true, ''],
    ['1.0', true, ' >= 1.0 , '],
  ],
  invalidRanges: ['1.0', '~=1', '=1.0', '>=1.0+local', '==1.0a1.*', '>=1.*', '===', '<', '==1.*.1', '>=1.0 <2'],
  versions,
  alphabet: '0129.!abcrcdevpost-_+*=<>~, ',
});

test.each([
  ['1!1', '2', 'epoch: 1 > 0'],
  ['1.2.0', '1.10', 'release: 1.2 < 1.10'],
  ['1.0rc1', '1.0', 'phase: release candidate < release'],
  ['1.0a1', '1.0a2', 'alpha: 1 < 2'],
  ['1.0', '1.0.post1', 'post-release: none < 1'],
  ['1.0rc1.dev1', '1.0rc1', 'development release: 1 < none'],
  ['1.0+a', '1.0', 'local version: a > none'],
  ['1.0', '1', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(pypiScheme.explain?.(parsePypiVersion(a)!, parsePypiVersion(b)!)).toBe(why);
});
