import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../test/shared.ts';
import { buildPurl, type PurlParts } from './purl.ts';

const cases: readonly (readonly [PurlParts, string])[] = [
  [
    {
      type: 'deb',
      namespace: 'debian',
      name: 'libc6',
      version: '2.36-9+deb12u10',
      qualifiers: { distro: 'debian-12', arch: 'amd64' },
    },
    'pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12',
  ],
  [
    { type: 'deb', namespace: 'debian', name: 'libstdc++6', version: '1:1.0~rc1' },
    'pkg:deb/debian/libstdc%2B%2B6@1:1.0~rc1',
  ],
  [
    { type: 'apk', namespace: 'Alpine', name: 'musl', version: '1.2.3', qualifiers: { arch: null, distro: '' } },
    'pkg:apk/alpine/musl@1.2.3',
  ],
  [{ type: 'npm', namespace: '@babel', name: 'core', version: '7.0.0' }, 'pkg:npm/%40babel/core@7.0.0'],
  [{ type: 'npm', name: 'JSONStream', version: '1.3.5' }, 'pkg:npm/JSONStream@1.3.5'],
  [{ type: 'pypi', name: 'Zope_Interface', version: '1.0' }, 'pkg:pypi/zope-interface@1.0'],
  [{ type: 'composer', namespace: 'Pear', name: 'Log', version: 'v1.0' }, 'pkg:composer/pear/log@v1.0'],
  [{ type: 'luarocks', name: 'LPeg', version: '1.1.0-1' }, 'pkg:luarocks/lpeg@1.1.0-1'],
  [{ type: 'pub', name: 'Ab-c', version: '1.0.0+1' }, 'pkg:pub/ab_c@1.0.0%2B1'],
  [{ type: 'nuget', name: 'Newtonsoft.Json', version: '13.0.1' }, 'pkg:nuget/Newtonsoft.Json@13.0.1'],
  [{ type: 'generic', name: "a b/(ü)'!*", version: '\ud800' }, 'pkg:generic/a%20b%2F%28%C3%BC%29%27%21%2A@%EF%BF%BD'],
];

describe('buildPurl', () => {
  test.each(cases)('%j', (parts, purl) => {
    expect(buildPurl(parts)).toBe(purl);
  });
});

const testedTypes = [
  'apk',
  'conda',
  'cran',
  'deb',
  'gem',
  'generic',
  'hex',
  'julia',
  'luarocks',
  'nuget',
  'otp',
  'pub',
  'pypi',
];

const vectors = shared('vectors/purl');

interface Vector {
  readonly description: string;
  readonly test_type: string;
  readonly input: PurlParts;
  readonly expected_output: string;
  readonly expected_failure: boolean;
}

describe.skipIf(vectors === undefined)(`published build cases (${needsShared})`, () => {
  for (const type of vectors === undefined ? [] : testedTypes) {
    const { tests } = JSON.parse(readFileSync(`${vectors}/${type}-test.json`, 'utf8')) as { tests: Vector[] };
    const builds = tests.filter(({ test_type, expected_failure }) => test_type === 'build' && !expected_failure);
    test(`${type}: there are some`, () => expect(builds.length).toBeGreaterThan(0));
    test.each(builds)(`${type}: $expected_output`, ({ input, expected_output }) => {
      expect(buildPurl(input)).toBe(expected_output);
    });
  }
});
