import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { takeInventory } from './take-inventory.ts';
import { type FakeLayer, fakeImage } from './testing/fake-image.ts';

const gone = { whiteout: true } as const;
const release: FakeLayer = { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' };

function status(...packages: readonly string[]): string {
  return packages
    .map((text) => {
      const [name, version = '1'] = text.split('=');
      return `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\n`;
    })
    .join('');
}

function apkDatabase(...names: readonly string[]): string {
  return names.map((name) => `P:${name}\nV:1\nA:x86_64\n\n`).join('');
}

/** `name version layer` of every package. */
async function introducedBy(...layers: readonly FakeLayer[]): Promise<readonly string[]> {
  const { packages } = await takeInventory(fakeImage(layers));
  return packages.map(({ name, version, locations }) => `${name} ${version} ${locations[0]?.layer?.at(-1)}`);
}

async function codesOf(...layers: readonly FakeLayer[]): Promise<readonly (string | undefined)[][]> {
  const { incomplete } = await takeInventory(fakeImage(layers));
  return incomplete.map(({ code, path, layer }) => [code, path, layer?.slice(-7)]);
}

describe('the layer that introduced a package', () => {
  const db = 'var/lib/dpkg/status';

  test('is the first that lists it without a gap, not the last that wrote the database', async () => {
    expect(
      await introducedBy(
        { [db]: status('a', 'b', 'c') },
        { [db]: status('a', 'b=2', 'c', 'd') },
        { 'etc/x': '' },
        { [db]: status('a', 'b=2', 'd') },
        { [db]: status('a', 'b=2', 'c', 'd') },
      ),
    ).toEqual(['a 1 0', 'b 2 1', 'c 1 4', 'd 1 1']);
  });

  test('of a package in status.d, and of one that moved to another layer of the same database', async () => {
    expect(
      await introducedBy(
        { 'var/lib/dpkg/status.d/a': 'Package: a\nVersion: 1\n' },
        {
          'var/lib/dpkg/status.d/b': 'Package: b\nVersion: 1\n',
          'var/lib/dpkg/status.d/a': 'Package: a\nVersion: 1\n',
        },
      ),
    ).toEqual(['a 1 0', 'b 1 1']);
  });

  test('of apk, across the move of its database behind a merged /usr', async () => {
    expect(
      await introducedBy(
        { 'lib/apk/db/installed': apkDatabase('a', 'b') },
        { lib: { link: 'usr/lib' }, 'usr/lib/apk/db/installed': apkDatabase('a', 'c') },
      ),
    ).toEqual(['a 1 0', 'c 1 1']);
  });

  test('is known where a layer wrote through a directory link', async () => {
    expect(
      await introducedBy(
        { lib: { link: 'usr/lib' }, 'usr/lib/apk/db/installed': apkDatabase('a') },
        { 'lib/apk/db/installed': apkDatabase('a', 'b') },
        { 'usr/lib/apk/db/installed': apkDatabase('a', 'b', 'c') },
      ),
    ).toEqual(['a 1 0', 'b 1 1', 'c 1 2']);
  });

  test('of a language package: the first manifest of this version at this path', async () => {
    const path = 'node_modules/a/package.json';
    const manifest = (version: string) => ({ [path]: `{"name":"a","version":"${version}"}` });
    expect(await introducedBy(manifest('1'), manifest('2'), manifest('2'))).toEqual(['a 2 1']);
    expect(await introducedBy(manifest('2'), { node_modules: gone }, manifest('2'))).toEqual(['a 2 2']);
    expect(await introducedBy(manifest('2'), { [path]: gone })).toEqual([]);
  });

  test('hidden by an opaque directory, a file or a link in the place of a directory', async () => {
    const layer = { 'app/node_modules/a/package.json': '{"name":"a","version":"1"}' };
    expect(await introducedBy(layer, { app: { opaque: true } })).toEqual([]);
    expect(await introducedBy(layer, { app: 'a file' })).toEqual([]);
    expect(await introducedBy(layer, { app: { link: '/srv' }, 'srv/x': '' })).toEqual([]);
  });
});

describe('a package database that is gone', () => {
  const removed = (path: string, layer: number) => [['package-database-removed', path, `layer-${layer}`]];

  test.each<[string, string, FakeLayer]>([
    ['removed', 'var/lib/dpkg/status', { 'var/lib/dpkg/status': gone }],
    ['removed with its directory', 'var/lib/dpkg/status', { 'var/lib': gone }],
    ['hidden by an opaque directory', 'var/lib/dpkg/status', { 'var/lib/dpkg': { opaque: true } }],
    ['emptied', 'var/lib/dpkg/status', { 'var/lib/dpkg/status': '' }],
    ['replaced by a directory', 'var/lib/dpkg/status', { 'var/lib/dpkg/status': { directory: true } }],
    [
      'replaced by a link to an empty file',
      'var/lib/dpkg/status',
      { 'dev/x': '', 'var/lib/dpkg/status': { link: '/dev/x' } },
    ],
  ])('dpkg, %s', async (_, path, layer) => {
    expect(await codesOf({ ...release, [path]: status('a') }, { 'etc/x': '' }, layer)).toEqual(removed(`/${path}`, 2));
  });

  test.each([
    ['var/lib/dpkg/status.d/a', 'Package: a\nVersion: 1\n'],
    ['lib/apk/db/installed', apkDatabase('a')],
    ['var/lib/rpm/rpmdb.sqlite', 'SQLite format 3'],
    ['usr/lib/sysimage/rpm/Packages.db', 'RpmP'],
    ['var/lib/pacman/local/gmp-6/desc', '%NAME%'],
    ['usr/lib/opkg/status', 'Package: a'],
    ['nix/var/nix/db/db.sqlite', 'SQLite format 3'],
  ])('%s', async (path, body) => {
    expect(await codesOf({ ...release, [path]: body }, { [path]: gone })).toEqual(removed(`/${path}`, 1));
  });

  test('removed, and begun anew by a later layer', async () => {
    const path = 'var/lib/dpkg/status';
    const layers = [{ ...release, [path]: status('a', 'b') }, { [path]: gone }, { [path]: status('b', 'c') }];
    expect(await codesOf(...layers)).toEqual(removed(`/${path}`, 1));
    expect(await codesOf(...layers, { [path]: status('a=2', 'b', 'c') })).toEqual([]);
  });

  test('not when it moved or is there again', async () => {
    const xbps = { ...release, 'var/db/xbps/pkgdb-0.37.plist': 'x' };
    const moved = { 'var/db/xbps/pkgdb-0.37.plist': gone, 'var/db/xbps/pkgdb-0.38.plist': 'x' };
    expect((await codesOf(xbps, moved)).map(([code]) => code)).toEqual(['package-database-unread']);
    const dpkg = { ...release, 'var/lib/dpkg/status': status('a') };
    expect(await codesOf(dpkg, { 'var/lib/dpkg/status': gone }, dpkg)).toEqual([]);
  });

  test('nor by an opaque root, which hides nothing; but a distro without any package of its own is not complete', async () => {
    const dpkg = { ...release, 'var/lib/dpkg/status': status('a') };
    expect(
      (await codesOf(dpkg, { '': { opaque: true }, 'etc/os-release': 'ID=debian\n' })).map(([code]) => code),
    ).toEqual([]);
    const removed = { 'var/lib/dpkg/status': gone };
    expect((await codesOf(dpkg, removed, { '': { opaque: true } })).map(([code]) => code)).toEqual([
      'package-database-removed',
    ]);
    expect((await codesOf(release)).map(([code]) => code)).toEqual(['package-database-missing']);
    expect(await codesOf({ 'app/server.js': 'x' })).toEqual([]);
  });
});

describe('what makes an inventory incomplete', () => {
  test('a database that cannot be read yet, once for all its files', async () => {
    const layer = {
      ...release,
      'var/db/xbps/pkgdb-0.38.plist': 'x',
      'var/db/xbps/pkgdb-0.37.plist': 'y',
      'var/db/xbps/pkgdb-0.36.plist': '',
    };
    expect(await codesOf(layer)).toEqual([['package-database-unread', '/var/db/xbps/pkgdb-0.37.plist', 'layer-0']]);
  });

  test('behind a directory link as well', async () => {
    const layer = { ...release, 'nix/var/nix/db': { link: '../../../opt/nix' }, 'opt/nix/db.sqlite': 'x' };
    expect(await codesOf(layer)).toEqual([['package-database-unread', '/opt/nix/db.sqlite', 'layer-0']]);
  });

  test('an application kind that cannot be read yet, once with count and first path', async () => {
    const { incomplete } = await takeInventory(
      fakeImage([
        { 'var/lib/snapd/snaps/c.snap': 'x', 'var/lib/snapd/snaps/b.snap': 'x' },
        { 'var/lib/snapd/snaps/d.snap': 'x' },
      ]),
    );
    expect(incomplete.map(({ message, path }) => [message.split(' cannot')[0], path])).toEqual([
      ['Snap: 3 files', '/var/lib/snapd/snaps/b.snap'],
    ]);
  });

  test('a damaged database, whose readable packages are listed', async () => {
    const layer = { ...release, 'var/lib/dpkg/status': `${status('a')}Package: b\nStatus: install ok installed\n` };
    expect(await codesOf(layer)).toEqual([['package-database-damaged', '/var/lib/dpkg/status', 'layer-0']]);
    expect(await introducedBy(layer)).toEqual(['a 1 0']);
  });

  test('changes that dpkg did not merge before it was killed', async () => {
    const layer = { ...release, 'var/lib/dpkg/status': status('a'), 'var/lib/dpkg/updates/0001': status('b') };
    expect(await codesOf(layer)).toEqual([['package-database-damaged', '/var/lib/dpkg/updates/0001', 'layer-0']]);
    const merged = { 'var/lib/dpkg/updates/0001': gone, 'var/lib/dpkg/updates/tmp.i': 'x' };
    expect(await codesOf(layer, merged)).toEqual([]);
  });

  test('damage that a later layer replaced is none', async () => {
    expect(await codesOf({ ...release, 'var/lib/dpkg/status': 'x' }, { 'var/lib/dpkg/status': status('a') })).toEqual(
      [],
    );
  });

  test.each([
    ['dpkg', { 'var/lib/dpkg/status': status('a') }],
    ['apk', { 'lib/apk/db/installed': apkDatabase('a') }],
  ])('packages of %s without a release file', async (_, layer) => {
    expect((await codesOf(layer)).map(([code]) => code)).toEqual(['distro-unknown']);
  });

  test('not: an image without any distro', async () => {
    expect(await codesOf({ 'bin/app': 'x', 'node_modules/a/package.json': '{"name":"a","version":"1"}' })).toEqual([]);
  });

  test.each<[string, FakeLayer, string]>([
    ['loops', { 'var/lib/dpkg/status': { link: 'status' } }, '/var/lib/dpkg/status'],
    ['leaves', { 'var/lib/dpkg/status': { link: '../../../../etc/x' } }, '/var/lib/dpkg/status'],
    ['leads to nothing', { 'var/lib/dpkg': { link: '/data/dpkg' } }, '/var/lib/dpkg'],
  ])('a link that %s', async (_, layer, path) => {
    expect(await codesOf({ ...release, ...layer })).toEqual([['link-broken', path, 'layer-0']]);
  });

  test('problems of reading a layer, with the layer', async () => {
    const image = fakeImage([{}, {}]);
    const [base, top] = image.layers;
    const listing = {
      ...top!.analysis.listing,
      problems: [{ code: 'unsafe-path', message: 'm', path: '../x' } as const],
    };
    const { incomplete } = await takeInventory({
      ...image,
      layers: [base!, { ...top!, analysis: { ...top!.analysis, listing } }],
    });
    expect(incomplete).toEqual([{ code: 'unsafe-path', message: 'm', path: '/../x', layer: 'sha256:layer-1' }]);
  });

  test.each([
    ['linux/amd64', []],
    [null, []],
    ['windows/amd64', ['platform-unread']],
    ['freebsd/amd64', ['platform-unread']],
  ])('an image for %s', async (platform, codes) => {
    const { incomplete } = await takeInventory({ ...fakeImage([{ 'app/x': 'y' }]), platform });
    expect(incomplete.map(({ code }) => code)).toEqual(codes);
  });

  test('a flood of entries is cut, and that is said', async () => {
    const layer = Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`node_modules/p${n}/package.json`, '{']));
    const { incomplete } = await takeInventory(fakeImage([layer]));
    expect(incomplete.length).toBe(1001);
    expect(incomplete[0]?.message).toBe('500 more entries of this kind are not listed');
  });
});

