import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { isPurl } from './purl-check.ts';

const suite = shared('specs/purl/test-suite-data.json');

describe('purls of a standard field', () => {
  it.skipIf(!suite)(`are all that the published test suite has as canonical (${needsShared})`, () => {
    const cases = JSON.parse(readFileSync(suite!, 'utf8')) as readonly {
      readonly canonical_purl: string | null;
      readonly is_invalid: boolean;
    }[];
    const purls = cases.flatMap((each) => (each.is_invalid ? [] : (each.canonical_purl ?? [])));
    expect(purls.length).toBeGreaterThan(20);
    expect(purls.filter((purl) => !isPurl(purl))).toEqual([]);
  });

  it.each([
    'pkg:deb/debian/libssl1.1@1.1.1n-0%2Bdeb11u3?arch=amd64&distro=debian-11',
    'pkg:npm/%40scope/name@1.0.0',
    'pkg:golang/example.org/a/b@v1.2.3#cmd/x',
  ])('%s is one', (purl) => {
    expect(isPurl(purl)).toBe(true);
  });

  it.each([
    '',
    'npm/a@1',
    'pkg:npm',
    'pkg:npm/',
    'pkg:npm/@1.0',
    'pkg:npm/a b@1',
    'pkg:npm/a@1\n',
    'pkg:npm/"a"',
    'pkg:NPM/a',
    'pkg:npm//a',
    'pkg:npm/ü',
    `pkg:npm/${'a'.repeat(9000)}`,
  ])('%j is none', (purl) => {
    expect(isPurl(purl)).toBe(false);
  });
});
