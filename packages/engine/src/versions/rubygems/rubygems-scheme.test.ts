import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { rubygemsScheme } from './rubygems-scheme.ts';
import { compareRubygemsVersions, parseRubygemsVersion } from './rubygems-version.ts';

const piece = fc.constantFrom(
  '.0',
  '.0',
  '.1',
  '.01',
  '.10',
  '.a',
  '.rc',
  '.rc1',
  '.Beta',
  '.pre',
  'b2',
  '.1a0',
  '.0.0',
);
const versions = fc
  .tuple(
    fc.constantFrom('0', '1', '2', '10', '01', '99999999999999999999'),
    fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
    fc.constantFrom('', '', '', '-1', '-rc', '-x-y.0', '-0'),
  )
  .map((parts) => parts.join(''))
  .filter((version) => parseRubygemsVersion(version) !== undefined);

describeScheme(rubygemsScheme, {
  order: [
    '1.2 < 1.10',
    '1 = 1.0.0',
    '1.0.a = 1.a',
    '1.0.rc1 < 1.0',
    '1.0.a10 > 1.0.a9',
    '1.0.b1 = 1.0.b.1',
    '1.0.A < 1.0.a',
    '1.0.a < 1.0.b',
    '1.0-1 = 1.0.pre.1',
    '1.0-1 < 1.0',
    '1.0.a.0 = 1.0.a',
    '1.0.a.1 > 1.0.a',
    '1.0.a.b < 1.0.a',
    '2.0.0.rc1 < 2.0.0.rc2',
    '99999999999999999999 < 100000000000000000000',
  ],
  invalid: ['', ' ', 'junk', '1..2', '1.', '.1', '1.2+meta', 'v1', '1a', '1_0', '1.0-', '1.0--.', '1 2', '1.é'],
  ranges: [
    ['1.4.9', true, '~> 1.4'],
    ['2.0', false, '~> 1.4'],
    ['2.0.a', false, '~> 1.0'],
    ['1.4.9', true, '~>1.4.2'],
    ['1.5', false, '~>1.4.2'],
    ['1.9', true, '~> 1'],
    ['1.5', true, '>= 1.2, < 2, != 1.4'],
    ['1.4.0', false, '>= 1.2, < 2, != 1.4'],
    ['1.0', true, '1'],
    ['1.0.a', false, '= 1'],
    ['1.0.a', true, '<= 1'],
    ['0.a', false, ''],
    ['1', true, ''],
  ],
  invalidRanges: ['=> 1', '~ 1', '>=', '>= 1,', '>= 1 < 2', '== 1', '> v1'],
  versions,
  alphabet: '0129.-abrcAZ=!<>~, ',
});

test.each([
  ['1.2', '1.10', 'segment 2: 2 < 10'],
  ['1.2', '1', 'segment 2: 2 > none'],
  ['1.0.rc1', '1.0', 'pre-release: rc < none'],
  ['1.0.a', '1.0.b', 'pre-release: a < b'],
  ['1.0', '1', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(rubygemsScheme.explain?.(parseRubygemsVersion(a)!, parseRubygemsVersion(b)!)).toBe(why);
});

const tool = 'ruby';
const hasTool = spawnSync(tool, ['--version']).status === 0;

describe.skipIf(!hasTool)('against Gem::Version and Gem::Requirement (needs ruby)', () => {
  function ask(program: string, lines: readonly string[]): readonly string[] {
    return spawnSync(tool, ['-ne', program], { encoding: 'utf8', input: lines.join('\n') })
      .stdout.trim()
      .split('\n');
  }

  test('a sample of nasty pairs', () => {
    const pairs = fc.sample(fc.tuple(versions, versions), { seed: 7, numRuns: 2000 });
    const said = ask(
      'a, b = $_.split; puts(Gem::Version.new(a) <=> Gem::Version.new(b))',
      pairs.map((pair) => pair.join(' ')),
    );
    const ours = pairs.map(([a, b]) => [
      a,
      b,
      compareRubygemsVersions(parseRubygemsVersion(a)!, parseRubygemsVersion(b)!),
    ]);
    expect(ours).toEqual(pairs.map(([a, b], index) => [a, b, Number(said[index])]));
  });

  test('a sample of requirements', () => {
    const requirement = fc.tuple(fc.constantFrom('=', '!=', '>', '<', '>=', '<=', '~>'), versions);
    const asked = fc.sample(fc.tuple(versions, requirement), { seed: 8, numRuns: 2000 });
    const said = ask(
      'a, s, b = $_.split; puts Gem::Requirement.new("#{s} #{b}").satisfied_by?(Gem::Version.new(a))',
      asked.map(([version, [sign, bound]]) => `${version} ${sign} ${bound}`),
    );
    const ours = asked.map(([version, [sign, bound]]) => {
      const inside = rubygemsScheme.ranges?.parse(`${sign} ${bound}`)?.(parseRubygemsVersion(version)!);
      return `${version} ${sign} ${bound}: ${inside}`;
    });
    expect(ours).toEqual(asked.map(([version, [sign, bound]], index) => `${version} ${sign} ${bound}: ${said[index]}`));
  });
});
