import { expect, test } from 'vitest';
import { compareVersions } from './compare-versions.ts';
import { inRange, type VersionBounds } from './in-range.ts';
import { findScheme, schemes } from './schemes.ts';

test('every scheme is found by its name, and no other', () => {
  const names = schemes.map((scheme) => scheme.name);
  expect(names).toEqual([...new Set(names)].sort());
  for (const scheme of schemes) expect(findScheme(scheme.name)).toBe(scheme);
  expect(findScheme('cobol')).toBeUndefined();
  expect(findScheme('constructor')).toBeUndefined();
});

test.each([
  ['deb', '1.1.1n-0+deb11u3', '1.1.1n-0+deb11u4', { ordering: -1, why: 'revision: 0+deb11u3 < 0+deb11u4' }],
  ['deb', '1.0-0', '1.0', { ordering: 0, why: 'equal, though written differently' }],
  ['npm', '1.0.0', '1.0.0', { ordering: 0, why: 'equal' }],
  ['npm', 'latest', '1.0.0', { invalid: 'latest' }],
  ['npm', '1.0.0', 'next', { invalid: 'next' }],
  ['cobol', '1', '2', { unknownScheme: 'cobol' }],
])('%s: %s and %s', (scheme, a, b, expected) => {
  expect(compareVersions(scheme, a, b)).toEqual(expected);
});

const open: VersionBounds = { introduced: null, fixed: null, lastAffected: null };

test.each<[string, VersionBounds, boolean | { invalid: string }]>([
  ['1.5', open, true],
  ['1.5', { ...open, introduced: '1.5' }, true],
  ['1.4', { ...open, introduced: '1.5' }, false],
  ['1.5', { ...open, fixed: '1.5' }, false],
  ['1.5~rc1', { ...open, fixed: '1.5' }, true],
  ['1.5', { ...open, lastAffected: '1.5' }, true],
  ['1.5-1', { ...open, lastAffected: '1.5' }, false],
  ['1.5', { introduced: '1', fixed: '2', lastAffected: '1.4' }, false],
  ['0~beta', { ...open, introduced: '0', fixed: '1' }, true],
  ['1.5', { ...open, fixed: '1.0-' }, { invalid: '1.0-' }],
  ['1.5', { ...open, introduced: '2', fixed: '1.0-' }, false],
  ['1.5', { ...open, introduced: 'x y', fixed: '1' }, false],
  ['1.5', { ...open, introduced: 'x y', fixed: '2' }, { invalid: 'x y' }],
])('%s in %j: %j', (version, range, expected) => {
  const scheme = findScheme('deb')!;
  expect(inRange(scheme, scheme.parse(version), range)).toEqual(expected);
});
