import { describe, expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { fuzzList, readList } from '../testing/fuzz-lists.ts';
import { claims } from './claims.ts';

const path = 'usr/local/share/sbom/app.cdx.json';
const bom = (...purls: readonly string[]) =>
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components: purls.map((purl) => ({ type: 'library', name: 'x', purl })),
  });

describe('an SBOM in the image', () => {
  test.each([
    ['lists packages', bom('pkg:npm/a@1', 'pkg:cargo/b@2'), ['pkg:cargo/b@2', 'pkg:npm/a@1']],
    ['lists none of the distro', bom('pkg:deb/debian/a@1?distro=debian-12'), []],
    [
      'has components that cannot be read',
      bom('pkg:npm/a@1', 'pkg:npm'),
      [
        'pkg:npm/a@1',
        expect.stringContaining('damaged: 1 component of the SBOM has a package URL that cannot be read'),
      ],
    ],
    ['is none', '{"a":1}', [expect.stringContaining('damaged: an SBOM in the image cannot be read')]],
  ])('%s', (_, body, rows) => {
    expect(readList(claims, path, body)).toEqual(rows);
  });

  test('is a claim: listed where nothing found the package itself', async () => {
    const { packages, incomplete } = await takeInventory(
      fakeImage([
        {
          [path]: bom('pkg:npm/found@1.0.0', 'pkg:npm/claimed@2.0.0'),
          'app/node_modules/found/package.json': '{"name":"found","version":"1.0.0"}',
          'app/node_modules/spdx/test/x.spdx.json': '{"nothing":1}',
        },
      ]),
    );
    expect(packages.map(({ name, claimedBy, locations }) => [name, claimedBy, locations[0]])).toEqual([
      ['claimed', `/${path}`, { path: `/${path}`, layer: 'sha256:layer-0' }],
      ['found', undefined, { path: '/app/node_modules/found/package.json', layer: 'sha256:layer-0' }],
    ]);
    expect(incomplete).toEqual([]);
  });

  test('that a package of the distro ships says nothing that its own advisories do not', async () => {
    const { packages } = await takeInventory(
      fakeImage([
        {
          'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
          'var/lib/dpkg/status': 'Package: app\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\n\n',
          'var/lib/dpkg/info/app.list': `/.\n/${path}\n`,
          [path]: bom('pkg:npm/claimed@2.0.0'),
        },
      ]),
    );
    expect(packages.map(({ name }) => name)).toEqual(['app']);
  });

  test('any bytes', () => fuzzList(claims, path, bom('pkg:npm/a@1', 'pkg:maven/b/c@2')));
});
