import { expect, test } from 'vitest';
import { takeInventory } from './take-inventory.ts';
import { type FakeLayer, fakeImage } from './testing/fake-image.ts';

const manifest = (name: string) => JSON.stringify({ name, version: '1.0.0' });

async function pathsIn(...layers: readonly FakeLayer[]): Promise<readonly (string | undefined)[]> {
  const { packages } = await takeInventory(fakeImage(layers));
  return packages.map(({ locations: [at] }) => `${at?.path} ${at?.layer}`);
}

const deps = { 'deps/a/package.json': manifest('a'), 'deps/@s/b/package.json': manifest('@s/b') };

test.each<[string, FakeLayer, readonly string[]]>([
  ['node_modules itself', { 'app/node_modules': { link: '../deps' } }, ['/deps/@s/b', '/deps/a']],
  ['by an absolute link', { node_modules: { link: '/deps' } }, ['/deps/@s/b', '/deps/a']],
  ['one package', { 'app/node_modules/x': { link: '../../deps/a' } }, ['/deps/a']],
  ['one package of a scope', { 'app/node_modules/@s/b': { link: '../../../deps/@s/b' } }, ['/deps/@s/b']],
  ['a scope', { 'app/node_modules/@t': { link: '/deps/@s' } }, ['/deps/@s/b']],
  ['a link to a link', { 'app/node_modules': { link: '/m' }, 'm/a': { link: '/deps/a' } }, ['/deps/a']],
  [
    'two links to one place',
    { 'x/node_modules': { link: '/deps' }, 'y/node_modules': { link: '/deps' } },
    ['/deps/@s/b', '/deps/a'],
  ],
  ['a folder of a package is none', { 'app/node_modules/x/lib': { link: '/deps' } }, []],
  ['a link that loops', { 'app/node_modules': { link: 'node_modules' } }, []],
  ['a link elsewhere', { 'app/modules': { link: '/deps' } }, []],
])('packages behind a link: %s', async (_, links, expected) => {
  const found = expected.map((path) => `${path}/package.json sha256:layer-0`);
  expect([...(await pathsIn(deps, links))].sort()).toEqual(found);
  expect(
    await pathsIn(
      { ...deps, ...links },
      Object.fromEntries(Object.keys(links).map((path) => [path, { whiteout: true } as const])),
    ),
  ).toEqual([]);
});

test('a manifest that is a link, and a directory of metadata that is one', async () => {
  const metadata = (name: string) => `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`;
  const found = await pathsIn(
    { 'store/1': manifest('a'), 'store/2': metadata('b'), 'store/3/METADATA': metadata('c') },
    {
      'app/node_modules/a/package.json': { link: '/store/1' },
      'lib/b.dist-info/METADATA': { link: '../../store/2' },
      'lib/c.dist-info': { link: '../store/3' },
      'lib/d.dist-info': { link: '../nowhere' },
    },
  );
  expect(found).toEqual(['/store/1', '/store/2', '/store/3/METADATA'].map((path) => `${path} sha256:layer-0`));
});

test('a file of a database directory that is a link', async () => {
  const stanza = 'Package: a\nVersion: 1\nArchitecture: all\n';
  expect(await pathsIn({ 'x/a': stanza, 'var/lib/dpkg/status.d/a': { link: '/x/a' } })).toHaveLength(1);
});

test('links upon links cost no more than what is there', async () => {
  const layer: Record<string, FakeLayer[string]> = {};
  for (let at = 0; at < 2000; at += 1) {
    layer[`deps/p${at}/package.json`] = manifest(`p${at}`);
    layer[`a${at}/node_modules`] = { link: '/deps' };
  }
  expect(await pathsIn(layer)).toHaveLength(2000);
});

test('manifests behind links upon links that were not looked up are told', async () => {
  const layer: Record<string, FakeLayer[string]> = { 'deps/package.json': manifest('p'), l0: { link: '/deps' } };
  const way = './'.repeat(2000);
  for (let at = 1; at < 38; at += 1) layer[`l${at}`] = { link: `${way}l${at - 1}` };
  for (let at = 0; at < 200; at += 1) layer[`node_modules/m${at}/package.json`] = { link: '/l37/package.json' };
  const { incomplete } = await takeInventory(fakeImage([layer]));
  expect(incomplete).toMatchObject([{ code: 'limit-reached', layer: 'sha256:layer-0' }]);
});

test('what Debian has behind links is not read again', async () => {
  const image = fakeImage([
    {
      'etc/debian_version': '12.5\n',
      'etc/dpkg/origins/kali': 'Vendor: Kali\n',
      'etc/dpkg/origins/default': { link: 'kali' },
      'usr/share/nodejs/a/package.json': manifest('a'),
      'usr/share/nodejs/npm/node_modules/a': { link: '../../a' },
      'usr/share/elsewhere/b/package.json': manifest('b'),
      'usr/share/nodejs/npm/node_modules/b': { link: '/usr/share/elsewhere/b' },
    },
  ]);
  const asked: string[] = [];
  const reread: typeof image.reread = (layer, paths) => {
    asked.push(...paths);
    return image.reread(layer, paths);
  };
  const { distro, packages } = await takeInventory({ ...image, reread });
  expect(distro?.id).toBe('kali');
  expect(packages.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(asked).toEqual(['usr/share/elsewhere/b/package.json']);
});
