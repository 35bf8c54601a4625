import oldExceptionIds from 'spdx-exceptions/deprecated.json' with { type: 'json' };
import exceptionIds from 'spdx-exceptions/index.json' with { type: 'json' };
import oldLicenseIds from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import licenseIds from 'spdx-license-ids/index.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { expressionText } from './license-node.ts';
import { readSpdxExpression } from './spdx-expression.ts';
import { spdxExceptionIds, spdxLicenseIds } from './spdx-license-list.ts';

describe('licence expressions', () => {
  it('take the identifiers that SPDX publishes', () => {
    expect([...spdxLicenseIds].sort()).toEqual([...licenseIds, ...oldLicenseIds].sort());
    expect([...spdxExceptionIds].sort()).toEqual([...exceptionIds, ...oldExceptionIds].sort());
  });

  it.each([
    ['MIT', 'MIT'],
    ['GPL-2.0+', 'GPL-2.0+'],
    ['LicenseRef-Fedora-Public-Domain', 'LicenseRef-Fedora-Public-Domain'],
    ['MIT OR Apache-2.0', 'MIT OR Apache-2.0'],
    ['(MIT AND BSD-3-Clause) OR GPL-2.0-only', '(MIT AND BSD-3-Clause) OR GPL-2.0-only'],
    ['MIT OR ISC AND Zlib', 'MIT OR (ISC AND Zlib)'],
    ['MIT AND MIT', 'MIT'],
    ['GPL-2.0-or-later WITH Classpath-exception-2.0', 'GPL-2.0-or-later WITH Classpath-exception-2.0'],
    ['((MIT))', 'MIT'],
  ])('%j is one', (text, written) => {
    const node = readSpdxExpression(text);
    expect(node && expressionText(node, () => 'LicenseRef-words')).toBe(written);
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
});
