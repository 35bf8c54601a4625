import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeScheme } from '../testing/scheme-contract.ts';
import { packagistScheme } from './packagist-scheme.ts';
import { comparePackagistVersions, parsePackagistVersion } from './packagist-version.ts';

const number = fc.constantFrom('0', '0', '1', '01', '2', '10', '99999');
const stability = fc.constantFrom(
  '',
  '',
  '-dev',
  '-alpha',
  'a1',
  '-beta.2',
  'b2',
  '-RC1',
  'rc1',
  '-p1',
  'pl2',
  '-stable',
  '@beta',
);
const composerVersions = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', 'v'),
      fc.array(number, { minLength: 1, maxLength: 4 }),
      stability,
      fc.constantFrom('', '+b'),
    )
    .map(([v, numbers, word, build]) => v + numbers.join('.') + word + (word.startsWith('@') ? '' : build)),
  fc.constantFrom('20200101', '2020-01-01', '2020.01.01', '20200101-beta1', '1.x-dev', '1.2.x-dev', '2-dev'),
);
const versions = fc.oneof(
  { weight: 4, arbitrary: composerVersions },
  fc.constantFrom(
    '1.2.3.4.5',
    '1.0-foo',
    '1.0-bar.1',
    '4.3-2RC1',
    '1.2.3.#.p3',
    '123456.1',
    '1.0-Foo-1',
    '1.0-preview',
  ),
);

describeScheme(packagistScheme, {
  order: [
    '1.2 < 1.10',
    '1 = 1.0.0.0',
    'v1.0 = V1.0',
    '1.0-dev < 1.0-alpha',
    '1.0-alpha1 < 1.0-a2',
    '1.0-beta < 1.0-RC',
    '1.0-rc1 = 1.0RC1',
    '1.0-RC1 < 1.0',
    '1.0 < 1.0-patch1',
    '1.0-pl1 = 1.0-p.1',
    '1.0-stable = 1.0',
    '1.0+build = 1.0',
    '1.0-beta < 1.0-beta1',
    '1.0-alpha-dev < 1.0-alpha',
    '1.x-dev > 1.99',
    '1.x-dev < 2-alpha',
    '1.2.3.4 < 1.2.3.4.5',
    '2020-01-02 > 2020.01.01',
    '1.0-foo < 1.0-dev',
    '3.0.0b1 < 3.0.0b1.post1',
    '4.3-2RC2 > 4.3-2beta5',
    '1.2.99999999999999999999 < 1.2.100000000000000000000',
  ],
  invalid: ['', ' ', 'v', 'dev-main', 'master', 'foo', '-1', '1 2', '1é', '#1'],
  ranges: [
    ['1.9', true, '^1.2'],
    ['2.0-beta', false, '^1.2'],
    ['1.2-dev', true, '^1.2'],
    ['0.2.9', true, '^0.2.3'],
    ['0.3.0', false, '^0.2.3'],
    ['0.0.4', false, '^0.0.3'],
    ['1.9', true, '~1.2'],
    ['1.3', false, '~1.2.3'],
    ['1.2.9', true, '~1.2.3'],
    ['1.2.9', true, '1.2.*'],
    ['1.3-dev', false, '1.2.*'],
    ['2.0.9', true, '1.0 - 2.0'],
    ['2.1', false, '1.0 - 2.0'],
    ['2.0.1', false, '1.0 - 2.0.0'],
    ['1.5', true, '>= 1.2, < 2'],
    ['1.5', false, '>=1.2 <2 != 1.5'],
    ['3', true, '<1 | >2'],
    ['1.0-beta1', true, '>=1.0@beta'],
    ['1.0-alpha1', false, '>=1.0@beta'],
    ['1.0-alpha1', true, '>=1.0'],
    ['0.1', true, '*'],
    ['1', true, '1.0 - 2.0, !=1.5'],
  ],
  invalidRanges: ['', '=> 1', '~>1.2', '>=', '1 -', '- 1', '^', '^foo', 'dev-main', '1,', '>=1 ||', '1 - 2 - 3'],
  versions,
  alphabet: '0129.vxX*-+@#abdevRCpl^~<>=!|, ',
});

test.each([
  ['1.2', '1.10', 'number 2: 2 < 10'],
  ['1.0-rc1', '1.0', 'stability: RC < none'],
  ['1.0-p1', '1.0-beta', 'stability: patch > beta'],
  ['1.0', '1', 'equal'],
])('explains %s and %s', (a, b, why) => {
  expect(packagistScheme.explain?.(parsePackagistVersion(a)!, parsePackagistVersion(b)!)).toBe(why);
});

const composer = `
  require '/usr/share/php/Composer/Semver/autoload.php';
  $parser = new Composer\\Semver\\VersionParser();
  while (($line = fgets(STDIN)) !== false) {
    [$how, $a, $b] = explode("\\t", rtrim($line, "\\n"));
    try {
      echo $how === 'order'
        ? version_compare($parser->normalize($a), $parser->normalize($b))
        : (Composer\\Semver\\Semver::satisfies($a, $b) ? 'true' : 'false');
    } catch (Exception $e) { echo 'undefined'; }
    echo "\\n";
  }`;
const tool = 'php';
const ask = (lines: readonly string[]) =>
  spawnSync(tool, ['-r', composer], { encoding: 'utf8', input: `${lines.join('\n')}\n` })
    .stdout.trim()
    .split('\n');
const hasTool = ask(['order\t1\t2'])[0] === '-1';

describe.skipIf(!hasTool)('against composer/semver (needs php and composer/semver)', () => {
  test('a sample of nasty pairs', () => {
    const pairs = fc.sample(fc.tuple(composerVersions, composerVersions), { seed: 7, numRuns: 2000 });
    const said = ask(pairs.map(([a, b]) => `order\t${a}\t${b}`));
    const ours = pairs.map(([a, b]) => [
      a,
      b,
      String(comparePackagistVersions(parsePackagistVersion(a)!, parsePackagistVersion(b)!)),
    ]);
    expect(ours).toEqual(pairs.map(([a, b], index) => [a, b, said[index]]));
  });

  test('a sample of constraints', () => {
    const one = fc
      .tuple(fc.constantFrom('', '=', '!=', '<>', '>', '<', '>=', '<=', '~', '^', '> '), composerVersions)
      .map(([sign, version]) => sign + version);
    const constraint = fc.oneof(
      one,
      fc.tuple(one, fc.constantFrom(' ', ', ', ' || ', '|'), one).map((parts) => parts.join('')),
      fc.tuple(composerVersions, composerVersions).map(([a, b]) => `${a} - ${b}`),
      fc.tuple(number, number).map(([a, b]) => `${a}.${b}.*`),
    );
    const asked = fc.sample(fc.tuple(composerVersions, constraint), { seed: 8, numRuns: 4000 });
    const said = ask(asked.map(([version, range]) => `in\t${version}\t${range}`));
    const ours = asked.map(([version, range]) => {
      const inside = packagistScheme.ranges?.parse(range)?.(parsePackagistVersion(version)!);
      return `${version} in ${range}: ${inside}`;
    });
    expect(ours).toEqual(asked.map(([version, range], index) => `${version} in ${range}: ${said[index]}`));
  });
});
