import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLicense } from './license.ts';
import { licenseAliases } from './license-aliases.ts';
import { groupOfId, licenseGroups } from './license-groups.ts';
import { readLicense, readLicenses } from './read-license.ts';
import { readSpdxExpression } from './spdx-expression.ts';
import { spdxLicenseIds } from './spdx-license-list.ts';

function expressionOf(text: string, type = 'rpm'): string {
  const { expression } = describeLicense(readLicenses(type, [text])!);
  return expression.replace(/-[0-9a-f]{12}/g, '-…');
}

describe('declared licences', () => {
  it.each([
    // Fedora and Red Hat
    ['GPLv2+ and LGPLv2+', 'GPL-2.0-or-later AND LGPL-2.0-or-later'],
    ['(GPLv2+ or LGPLv3+) and GPLv3+', '(GPL-2.0-or-later OR LGPL-3.0-or-later) AND GPL-3.0-or-later'],
    ['GPLv2+, LGPLv2+, MIT', 'GPL-2.0-or-later AND LGPL-2.0-or-later AND MIT'],
    [
      'MIT and Python and ASL 2.0 and (ASL 2.0 or BSD)',
      'MIT AND Python-2.0 AND Apache-2.0 AND (Apache-2.0 OR LicenseRef-BSD)',
    ],
    ['zlib and Boost', 'Zlib AND BSL-1.0'],
    ['MPLv2.0', 'MPL-2.0'],
    ['BSD with advertising', 'BSD-4-Clause'],
    ['LGPLv2+ with exceptions', 'LicenseRef-LGPLv2-with-exceptions-…'],
    ['BSD-3-Clause AND LicenseRef-Fedora-Public-Domain', 'BSD-3-Clause AND LicenseRef-Public-Domain'],
    // SUSE
    ['GPL-2.0+ and LGPL-2.1+', 'GPL-2.0-or-later AND LGPL-2.1-or-later'],
    ['Artistic-1.0 or GPL-2.0+', 'Artistic-1.0 OR GPL-2.0-or-later'],
    ['SUSE-Public-Domain', 'LicenseRef-Public-Domain'],
    ['GPL-3.0-or-later WITH GCC-exception-3.1', 'GPL-3.0-or-later WITH GCC-exception-3.1'],
    // Alpine, Arch
    ['MPL-2.0 GPL-2.0-or-later', 'MPL-2.0 AND GPL-2.0-or-later'],
    ['MIT BSD GPL2+', 'MIT AND LicenseRef-BSD AND GPL-2.0-or-later'],
    ['LGPL3', 'LGPL-3.0-only'],
    ['GPL', 'GPL-1.0-or-later'],
    ['custom:foo', 'LicenseRef-custom-foo-…'],
    // Debian
    ['Expat', 'MIT'],
    ['GPL-2+', 'GPL-2.0-or-later'],
    ['GPL-1+ or Artistic, and BSD-3-clause', '(GPL-1.0-or-later OR Artistic-1.0) AND BSD-3-Clause'],
    ['GPL-2+ with Autoconf exception', 'GPL-2.0-or-later WITH Autoconf-exception-2.0'],
    ['GPL-3+ with Autoconf exception', 'GPL-3.0-or-later WITH Autoconf-exception-3.0'],
    ['GPL-2+ with OpenSSL exception', 'LicenseRef-GPL-2-with-OpenSSL-exception-…'],
    ['GFDL-NIV-1.2+', 'GFDL-1.2-no-invariants-or-later'],
    ['GFDL-1.3+-no-invariant', 'GFDL-1.3-no-invariants-or-later'],
    ['GPL-2+-libtool-exception', 'GPL-2.0-or-later WITH Libtool-exception'],
    ['SDBM-PUBLIC-DOMAIN', 'LicenseRef-Public-Domain'],
    ['public-domain-md5', 'LicenseRef-Public-Domain'],
    ['not-public-domain', 'LicenseRef-not-public-domain-…'],
    ['BSD-3-clause~author', 'LicenseRef-BSD-3-clause-author-…'],
    ['BSD-5-clause~author', 'LicenseRef-BSD-5-clause-author-…'],
    ['public-domain', 'LicenseRef-Public-Domain'],
    // R, Rust, JavaScript
    ['GPL (>= 2)', 'GPL-2.0-or-later'],
    ['MIT + file LICENSE', 'MIT'],
    ['file LICENSE', 'LicenseRef-file-LICENSE-…'],
    ['GPL-2 | GPL-3', 'GPL-2.0-only OR GPL-3.0-only'],
    ['MIT/Apache-2.0', 'MIT OR Apache-2.0'],
    ['MIT/X11', 'MIT'],
    ['(mit or Apache 2)', 'MIT OR Apache-2.0'],
    ['GPL-2.0-with-classpath-exception', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['UNLICENSED', 'LicenseRef-Proprietary'],
    ['SEE LICENSE IN LICENSE.md', 'LicenseRef-SEE-LICENSE-IN-LICENSE.md-…'],
    // Python
    ['License :: OSI Approved :: MIT License', 'MIT'],
    ['License :: OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)', 'LGPL-3.0-or-later'],
    ['License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)', 'LGPL-2.0-or-later'],
    ['License :: OSI Approved', 'LicenseRef-License-OSI-Approved-…'],
    ['BSD 3-Clause "New" or "Revised" License (BSD-3-Clause)', 'BSD-3-Clause'],
    // Java, .NET: names and addresses
    ['The Apache Software License, Version 2.0', 'Apache-2.0'],
    ['Apache License, Version 2.0 and MIT', 'Apache-2.0 AND MIT'],
    [
      'GNU General Public License, version 2 with the GNU Classpath Exception',
      'GPL-2.0-only WITH Classpath-exception-2.0',
    ],
    ['GPL2 w/ CPE', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['Eclipse Public License - v 2.0', 'EPL-2.0'],
    ['http://www.apache.org/licenses/LICENSE-2.0.txt', 'Apache-2.0'],
    ['https://opensource.org/licenses/BSD-3-Clause', 'BSD-3-Clause'],
    ['https://licenses.nuget.org/MIT', 'MIT'],
    ['http://example.com/license', 'LicenseRef-http-example.com-license-…'],
    // nobody's
    ['MIT AND', 'LicenseRef-MIT-AND-…'],
    ['Dual License', 'LicenseRef-Dual-License-…'],
    ['GPL compatible', 'LicenseRef-GPL-compatible-…'],
    ['MIT License (non-commercial use only)', 'LicenseRef-MIT-License-non-commercial-use-only-…'],
    ['GPL-7.0', 'LicenseRef-GPL-7.0-…'],
  ])('%s is %s', (text, expression) => {
    expect(expressionOf(text)).toBe(expression);
  });

  it('of Gentoo are choices where they say so', () => {
    expect(expressionOf('BSD || ( GPL-2 MIT ) Apache-2.0', 'ebuild')).toBe(
      'LicenseRef-BSD AND (GPL-2.0-only OR MIT) AND Apache-2.0',
    );
  });

  it('are a choice where the ecosystem says so, and else all apply', () => {
    const several = (type: string) => describeLicense(readLicenses(type, ['MIT', 'GPL-2.0-only'])!);
    expect(several('maven')).toMatchObject({ expression: 'MIT OR GPL-2.0-only', group: 'notice' });
    expect(several('gem')).toMatchObject({ expression: 'MIT AND GPL-2.0-only', group: 'restricted' });
    expect(readLicenses('gem', [])).toBeNull();
    expect(readLicenses('gem', [' '])).toBeNull();
  });

  it.each([
    ['MIT', 'notice', []],
    ['0BSD', 'unencumbered', []],
    ['MPL-2.0 OR GPL-2.0-only', 'reciprocal', []],
    ['MPL-2.0 AND GPL-2.0-only', 'restricted', []],
    ['MIT AND AGPL-3.0-only', 'forbidden', []],
    ['MIT OR custom', 'notice', ['custom']],
    ['MIT AND custom', 'unknown', ['custom']],
    ['GPL-2+ with OpenSSL exception', 'restricted', []],
    ['Proprietary', 'unknown', []],
    ['LicenseRef-own', 'unknown', ['LicenseRef-own']],
  ])('%s is in the group %s', (text, group, unknown) => {
    expect(describeLicense(readLicense(text))).toMatchObject({ group, unknown });
  });

  it('every identifier of SPDX is known by its own name, in any case', () => {
    for (const id of spdxLicenseIds) {
      expect(describeLicense(readLicense(id)).unknown, id).toEqual([]);
      expect(describeLicense(readLicense(id.toLowerCase())).unknown, id).toEqual([]);
      expect(licenseGroups).toContain(groupOfId(id));
    }
    for (const id of Object.keys(licenseAliases))
      expect(id.startsWith('LicenseRef-') || spdxLicenseIds.has(id), id).toBe(true);
  });

  it('give an expression of SPDX, whatever they are', () => {
    const word = fc.constantFrom(
      'MIT',
      'GPLv2+',
      '(',
      ')',
      'and',
      'or',
      'with',
      ',',
      '/',
      '|',
      '||',
      'x',
      'License ::',
      '+',
      'v2',
      '>= 2',
      ' ',
    );
    const text = fc.oneof(
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
      fc.string(),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('rpm', 'ebuild'), (declared, type) => {
        const node = readLicenses(type, [declared]);
        if (node !== null) expect(readSpdxExpression(describeLicense(node).expression)).toBeDefined();
      }),
    );
  });

  it('are read in bounded time, however they are nested or repeated', () => {
    const hostile = [
      '('.repeat(4000),
      'MIT '.repeat(1000),
      'a/'.repeat(2000),
      ', '.repeat(2000),
      'or '.repeat(1300),
      `(${' '.repeat(3990)}`,
      'v'.repeat(4000),
      '>='.repeat(2000),
      'x'.repeat(1e7),
    ];
    const start = process.threadCpuUsage();
    for (const text of hostile) readLicenses('ebuild', [text]);
    const { user } = process.threadCpuUsage(start);
    expect(user / 1000).toBeLessThan(2000);
  });
});
