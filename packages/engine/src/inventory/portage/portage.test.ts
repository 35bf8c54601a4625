import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { parseEbuildName } from './ebuild-name.ts';

const release = { 'etc/os-release': 'ID=gentoo\nVERSION_ID="2.17"\n' };
const database = 'var/db/pkg';

test.each([
  ['bash-5.2_p26-r1', 'bash', '5.2_p26-r1'],
  ['gtk+-3.24.41-r1', 'gtk+', '3.24.41-r1'],
  ['font-adobe-100dpi-1.0.4', 'font-adobe-100dpi', '1.0.4'],
  ['openssl-3.0.13', 'openssl', '3.0.13'],
  ['timezone-data-2024a', 'timezone-data', '2024a'],
  ['libx-1-2.0', 'libx-1', '2.0'],
  ['foo-9999', 'foo', '9999'],
  ['a-1.0_alpha3_pre_rc2', 'a', '1.0_alpha3_pre_rc2'],
])('%s', (directory, name, version) => {
  expect(parseEbuildName('dev-x', directory)).toEqual({ category: 'dev-x', name, version });
});

test.each(['bash', '-1.0', 'bash-', 'a b-1', `${'1-'.repeat(200)}x`, '-MERGING-bash-5'])('%j is none', (directory) => {
  expect(parseEbuildName('dev-x', directory)).toBeNull();
});

describe('in an image', () => {
  const manifest = '{"name":"left","version":"1.0.0"}';
  const path = 'usr/lib/node_modules/left/package.json';
  const md5 = createHash('md5').update(manifest).digest('hex');
  const layers = [
    {
      ...release,
      [`${database}/app-shells/bash-5.2_p26/CONTENTS`]:
        'dir /bin\nobj /bin/bash 0123 1700000000\nsym /bin/sh -> bash 1\n',
      [`${database}/app-shells/bash-5.2_p26/SLOT`]: '0\n',
      [`${database}/app-shells/bash-5.2_p26/LICENSE`]: 'GPL-3+\n',
      [`${database}/app-shells/bash-5.2_p26/repository`]: 'gentoo\n',
      [`${database}/virtual/libc-1-r1/CONTENTS`]: '',
    },
    {
      [`${database}/dev-node/left-1.0/CONTENTS`]: `obj /${path} ${md5} 1700000000\n`,
      [path]: manifest,
    },
  ];

  test('packages, layers and owners', async () => {
    const { packages, incomplete } = await takeInventory(fakeImage(layers));
    expect(incomplete).toEqual([]);
    expect(
      packages.map(({ purl, ownedBy, licenses, locations: [at] }) => [purl, ownedBy, licenses, at?.layer]),
    ).toEqual([
      ['pkg:ebuild/app-shells/bash@5.2_p26?distro=gentoo&repository=gentoo&slot=0', null, ['GPL-3+'], 'sha256:layer-0'],
      ['pkg:ebuild/dev-node/left@1.0?distro=gentoo', null, [], 'sha256:layer-1'],
      ['pkg:ebuild/virtual/libc@1-r1?distro=gentoo', null, [], 'sha256:layer-0'],
      ['pkg:npm/left@1.0.0', 'dev-node/left', [], 'sha256:layer-1'],
    ]);
  });

  test.each([
    ['a file list cut short', { [`${database}/a-b/c-1/CONTENTS`]: 'obj /x' }, 'package-database-damaged'],
    [
      'a directory that names no package',
      { [`${database}/a-b/c/CONTENTS`]: 'obj /x 1 2\n' },
      'package-database-damaged',
    ],
    ['removed', { [database]: { whiteout: true } }, 'package-database-removed'],
  ] as const)('%s', async (_, layer, code) => {
    const { incomplete } = await takeInventory(fakeImage([...layers, layer]));
    expect(incomplete.map((each) => each.code)).toEqual([code]);
  });
});
