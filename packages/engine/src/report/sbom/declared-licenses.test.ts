import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaves } from '../../licenses/license-node.ts';
import { readSpdxExpression } from '../../licenses/spdx-expression.ts';
import { cycloneDxHolds, cycloneDxLicenses, spdxDeclared } from './declared-licenses.ts';

const of = (type: string, ...licenses: readonly string[]) => ({ type, licenses });

describe('declared licences', () => {
  it('are expressions of SPDX, each reference of which is known', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('MIT', 'MIT OR ISC', 'LicenseRef-a', '(MIT)', 'GPL-2+', 'foo'));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), fc.constantFrom('deb', 'npm'), (texts, type) => {
        const { expression, refs } = spdxDeclared(of(type, ...texts));
        if (expression === 'NOASSERTION') return;
        const node = readSpdxExpression(expression);
        const ids = node === undefined ? ['unread'] : [...leaves(node)].map((leaf) => ('id' in leaf ? leaf.id : ''));
        expect([...new Set(ids.filter((id) => id.startsWith('LicenseRef-')))].sort()).toEqual([...refs.keys()].sort());
      }),
    );
  });

  it.each([
    [of('deb'), 'NOASSERTION'],
    [of('deb', 'MIT'), 'MIT'],
    [of('deb', 'MIT', 'Expat'), 'MIT'],
    [of('deb', 'MIT OR ISC', 'GPL-2.0-only'), '(MIT OR ISC) AND GPL-2.0-only'],
    [of('composer', 'MIT', 'GPL-2.0-only'), 'MIT OR GPL-2.0-only'],
    [of('npm', 'GPL-2.0'), 'GPL-2.0'],
    [of('maven', 'Apache License, 2.0'), 'Apache-2.0'],
    [of('deb', 'own words'), 'LicenseRef-own-words-74ae5e24e011'],
  ])('%j are in SPDX %s', (declaring, expression) => {
    expect(spdxDeclared(declaring).expression).toBe(expression);
  });

  it.each([
    [of('deb', 'Expat'), [{ license: { id: 'MIT' } }], false],
    [of('deb', 'MIT'), [{ license: { id: 'MIT' } }], true],
    [of('deb', 'MIT OR ISC'), [{ expression: 'MIT OR ISC' }], true],
    [of('deb', 'MIT OR ISC', 'Zlib'), [{ expression: '(MIT OR ISC) AND Zlib' }], false],
    [of('deb', 'own words', 'Expat'), [{ license: { name: 'own words' } }, { license: { id: 'MIT' } }], false],
    [of('deb', 'own words', 'ISC'), [{ license: { name: 'own words' } }, { license: { id: 'ISC' } }], true],
  ])('%j are in CycloneDX %j', (declaring, entries, held) => {
    expect(cycloneDxLicenses(declaring)).toEqual(entries);
    expect(cycloneDxHolds(declaring)).toBe(held);
  });
});
