import fc from 'fast-check';
import oldExceptionIds from 'spdx-exceptions/deprecated.json' with { type: 'json' };
import exceptionIds from 'spdx-exceptions/index.json' with { type: 'json' };
import oldLicenseIds from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import licenseIds from 'spdx-license-ids/index.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { cycloneDxLicenses, spdxDeclared } from './declared-licenses.ts';
import { readSpdxExpression } from './spdx-expression.ts';
import { spdxExceptionIds, spdxLicenseIds } from './spdx-license-list.ts';

describe('licence expressions', () => {
  it('take the identifiers that SPDX publishes', () => {
    expect([...spdxLicenseIds].sort()).toEqual([...licenseIds, ...oldLicenseIds].sort());
    expect([...spdxExceptionIds].sort()).toEqual([...exceptionIds, ...oldExceptionIds].sort());
  });

  it.each([
    ['MIT', false],
    ['GPL-2.0+', false],
    ['LicenseRef-Fedora-Public-Domain', false],
    ['MIT OR Apache-2.0', true],
    ['(MIT AND BSD-3-Clause) OR GPL-2.0-only', true],
    ['GPL-2.0-or-later WITH Classpath-exception-2.0', true],
    ['((MIT))', true],
  ])('%j is one', (text, compound) => {
    expect(readSpdxExpression(text)?.compound).toBe(compound);
  });

  it.each([
    '',
    'mit',
    'GPL-2+',
    'MIT or BSD-3-Clause',
    'MIT AND',
    'OR MIT',
    'MIT MIT',
    '(MIT',
    'MIT)',
    '()',
    'MIT WITH MIT',
    'MIT WITH',
    '(MIT OR ISC) WITH Classpath-exception-2.0',
    'MIT/ISC',
    ' MIT',
    'MIT\n',
    'NOASSERTION',
    'DocumentRef-a:LicenseRef-b',
    `${'('.repeat(60)}MIT${')'.repeat(60)}`,
    'MIT OR '.repeat(500),
  ])('%j is none', (text) => {
    expect(readSpdxExpression(text)).toBeUndefined();
  });

  it('of several declared texts are expressions again, each reference of which is known', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('MIT', 'MIT OR ISC', 'LicenseRef-a', '(MIT)', 'GPL-2+'));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (texts) => {
        const { expression, refs } = spdxDeclared(texts);
        expect([...(readSpdxExpression(expression)?.refs ?? [])].sort()).toEqual([...refs.keys()].sort());
      }),
    );
  });

  it.each([
    [[], 'NOASSERTION'],
    [['MIT'], 'MIT'],
    [['MIT', 'MIT'], 'MIT'],
    [['MIT OR ISC', 'GPL-2.0-only'], '(MIT OR ISC) AND GPL-2.0-only'],
    [['Apache License, 2.0'], 'LicenseRef-Apache-License-2.0-b3df500da824'],
  ])('%j are declared in SPDX as %s', (texts, expression) => {
    expect(spdxDeclared(texts).expression).toBe(expression);
  });

  it.each([
    [
      ['MIT', 'Expat'],
      [{ license: { id: 'MIT' } }, { license: { name: 'Expat' } }],
    ],
    [['MIT OR ISC'], [{ expression: 'MIT OR ISC' }]],
    [
      ['MIT OR ISC', 'ISC'],
      [{ license: { name: 'MIT OR ISC' } }, { license: { id: 'ISC' } }],
    ],
  ])('%j are declared in CycloneDX as %j', (texts, entries) => {
    expect(cycloneDxLicenses(texts)).toEqual(entries);
  });
});
