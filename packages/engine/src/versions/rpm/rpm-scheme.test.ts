import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inRange } from '../in-range.ts';
import { describeScheme } from '../testing/scheme-contract.ts';
import { rpmScheme } from './rpm-scheme.ts';
import { compareRpmVersions, parseRpmVersion } from './rpm-version.ts';

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
  '..',
  '_',
  '+',
  '~',
  '^',
  'rc',
  '.el8',
  'git1',
  'é',
);
const versions = fc
  .tuple(
    fc.constantFrom('', '', '0:', '1:', '01:', '10:'),
    fc.constantFrom('0', '1', '2', '10', 'R16B'),
    fc.array(piece, { maxLength: 4 }),
    fc.constantFrom('', '-', '-0', '-1', '-1.el8', '-1.el8_9', '-1~', '-1^', '-a'),
  )
  .map(([epoch, first, pieces, release]) => epoch + first + pieces.join('') + release);

describeScheme(rpmScheme, {
  order: [
    '1.2 < 1.10',
    '1.0 = 1_0',
    '1.05 = 1.5',
    '1.0 < 1.0.0',
    '1.0~rc1 < 1.0',
    '1.0~rc1 < 1.0~rc1^git1',
    '1.0^git1 > 1.0',
    '1.0^git1 < 1.0.1',
    '1.0^20200101 < 1.01',
    '1.0^ > 1.0~',
    '1.0a < 1.0.1',
    'a < 1',
    'A < a',
    'xyz10 < xyz10.1',
    '1:0.1 > 99.9',
    '0:1.0-1 = 1.0-1',
    '10:1 > 9:1',
    '3.10.0-229.el7 < 3.10.0-229.1.2.el7',
    '1.0-1 > 1.0',
    '1.0- > 1.0',
    '1-2-3 > 1-1-4',
    '1.1.αα = 1.1.α',
    '2.0.99999999999999999999 < 2.0.100000000000000000000',
  ],
  invalid: ['', ' ', ':', '1:', '1 2', '1\n2', '1\u007f'],
  ranges: [],
  invalidRanges: [],
  versions,
  alphabet: '01289abZ.+~^-:_',
});

test.each([
  ['1:1.0-1', '2.0-1', 'epoch: 1 > 0'],
  ['1.2-1', '1.10-1', 'version: 1.2 < 1.10'],
  ['1.2-1.el8_9', '1.2-1.el8_10', 'release: 1.el8_9 < 1.el8_10'],
  ['1.2', '1.2-1', 'release: none < 1'],
  ['1.2_0', '1.2.0', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(rpmScheme.explain?.(parseRpmVersion(a)!, parseRpmVersion(b)!)).toBe(why);
});

test.each([
  ['1.2-3.el8', { lastAffected: '1.2' }, true],
  ['1.2-3.el8', { lastAffected: '0:1.2' }, true],
  ['1.2-3.el8', { fixed: '1.2' }, false],
  ['1.2-3.el8', { introduced: '1.2' }, true],
  ['1.2', { introduced: '1.2-3' }, true],
  ['1.2-3.el8', { lastAffected: '1.2-2.el8' }, false],
  ['1.2-3.el8', { fixed: '1:1.1-1.el8' }, true],
])('a bound without a release speaks of every release: %s in %j is %s', (version, range, inside) => {
  const bounds = { introduced: null, fixed: null, lastAffected: null, ...range };
  expect(inRange(rpmScheme, parseRpmVersion(version), bounds)).toBe(inside);
});

const tool = 'rpm';
const hasTool = spawnSync(tool, ['--version']).status === 0;

describe.skipIf(!hasTool)('against rpm.vercmp (needs rpm)', () => {
  test('a sample of nasty pairs', () => {
    const pairs = fc.sample(fc.tuple(versions, versions), { seed: 7, numRuns: 600 });
    const calls = pairs.map(([a, b]) => `print(rpm.vercmp("${a}", "${b}") .. " ")`).join(' ');
    const said = spawnSync(tool, ['--eval', `%{lua: ${calls}}`], { encoding: 'utf8' })
      .stdout.trim()
      .split(/\s+/);
    const ours = pairs.map(([a, b]) => [a, b, compareRpmVersions(parseRpmVersion(a)!, parseRpmVersion(b)!)]);
    expect(ours).toEqual(pairs.map(([a, b], index) => [a, b, Number(said[index])]));
  });
});
