import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { type FakeLayer, fakeImage } from '../testing/fake-image.ts';
import { berkeleyFile, ndbFile, plainHeader, sqliteFile } from './testing/database-files.ts';

const release = { 'etc/os-release': 'ID=fedora\nVERSION_ID=40\n' };
const gone = { whiteout: true } as const;

async function seen(...layers: readonly FakeLayer[]) {
  const { packages, incomplete } = await takeInventory(fakeImage(layers));
  return {
    packages: packages.map(
      ({ name, version, locations: [at] }) => `${name} ${version} ${at?.path} ${at?.layer?.slice(-1)}`,
    ),
    incomplete: incomplete.map(({ code, path, layer }) => [code, path, layer?.slice(-1)].join(' ')),
  };
}

describe('where the database is', () => {
  const files = [
    ['rpmdb.sqlite', sqliteFile([plainHeader('a')])],
    ['Packages.db', ndbFile([plainHeader('a')])],
    ['Packages', berkeleyFile([plainHeader('a')])],
  ] as const;
  const places = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'];
  const cases = places.flatMap((place) => files.map(([name, body]) => [`${place}/${name}`, body] as const));

  test.each(cases)('%s', async (path, body) => {
    expect(await seen({ ...release, [path]: body })).toEqual({ packages: [`a 1.0-2 /${path} 0`], incomplete: [] });
    expect((await seen({ ...release, [path]: body }, { [path]: gone })).incomplete).toEqual([
      `package-database-removed /${path} 1`,
    ]);
    const damaged = await seen({ ...release, [path]: body.subarray(0, body.length - 1) });
    expect(damaged.incomplete).toEqual([`package-database-damaged /${path} 0`]);
  });

  test('behind a link', async () => {
    const path = 'usr/lib/sysimage/rpm/rpmdb.sqlite';
    const link = { 'var/lib/rpm': { link: '../../usr/lib/sysimage/rpm' } };
    expect(await seen({ ...release, ...link, [path]: files[0][1] })).toEqual({
      packages: [`a 1.0-2 /${path} 0`],
      incomplete: [],
    });
  });

  test('moved by a later layer, in another format', async () => {
    const layers = [
      { ...release, 'var/lib/rpm/Packages': berkeleyFile([plainHeader('a')]) },
      {
        'var/lib/rpm/Packages': gone,
        'usr/lib/sysimage/rpm/rpmdb.sqlite': sqliteFile(['a', 'b'].map((name) => plainHeader(name))),
      },
    ];
    expect(await seen(...layers)).toEqual({
      packages: ['a 1.0-2 /usr/lib/sysimage/rpm/rpmdb.sqlite 0', 'b 1.0-2 /usr/lib/sysimage/rpm/rpmdb.sqlite 1'],
      incomplete: [],
    });
  });

  test('one that a conversion left beside what it was converted to', async () => {
    const place = 'var/lib/rpm';
    const state = (...versions: readonly string[]) =>
      versions.map((text) => plainHeader(text.slice(0, 1), { version: text.slice(1) }));
    const old = { [`${place}/Packages`]: berkeleyFile(state('a1', 'b1')) };
    const converted = { [`${place}/rpmdb.sqlite`]: sqliteFile(state('a1', 'b2', 'c1')) };
    const now = [`a 1-2 /${place}/rpmdb.sqlite 0`, `b 2-2 /${place}/rpmdb.sqlite 1`, `c 1-2 /${place}/rpmdb.sqlite 1`];
    expect(await seen({ ...release, ...old }, converted)).toEqual({ packages: now, incomplete: [] });
    // one that is written after it is no leftover
    const later = await seen({ ...release, ...converted }, old);
    expect(later.packages.map((text) => text.slice(0, 3))).toEqual(['a 1', 'b 1', 'b 2', 'c 1']);
    // nor does one that misses packages hide them
    const fewer = { [`${place}/rpmdb.sqlite`]: sqliteFile(state('b2')) };
    const { packages } = await seen({ ...release, ...old }, fewer);
    expect(packages.map((text) => text.slice(0, 3))).toEqual(['a 1', 'b 1', 'b 2']);
  });

  test('a conversion that changed a version alone is an edit', async () => {
    const program = 'usr/bin/a';
    const header = (version: string) =>
      plainHeader('a', {
        version,
        sha256Header: 'd'.repeat(64),
        baseNames: ['a'],
        dirNames: ['/usr/bin/'],
        dirIndexes: [0],
        fileStates: [0],
        fileDigests: [''],
      });
    const { packages, incomplete } = await takeInventory(
      fakeImage([
        { ...release, 'var/lib/rpm/Packages': berkeleyFile([header('1')]), [program]: '#!/bin/sh' },
        { 'var/lib/rpm/rpmdb.sqlite': sqliteFile([header('9')]) },
      ]),
    );
    expect(packages.map(({ version }) => version)).toEqual(['9-2']);
    expect(incomplete.map(({ code, message }) => [code, message.split(': ')[1]])).toEqual([
      ['package-database-altered', 'a 1-2 is listed as 9-2'],
    ]);
  });

  test('an installation, an upgrade and a removal in layers of their own', async () => {
    const path = 'var/lib/rpm/rpmdb.sqlite';
    const state = (...versions: readonly string[]) =>
      sqliteFile(versions.map((text) => plainHeader(text.slice(0, 1), { version: text.slice(1) })));
    const layers = [state('a1', 'b1'), state('a1', 'b1', 'c1'), state('a1', 'b2', 'c1'), state('b2', 'c1')];
    const { packages } = await seen(
      ...layers.map((body, index) => ({ ...(index === 0 ? release : {}), [path]: body })),
    );
    expect(packages).toEqual([`b 2-2 /${path} 2`, `c 1-2 /${path} 1`]);
  });
});

