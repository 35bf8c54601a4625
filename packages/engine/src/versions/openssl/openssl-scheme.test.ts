import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { opensslScheme } from './openssl-scheme.ts';
import { parseOpensslVersion } from './openssl-version.ts';

const versions = fc
  .tuple(
    fc.constantFrom('0.9.8', '1.0.0', '1.0', '1.0.2', '1.1.1', '3.0.0', '3.0.10', '3.00.2', '99999999999999999999'),
    fc.constantFrom('', '', 'a', 'b', 'y', 'z', 'za', 'zd'),
    fc.constantFrom('', '', '', '-dev', '-alpha1', '-alpha', '-beta2', '-pre1', '-pre10'),
  )
  .map((parts) => parts.join(''));

describeScheme(opensslScheme, {
  order: [
    '1.0.2 < 1.0.2a',
    '1.0.2y < 1.0.2z',
    '1.0.2z < 1.0.2za',
    '1.0.1u < 1.0.2',
    '1.1.1w < 3.0.0',
    '3.0.9 < 3.0.10',
    '3.0 = 3.0.0',
    '3.0.0-alpha17 < 3.0.0-beta1',
    '3.0.0-beta2 < 3.0.0',
    '1.1.1-pre9 < 1.1.1',
    '3.2.0-dev < 3.2.0-alpha1',
  ],
  invalid: ['', ' ', 'a', '1.', '1.0.2-fips', '1.0.2A', '1.0.2a1', 'v3', '3 0', '3.0.0-alpha1-x'],
  ranges: [],
  invalidRanges: [],
  versions,
  alphabet: '0129.-azbetlphdv',
});

test.each([
  ['1.0.2', '1.0.10', 'numbers: 1.0.2 < 1.0.10'],
  ['1.0.2za', '1.0.2', 'patch letters: za > none'],
  ['3.0.0-beta1', '3.0.0', 'pre-release: beta1 < none'],
  ['3.0', '3.0.0', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(opensslScheme.explain?.(parseOpensslVersion(a)!, parseOpensslVersion(b)!)).toBe(why);
});
