import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderingSign } from '../numeral.ts';
import { describeScheme } from '../testing/scheme-contract.ts';
import { debScheme } from './deb-scheme.ts';
import { compareDebVersions, parseDebVersion } from './deb-version.ts';

const piece = fc.constantFrom(
  '0',
  '1',
  '9',
  '10',
  '00',
  'a',
  'b',
  'Z',
  '.',
  '+',
  '~',
  '~~',
  '-',
  'rc',
  '+deb11u1',
  '~bpo',
);
const versions = fc
  .tuple(
    fc.constantFrom('', '', '', '0:', '1:', '10:', '01:'),
    fc.constantFrom('0', '1', '2', '10'),
    fc.array(piece, { maxLength: 4 }),
    fc.constantFrom('', '-0', '-1', '-1~', '-a', '-0+deb11u1'),
  )
  .map(([epoch, digit, pieces, revision]) => epoch + digit + pieces.join('') + revision)
  .filter((text) => !text.endsWith('-'));

describeScheme(debScheme, {
  order: [
    '1.2 < 1.10',
    '1.0 = 1.0-0',
    '1.0 = 0:1.0',
    '1.09 = 1.9',
    '1:0.1 > 99.9',
    '2.0~rc1 < 2.0',
    '2.0~~ < 2.0~',
    '1.0-1~bpo12+1 < 1.0-1',
    '1.0a < 1.0+',
    '1.0Z < 1.0a',
    '1.1.1n-0+deb11u3 < 1.1.1n-0+deb11u4',
    '1.0-1-2 > 1.0-1',
    '1:1:1 > 1:1',
    '1_0 > 1.0',
    '0.99999999999999999999 < 0.100000000000000000000',
  ],
  invalid: [
    '',
    ' ',
    '1.0-',
    '1:',
    ':1',
    'a:1',
    '1:-1',
    '1 0',
    '-1:1',
    '2147483648:1',
    '1\u00e9',
    '1\n2',
    '1.0-1:2',
    '1.0-1-',
  ],
  ranges: [
    ['1.5', true, '>= 1.2, << 2'],
    ['2', false, '>= 1.2, << 2'],
    ['2~rc1', true, '>=1.2,<<2'],
    ['1.2-0', true, '= 1.2'],
    ['1.2', false, '>> 1.2'],
    ['1.2', true, '<= 0:1.2'],
    ['1.2', true, ''],
  ],
  invalidRanges: ['1.2', '< 2', '> 1', '>= 1.2,', '>=', '== 1', '>= 1 << 2', '>= 1.0-'],
  versions,
  alphabet: '01289abZ.+~-:_<>=, ',
});

test.each([
  ['1:1.0', '2.0', 'epoch: 1 > 0'],
  ['1.2-1', '1.10-1', 'upstream version: 1.2 < 1.10'],
  ['1.2-1+deb12u1', '1.2-1', 'revision: 1+deb12u1 > 1'],
  ['1.2', '1.2-1', 'revision: none < 1'],
  ['1.2', '1.2-0', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(debScheme.explain?.(parseDebVersion(a)!, parseDebVersion(b)!)).toBe(why);
});

test.each([
  ['1.0-1', true],
  ['1:2:3-1', true],
  ['foo', false],
  ['1_0', false],
  [' 1.0', false],
  ['1.0-', false],
])('Debian policy about %j: %s', (text, accepted) => {
  expect(debScheme.accepts?.(text)).toBe(accepted);
});

const tool = 'dpkg';
const hasTool = spawnSync(tool, ['--version']).status === 0;

describe.skipIf(!hasTool)('against dpkg --compare-versions (needs dpkg)', () => {
  test('a sample of nasty pairs', () => {
    const pairs = fc.sample(fc.tuple(versions, versions), { seed: 7, numRuns: 150 });
    // one shell asks for all pairs: starting the tool from this process costs many times what it does
    const script = `while read -r a b; do
      if dpkg --compare-versions "$a" lt "$b"; then echo '<'
      elif dpkg --compare-versions "$a" eq "$b"; then echo =
      else echo '>'; fi; done`;
    const { stdout } = spawnSync('sh', ['-c', script], {
      encoding: 'utf8',
      input: pairs.map((pair) => `${pair.join(' ')}\n`).join(''),
    });
    const said = stdout.trimEnd().split('\n');
    expect(
      pairs.map(([a, b]) => [a, orderingSign(compareDebVersions(parseDebVersion(a)!, parseDebVersion(b)!)), b]),
    ).toEqual(pairs.map(([a, b], i) => [a, said[i], b]));
  });
});