test('what a package says', async () => {
  const header = plainHeader('a', {
    epoch: 0,
    vendor: 'Fedora Project',
    modularityLabel: 'm:1:2:3',
    license: 'MIT and GPL',
  });
  const { packages } = await takeInventory(fakeImage([{ ...release, 'var/lib/rpm/Packages': berkeleyFile([header]) }]));
  expect(packages).toEqual([
    {
      type: 'rpm',
      name: 'a',
      version: '0:1.0-2',
      purl: 'pkg:rpm/fedora/a@1.0-2?arch=noarch&distro=fedora-40&epoch=0&rpmmod=m:1:2:3',
      arch: 'noarch',
      source: { name: 'a', version: '1.0-2' },
      licenses: ['MIT and GPL'],
      locations: [{ path: '/var/lib/rpm/Packages', layer: 'sha256:layer-0' }],
      ownedBy: null,
      modularity: 'm:1:2:3',
      vendor: 'Fedora Project',
    },
  ]);
});

describe('the lists of images without rpm', () => {
  const line = (...fields: readonly string[]) => `${fields.join('\t')}\n`;
  const bash = line(
    'bash',
    '5.1.8-4.cm2',
    '1',
    '2',
    'Microsoft Corporation',
    '(none)',
    '9',
    'x86_64',
    '0',
    'bash-5.1.8-4.cm2.src.rpm',
  );
  const openssl = line(
    'openssl-libs',
    '1.1.1k-3.cm2',
    '1',
    '2',
    '(none)',
    '1',
    '9',
    'x86_64',
    '1',
    'openssl-1.1.1k-3.cm2.src.rpm',
  );
  const key = line('gpg-pubkey', '3135ce90-5e6fda74', '1', '2', '(none)', '(none)', '0', '(none)', '0', '(none)');
  const [first, second] = ['var/lib/rpmmanifest/container-manifest-1', 'var/lib/rpmmanifest/container-manifest-2'];
  const mariner = { 'etc/os-release': 'ID=mariner\nVERSION_ID="2.0"\n' };

  test('with all fields', async () => {
    const image = fakeImage([{ ...mariner, [second]: bash + openssl + key, [first]: 'old-1-1.x86_64\n' }]);
    const { packages, incomplete } = await takeInventory(image);
    expect(incomplete).toEqual([]);
    expect(packages.map(({ purl, version, vendor, source }) => [purl, version, vendor, source?.name])).toEqual([
      [
        'pkg:rpm/mariner/bash@5.1.8-4.cm2?arch=x86_64&distro=mariner-2.0',
        '5.1.8-4.cm2',
        'Microsoft Corporation',
        'bash',
      ],
      [
        'pkg:rpm/mariner/openssl-libs@1.1.1k-3.cm2?arch=x86_64&distro=mariner-2.0&epoch=1',
        '1:1.1.1k-3.cm2',
        null,
        'openssl',
      ],
    ]);
  });

  test.each([
    ['a line cut short', `${bash}openssl\t1`],
    ['no final line end', bash.trimEnd()],
    ['no version', bash.replace('5.1.8-4.cm2\t', '\t')],
    ['an epoch that is no number', bash.replace('(none)', 'x')],
    ['noise', '\u0000\u0001'],
  ])('%s', async (_, text) => {
    expect((await seen({ ...mariner, [second]: text })).incomplete).toContain(`package-database-damaged /${second} 0`);
  });

  test('names alone', async () => {
    const text = 'bash-5.1.8-4.cm2.x86_64\nca-certificates-base-2.0.0-9.cm2.noarch\ngpg-pubkey-3135ce90-5e6fda74\n';
    expect(await seen({ ...mariner, [first]: text })).toEqual({
      packages: [`bash 5.1.8-4.cm2 /${first} 0`, `ca-certificates-base 2.0.0-9.cm2 /${first} 0`],
      incomplete: [],
    });
    expect((await seen({ ...mariner, [first]: `${text}noise\n` })).incomplete).toHaveLength(1);
  });

  test('a database counts more, and one that becomes a list is not removed', async () => {
    const path = 'var/lib/rpm/rpmdb.sqlite';
    const both = { ...mariner, [second]: openssl, [path]: sqliteFile([plainHeader('bash')]) };
    expect((await seen(both)).packages).toEqual([`bash 1.0-2 /${path} 0`]);
    expect(
      await seen({ ...mariner, [path]: sqliteFile([plainHeader('bash')]) }, { [path]: gone, [second]: bash }),
    ).toEqual({
      packages: [`bash 5.1.8-4.cm2 /${second} 1`],
      incomplete: [],
    });
  });
});