describe('links', () => {
  test('a status file and a whole dpkg directory elsewhere are read', async () => {
    expect(await introducedBy({ 'var/lib/dpkg/status': { link: '/opt/s' }, 'opt/s': status('a') })).toEqual(['a 1 0']);
    const moved = { 'var/lib/dpkg': { link: '/opt/dpkg' }, 'opt/dpkg/status.d/b': 'Package: b\nVersion: 1\n' };
    expect(await introducedBy({ ...moved, 'opt/dpkg/status': status('a') })).toEqual(['a 1 0', 'b 1 0']);
  });

  test('hard links to what nobody wanted are read', async () => {
    const store = {
      'store/ab12': '{"name":"a","version":"1"}',
      'node_modules/a/package.json': { hardLink: 'store/ab12' },
    };
    expect(await introducedBy(store)).toEqual(['a 1 0']);
  });

  test('a link in node_modules is no second package', async () => {
    const real = 'node_modules/.pnpm/a@1/node_modules/a/package.json';
    const layer = { [real]: '{"name":"a","version":"1"}', 'node_modules/a': { link: '.pnpm/a@1/node_modules/a' } };
    expect(await introducedBy(layer)).toEqual(['a 1 0']);
  });
});

describe('ownership', () => {
  const proof = 'usr/lib/python3/dist-packages/six-1.egg-info/PKG-INFO';
  const body = 'Name: six\nVersion: 1\n';
  const [md5, sha1] = [hash('md5', body), hash('sha1', body, 'base64')];
  const six = { ...release, [proof]: body };
  const other = Buffer.alloc(20, 1).toString('base64');
  const ownerOf = async (...layers: readonly FakeLayer[]) => {
    const { packages } = await takeInventory(fakeImage(layers));
    return packages.find(({ type }) => type === 'pypi')?.ownedBy;
  };

  test.each<[string, FakeLayer, string | null]>([
    ['by list', { 'var/lib/dpkg/status': status('p'), 'var/lib/dpkg/info/p.list': `/.\n/${proof}\n` }, 'p'],
    [
      'by list of an architecture',
      { 'var/lib/dpkg/status': status('p'), 'var/lib/dpkg/info/p:amd64.list': `/${proof}\n` },
      'p',
    ],
    [
      'by list through a merged /usr',
      {
        lib: { link: 'usr/lib' },
        'var/lib/dpkg/status': status('p'),
        'var/lib/dpkg/info/p.list': `/${proof.slice(4)}\n`,
      },
      'p',
    ],
    [
      'by the sums of status.d, whatever the file is called',
      {
        'var/lib/dpkg/status.d/x1': 'Package: p\nVersion: 1\n',
        'var/lib/dpkg/status.d/x1.md5sums': `${md5}  ${proof}\n`,
      },
      'p',
    ],
    ['by apk', { 'lib/apk/db/installed': `P:p\nV:1\nF:${proof.slice(0, -9)}\nR:PKG-INFO\n\n` }, 'p'],
    [
      'by list and its sums',
      {
        'var/lib/dpkg/status': status('p'),
        'var/lib/dpkg/info/p.list': `/${proof}\n`,
        'var/lib/dpkg/info/p.md5sums': `${md5}  ${proof}\n`,
      },
      'p',
    ],
    [
      'not when the file was replaced, by the sums',
      {
        'var/lib/dpkg/status': status('p'),
        'var/lib/dpkg/info/p.list': `/${proof}\n`,
        'var/lib/dpkg/info/p.md5sums': `${'0'.repeat(32)}  ${proof}\n`,
      },
      null,
    ],
    [
      'by apk and its sum',
      { 'lib/apk/db/installed': `P:p\nV:1\nF:${proof.slice(0, -9)}\nR:PKG-INFO\nZ:Q1${sha1}\n\n` },
      'p',
    ],
    [
      'not when the file was replaced, by apk',
      { 'lib/apk/db/installed': `P:p\nV:1\nF:${proof.slice(0, -9)}\nR:PKG-INFO\nZ:Q1${other}\n\n` },
      null,
    ],
    [
      'not by a package that was removed',
      { 'var/lib/dpkg/status': status('q'), 'var/lib/dpkg/info/p.list': `/${proof}\n` },
      null,
    ],
    [
      'not by one that ships another file',
      { 'var/lib/dpkg/status': status('p'), 'var/lib/dpkg/info/p.list': `/x/${proof}\n` },
      null,
    ],
  ])('%s', async (_, layer, owner) => {
    expect(await ownerOf({ ...six, ...layer })).toBe(owner);
  });
});

