import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { alpmScheme } from './alpm-scheme.ts';
import { compareAlpmVersions, parseAlpmVersion } from './alpm-version.ts';

const piece = fc.constantFrom('0', '1', '10', '00', 'a', 'b', 'Z', '.1', '.', '..', '_2', '+r12', 'rc', 'rc1', '.git');
// The laws hold among versions with a release: where one side has none, pacman does not look at the other's.
const versions = fc
  .tuple(
    fc.constantFrom('', '', '0:', '1:', '01:', '10:'),
    fc.constantFrom('0', '1', '2', '10', 'a'),
    fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
    fc.constantFrom('-0', '-1', '-1.1', '-01', '-2', '-10'),
  )
  .map((parts) => parts.join(''))
  .filter((version) => /[0-9A-Za-z]-/.test(version));

describeScheme(alpmScheme, {
  order: [
    '1.2-1 < 1.10-1',
    '1.0rc1-1 < 1.0-1',
    '1.0.a-1 > 1.0-1',
    '1.0.a-1 < 1.0.1-1',
    '1.0..1-1 > 1.0.1-1',
    '1.05-1 = 1.5-1',
    '1:0.1-1 > 99-1',
    '0:1-1 = 1-1',
    '1-1 < 1-1.1',
    '1-2 = 1',
    '1 = 1-1',
    '1.0a < 1.0alpha',
    '1-99999999999999999999 < 1-100000000000000000000',
  ],
  invalid: ['', ' ', ':', '1:', '1 2', '1\n2', '1é', '-1', '1:-1', '...'],
  ranges: [],
  invalidRanges: [],
  versions,
  alphabet: '01289abZ.+_-:',
});

test.each([
  ['1:1.0-1', '2.0-1', 'epoch: 1 > 0'],
  ['1.2-1', '1.10-1', 'version: 1.2 < 1.10'],
  ['1.2-1', '1.2-3', 'release: 1 < 3'],
  ['1.2-1', '1.2', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(alpmScheme.explain?.(parseAlpmVersion(a)!, parseAlpmVersion(b)!)).toBe(why);
});

const tool = 'vercmp';
const hasTool = spawnSync(tool, ['1', '2']).status === 0;

describe.skipIf(!hasTool)("against pacman's vercmp (needs vercmp)", () => {
  test('a sample of nasty pairs', () => {
    const some = fc.oneof(
      versions,
      versions.map((version) => version.slice(0, version.lastIndexOf('-'))),
    );
    const pairs = fc.sample(fc.tuple(some, some), { seed: 7, numRuns: 300 });
    // one shell asks for all pairs: starting the tool from this process costs many times what it does
    const { stdout } = spawnSync('sh', ['-c', 'while read -r a b; do vercmp "$a" "$b"; done'], {
      encoding: 'utf8',
      input: pairs.map((pair) => `${pair.join(' ')}\n`).join(''),
    });
    const said = stdout.trimEnd().split('\n');
    expect(pairs.map(([a, b]) => [a, b, compareAlpmVersions(parseAlpmVersion(a)!, parseAlpmVersion(b)!)])).toEqual(
      pairs.map(([a, b], i) => [a, b, Math.sign(Number(said[i]))]),
    );
  });
});
