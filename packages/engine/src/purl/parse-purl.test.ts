import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../test/shared.ts';
import { buildPurl, type PurlParts } from '../inventory/purl.ts';
import { parsePurl } from './parse-purl.ts';

describe('parsePurl', () => {
  test.each([
    ['pkg:npm/%40babel/core@7.0.0', 'npm', '@babel', 'core', '7.0.0', {}],
    ['pkg:npm/@babel/core', 'npm', '@babel', 'core', null, {}],
    [
      'pkg:deb/debian/libstdc%2B%2B6@1:12?arch=amd64&distro=debian-12&x=',
      'deb',
      'debian',
      'libstdc++6',
      '1:12',
      { arch: 'amd64', distro: 'debian-12' },
    ],
    ['PKG://Golang/github.com/a/b@v1.0.0+incompatible#c/d', 'golang', 'github.com/a', 'b', 'v1.0.0+incompatible', {}],
    ['pkg:docker/a@sha256:00/11', 'docker', '', 'a', 'sha256:00/11', {}],
  ])('%s', (text, type, namespace, name, version, qualifiers) => {
    const purl = parsePurl(text);
    expect(purl).toMatchObject({ type, namespace, name, version });
    expect(Object.fromEntries(purl?.qualifiers ?? [])).toEqual(qualifiers);
  });

  test.each([
    '',
    'pkg:',
    'pkg:npm',
    'pkg:npm/',
    'pkg:/a@1',
    'npm/a@1',
    'pkg:npm/a%zz@1',
    'pkg:npm/a%ff@1',
    'pkg:npm/@1.0.0',
    'pkg:npm/a@1?x=1&x=2',
    'pkg:npm/a@1?=1',
    'pkg:n pm/a@1',
    `pkg:npm/${'a'.repeat(10_000)}`,
  ])('%j is none', (text) => expect(parsePurl(text)).toBe(null));

  test('what we build is read again', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('/'));
    fc.assert(
      fc.property(part, part, part, (namespace, name, version) => {
        const purl = parsePurl(buildPurl({ type: 'generic', namespace, name, version, qualifiers: { a: version } }));
        expect(purl).toMatchObject({ namespace, name, version });
        expect(purl?.qualifiers.get('a')).toBe(version);
      }),
    );
  });

  test('any text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parsePurl(`pkg:${text}`)));
  });
});

const vectors = shared('vectors/purl');

interface Vector {
  readonly test_type: string;
  readonly input: string;
  readonly expected_output: Required<PurlParts> & { readonly subpath: string | null };
  readonly expected_failure: boolean;
}

/** Types whose spelling depends on more than the type (a repository, a name with slashes), and which no image holds. */
const passedOver = ['git', 'mlflow'];

describe.skipIf(vectors === undefined)(`published parse cases (${needsShared})`, () => {
  const files = vectors === undefined ? [] : readdirSync(vectors).filter((file) => file.endsWith('-test.json'));
  for (const type of files.map((file) => file.replace(/-test\.json$/, ''))) {
    const { tests } = JSON.parse(readFileSync(`${vectors}/${type}-test.json`, 'utf8')) as { tests: Vector[] };
    const cases = tests.filter(({ test_type }) => test_type === 'parse');
    if (cases.length > 0)
      describe.skipIf(passedOver.includes(type))(type, () => {
        for (const [at, { input, expected_output, expected_failure }] of cases.entries()) {
          test(`${at} ${input}`, () => {
            const purl = parsePurl(input);
            if (expected_failure) return expect(purl).toBe(null);
            expect(purl).toMatchObject({ type: expected_output.type, version: expected_output.version ?? null });
            expect(Object.fromEntries(purl?.qualifiers ?? [])).toEqual(expected_output.qualifiers ?? {});
            expect(purl?.subpath ?? null).toBe(expected_output.subpath ?? null);
            const { namespace, name } = purl!;
            const [found, expected] = [{ namespace, name }, expected_output].map((each) =>
              buildPurl({ type: expected_output.type, namespace: each.namespace, name: each.name }).toLowerCase(),
            );
            expect(found).toBe(expected);
          });
        }
      });
  }
});
