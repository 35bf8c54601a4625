import { expect, test } from 'vitest';
import { takeInventory } from './take-inventory.ts';
import { type FakeLayer, fakeImage } from './testing/fake-image.ts';

async function rowsOf(...layers: readonly FakeLayer[]) {
  const { packages, incomplete } = await takeInventory(fakeImage(layers));
  expect(incomplete.filter(({ code }) => code !== 'package-database-missing')).toEqual([]);
  return packages.map(({ purl, ownedBy, locations: [at] }) => [purl, at?.path, at?.layer, ownedBy]);
}

const composer = (...versions: readonly string[]) =>
  JSON.stringify(versions.map((version, index) => ({ name: `a/p${index}`, version })));

test('a package was introduced by the layer since which the list has it in this version', async () => {
  const path = 'srv/vendor/composer/installed.json';
  const layers = [composer('1.0', '1.0'), composer('1.0', '2.0'), composer('1.0', '2.0', '3.0')];
  expect(await rowsOf(...layers.map((list) => ({ [path]: list })))).toEqual([
    ['pkg:composer/a/p0@1.0', `/${path}`, 'sha256:layer-0', null],
    ['pkg:composer/a/p1@2.0', `/${path}`, 'sha256:layer-1', null],
    ['pkg:composer/a/p2@3.0', `/${path}`, 'sha256:layer-2', null],
  ]);
  expect(await rowsOf({ [path]: composer('1.0') }, { [path]: { whiteout: true } })).toEqual([]);
});

test('a gem that a distro package ships is its own', async () => {
  const path = 'usr/share/rubygems-integration/all/specifications/rake-13.0.6.gemspec';
  const rows = await rowsOf({
    'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
    'var/lib/dpkg/status': 'Package: rake\nStatus: install ok installed\nVersion: 13.0.6-3\nArchitecture: all\n\n',
    'var/lib/dpkg/info/rake.list': `/.\n/${path}\n`,
    [path]: 'Gem::Specification.new do |s|\n  s.name = "rake"\n  s.version = "13.0.6"\nend\n',
  });
  expect(rows.filter(([purl]) => purl?.startsWith('pkg:gem'))).toEqual([
    ['pkg:gem/rake@13.0.6', `/${path}`, 'sha256:layer-0', 'rake'],
  ]);
});

test('what is said twice is listed once: by lock files, manifests and lists only where nothing installed says it', async () => {
  const uuid = '682c06a0-de6a-54ab-a142-c8b1cf79cde6';
  const json = `uuid = "${uuid}"\nversion = "0.21.4"\n`;
  const document = {
    packages: [
      {
        name: 'redis',
        versionInfo: '7.2.4-0',
        externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:bitnami/redis' }],
      },
    ],
  };
  const rows = await rowsOf({
    'root/.pub-cache/hosted/pub.dev/http-1.1.0/pubspec.yaml': 'name: http\n',
    'srv/pubspec.lock':
      'packages:\n  http:\n    source: hosted\n    version: "1.1.0"\n  path:\n    source: hosted\n    version: "1.8.3"\n',
    'root/.julia/packages/JSON/93Ea8/Project.toml': `name = "JSON"\n${json}`,
    'root/.julia/environments/v1.9/Manifest.toml': `[[deps.JSON]]\n${json}`,
    'opt/bitnami/redis/.spdx-redis.spdx': JSON.stringify(document),
    'opt/bitnami/.bitnami_components.json': '{"redis":{"version":"7.2.4-0"},"gosu":{"version":"1.17.0-0"}}',
  });
  expect(rows.map(([purl, path]) => [purl, path])).toEqual([
    ['pkg:bitnami/gosu@1.17.0-0', '/opt/bitnami/.bitnami_components.json'],
    ['pkg:bitnami/redis@7.2.4-0', '/opt/bitnami/redis/.spdx-redis.spdx'],
    [`pkg:julia/JSON@0.21.4?uuid=${uuid}`, '/root/.julia/packages/JSON/93Ea8/Project.toml'],
    ['pkg:pub/http@1.1.0', '/root/.pub-cache/hosted/pub.dev/http-1.1.0/pubspec.yaml'],
    ['pkg:pub/path@1.8.3', '/srv/pubspec.lock'],
  ]);
});
