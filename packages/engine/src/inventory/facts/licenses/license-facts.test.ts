import { expect, it } from 'vitest';
import { createLayerAnalyser } from '../../layer-analyser.ts';
import { takeInventory } from '../../take-inventory.ts';
import { type FakeLayer, fakeImage } from '../../testing/fake-image.ts';
import { zipOf } from '../../testing/zip.ts';

const isc =
  'Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice';

async function licensesOf(...layers: readonly FakeLayer[]) {
  const image = fakeImage(layers, createLayerAnalyser({ facts: ['licenses'] }));
  const { facts, packages } = await takeInventory(image, ['licenses']);
  return facts.licenses!.map(({ expression, group, unknown, files, declared }, index) => ({
    name: packages[index]!.name,
    ...{ expression, group, unknown, files, declared },
  }));
}

const debs = (...names: readonly string[]) =>
  names.map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n`).join('\n');

it('reads what packages declare, and their licence files where they declare nothing', async () => {
  const found = await licensesOf({
    'etc/os-release': 'ID=debian\nVERSION_ID=12\n',
    'var/lib/dpkg/status': debs('formal', 'free', 'silent'),
    'usr/share/doc/formal/copyright':
      'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-2+\n\nFiles: debian/*\nLicense: Expat\n',
    'usr/share/doc/free/copyright':
      'you can use it under version 2.1, or (at your option) any later version;\nsee /usr/share/common-licenses/LGPL-2.1.\n',
    'app/node_modules/told/package.json': '{"name":"told","version":"1.0.0","license":"(MIT OR GPL-2.0)"}',
    'app/node_modules/told/LICENSE': isc,
    'app/node_modules/see/package.json': '{"name":"see","version":"1.0.0","license":"SEE LICENSE IN LICENCE.md"}',
    'app/node_modules/see/LICENCE.md': isc,
    'app/node_modules/own/package.json': '{"name":"own","version":"1.0.0","license":"our own"}',
    'app/node_modules/own/license.js': isc,
    'usr/lib/python3/dist-packages/quiet-1.0.dist-info/METADATA': 'Metadata-Version: 2.4\nName: quiet\nVersion: 1.0\n',
    'usr/lib/python3/dist-packages/quiet-1.0.dist-info/licenses/LICENSE.txt': isc,
    'srv/tool-1.0.jar': zipOf({
      'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n',
      'META-INF/LICENSE.txt': 'Licensed under the Apache License, Version 2.0',
      'a/B.class': 'x',
    }),
  });
  const shown = found.map(({ name, expression, group, files }) => [name, expression, group, ...files]);
  expect(shown.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))).toEqual([
    ['formal', 'GPL-2.0-or-later AND MIT', 'restricted'],
    ['free', 'LGPL-2.1-or-later', 'restricted', '/usr/share/doc/free/copyright'],
    ['own', expect.stringMatching(/^LicenseRef-our-own-/), 'unknown'],
    ['quiet', 'ISC', 'notice', '/usr/lib/python3/dist-packages/quiet-1.0.dist-info/licenses/LICENSE.txt'],
    ['see', 'ISC', 'notice', '/app/node_modules/see/LICENCE.md'],
    ['silent', null, 'unknown'],
    ['told', 'MIT OR GPL-2.0-only', 'notice'],
    ['tool', 'Apache-2.0', 'notice', '/srv/tool-1.0.jar'],
  ]);
});

it('reads the own names of a copyright file by their texts, and names those that have none', async () => {
  const found = await licensesOf({
    'etc/os-release': 'ID=debian\nVERSION_ID=12\n',
    'var/lib/dpkg/status': debs('own'),
    'usr/share/doc/own/copyright': `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
License: GPL-3+-autoconf-exception and odd-isc

Files: a
License: GFDL-1.3+-no-invariant

Files: b
License: BSD-3-clause-holders

Files: c
License: public-domain-md5

Files: d
License: ask-us

License: odd-isc
 ${isc}