test('of a rootfs: no layers, and places without one', async () => {
  const { layers, ...image } = fakeImage([{ ...release, 'var/lib/dpkg/status': status('a') }]);
  const found = await takeInventory({ ...image, kind: 'rootfs', layers: [], rootfs: layers[0]!.analysis });
  expect(found.layers).toEqual([]);
  expect(found.packages[0]?.locations).toEqual([{ path: '/var/lib/dpkg/status', layer: null }]);
});

test('sorted, and the same whatever the order within the layer', async () => {
  const layer: FakeLayer = {
    ...release,
    'var/lib/dpkg/status': status('b', 'a', 'a=0'),
    'x/node_modules/z/package.json': '{"name":"z","version":"1"}',
    'a/node_modules/z/package.json': '{"name":"z","version":"1"}',
    'q.jar': 'x',
    'lib/apk/db/installed': apkDatabase('z', 'a'),
  };
  const turned = Object.fromEntries(Object.entries(layer).reverse());
  const [one, two] = [await takeInventory(fakeImage([layer])), await takeInventory(fakeImage([turned]))];
  expect(two).toEqual(one);
  expect(one.packages.map(({ type, name, version }) => `${type} ${name} ${version}`)).toEqual([
    'apk a 1',
    'apk z 1',
    'deb a 0',
    'deb a 1',
    'deb b 1',
    'npm z 1',
    'npm z 1',
  ]);
});