describe('files that packages ship', () => {
  const manifest = '{"name":"left","version":"1.0.0"}';
  const digest = createHash('sha256').update(manifest).digest('hex');
  const header = plainHeader('nodejs-left', {
    baseNames: ['package.json', 'package.json'],
    dirNames: ['/usr/lib/node_modules/left/', '/usr/lib/node_modules/gone/'],
    dirIndexes: [0, 1],
    fileDigests: [digest, digest],
    fileDigestAlgorithm: 8,
  });
  const path = 'usr/lib/node_modules/left/package.json';
  const layer = { ...release, 'var/lib/rpm/rpmdb.sqlite': sqliteFile([header]), [path]: manifest };

  test.each([
    ['as they were shipped', {}, 'nodejs-left'],
    ['replaced by others', { [path]: manifest.replace('1.0.0', '2.0.0') }, null],
  ])('%s', async (_, later, owner) => {
    const { packages } = await takeInventory(fakeImage([layer, later]));
    expect(packages.find(({ type }) => type === 'npm')?.ownedBy).toBe(owner);
  });
});

test('changes that rpm has not merged into its database', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-wal-'));
  try {
    const path = join(folder, 'rpmdb.sqlite');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)`);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const image = () => ({
      ...release,
      'var/lib/rpm/rpmdb.sqlite': readFileSync(path),
      'var/lib/rpm/rpmdb.sqlite-wal': readFileSync(`${path}-wal`),
    });
    database.prepare('INSERT INTO Packages (blob) VALUES (?)').run(plainHeader('a'));
    const killed = image();
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const merged = image();
    database.close();
    expect((await seen(killed)).incomplete).toEqual(['package-database-damaged /var/lib/rpm/rpmdb.sqlite-wal 0']);
    expect(await seen(merged)).toEqual({ packages: ['a 1.0-2 /var/lib/rpm/rpmdb.sqlite 0'], incomplete: [] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