`,
  });
  expect(found).toMatchObject([
    {
      expression: expect.stringMatching(
        /^GPL-3.0-or-later WITH Autoconf-exception-3.0 AND ISC AND GFDL-1.3-no-invariants-or-later AND LicenseRef-BSD-3-clause-holders-\w+ AND LicenseRef-Public-Domain AND LicenseRef-ask-us-\w+$/,
      ),
      group: 'unknown',
      unknown: ['ask-us'],
      files: [],
    },
  ]);
});

it('reads the copyright file of another package of the same source, where images lost the link to it', async () => {
  const stanza = (name: string, version: string, source: string) =>
    `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nSource: ${source}\nArchitecture: all\n`;
  const found = await licensesOf({
    'etc/os-release': 'ID=debian\nVERSION_ID=12\n',
    'var/lib/dpkg/status': [
      ...[stanza('gcc-base', '1', 'gcc'), stanza('libgcc', '1', 'gcc'), stanza('libgcc-old', '0', 'gcc')],
      ...[stanza('x-base', '2', 'x'), stanza('libx', '2', 'x'), stanza('linked', '2', 'x')],
    ].join('\n'),
    'usr/share/doc/gcc-base/copyright': 'see /usr/share/common-licenses/GPL-3',
    'usr/share/doc/x-base/copyright':
      'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: Expat\n',
    'usr/share/doc/linked': { link: 'x-base' },
  });
  const shown = found.map(({ name, expression, files, declared }) => [name, expression, ...files, declared.length]);
  expect(shown.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))).toEqual([
    ['gcc-base', 'GPL-3.0-only', '/usr/share/doc/gcc-base/copyright', 0],
    ['libgcc', 'GPL-3.0-only', '/usr/share/doc/gcc-base/copyright', 0],
    ['libgcc-old', null, 0],
    ['libx', 'MIT', '/usr/share/doc/x-base/copyright', 0],
    ['linked', 'MIT', 1],
    ['x-base', 'MIT', 1],
  ]);
});

it('reads what a file says of single libraries of its source, and a choice as one', async () => {
  const gcc = (name: string) =>
    `Package: ${name}\nStatus: install ok installed\nVersion: 1\nSource: gcc-12\nArchitecture: all\n`;
  const found = await licensesOf({
    'etc/os-release': 'ID=debian\nVERSION_ID=12\n',
    'var/lib/dpkg/status': [gcc('gcc-12-base'), gcc('libgcc-s1'), debs('libold-perl')].join('\n'),
    'usr/share/doc/gcc-12-base/copyright': `see /usr/share/common-licenses/GPL-3, and some files /usr/share/common-licenses/GFDL-1.2

The following runtime libraries are licensed under the terms of the
GNU General Public License (v3 or later) with version 3.1 of the GCC
Runtime Library Exception (included in this file):

 - libgcc (libgcc/)
`,
    'usr/share/doc/libold-perl/copyright':
      'under the same terms as Perl; see /usr/share/common-licenses/Artistic and MPL text: Mozilla Public License Version 2.0',
  });
  expect(found.map(({ name, expression }) => [name, expression])).toEqual([
    ['gcc-12-base', 'GFDL-1.2-only AND GPL-3.0-only AND GPL-3.0-or-later'],
    ['libgcc-s1', 'GPL-3.0-or-later WITH GCC-exception-3.1'],
    ['libold-perl', '(Artistic-1.0-Perl OR GPL-1.0-or-later) AND MPL-2.0'],
  ]);
});

it('goes by the licence file that the last layer leaves', async () => {
  const name = 'app/node_modules/a';
  const base = { [`${name}/package.json`]: '{"name":"a","version":"1.0.0"}', [`${name}/LICENSE`]: isc };
  const replaced = await licensesOf(base, { [`${name}/LICENSE`]: 'Mozilla Public License Version 2.0' });
  expect(replaced).toMatchObject([{ expression: 'MPL-2.0', group: 'reciprocal' }]);
  const silenced = await licensesOf(base, { [`${name}/LICENSE`]: 'ask us' });
  expect(silenced).toMatchObject([{ expression: null, files: [] }]);
});

it('of a damaged archive finds none, and does not fail', async () => {
  const jar = zipOf({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n', 'META-INF/LICENSE': isc, 'a/B.class': 'x' });
  for (let at = 0; at < jar.length; at += 7) {
    const damaged = Buffer.from(jar);
    damaged[at]! ^= 0xff;
    const found = await licensesOf({ 'srv/tool-1.0.jar': damaged });
    for (const { expression } of found) expect([null, 'ISC', '0BSD']).toContain(expression);
  }
});
