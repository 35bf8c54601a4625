import { describe, expect, test } from 'vitest';
import { plainHeader, sqliteFile } from './rpm/testing/database-files.ts';
import { takeInventory } from './take-inventory.ts';
import { type FakeLayer, fakeImage } from './testing/fake-image.ts';

const gone = { whiteout: true } as const;
/** name → version */
type Installed = Readonly<Record<string, string>>;

interface Kind {
  readonly title: string;
  readonly path: string;
  /** the database that lists these; `built` stands for the package files, which differ where that does */
  database(installed: Installed, built?: string): FakeLayer;
  /** a database as somebody makes it who edits the list and nothing else of it */
  edited(installed: Installed, built: Installed): FakeLayer;
}

const program = (name: string) => `usr/bin/${name}`;
const programs = (installed: Installed): FakeLayer =>
  Object.fromEntries(Object.entries(installed).map(([name, version]) => [program(name), `${name} ${version}`]));

const dpkgStatus = (installed: Installed) => ({
  'var/lib/dpkg/status': Object.entries(installed)
    .map(([name, of]) => `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: ${of}\n\n`)
    .join(''),
});
const apkDatabase = (rows: readonly (readonly [name: string, version: string, built: string])[]) => ({
  'lib/apk/db/installed': rows
    .map(([name, of, built]) => `C:Q1${built}\nP:${name}\nV:${of}\nF:usr/bin\nR:${name}\n\n`)
    .join(''),
});
const rpmDatabase = (rows: readonly (readonly [name: string, version: string, built: string])[]) => ({
  'var/lib/rpm/rpmdb.sqlite': sqliteFile(
    rows.map(([name, version, built]) =>
      plainHeader(name, { version, sha256Header: built, baseNames: [name], dirNames: ['/usr/bin/'], dirIndexes: [0] }),
    ),
  ),
});
const rowsOf = (installed: Installed, built: Installed) =>
  Object.entries(installed).map(([name, of]) => [name, of, `${name}${built[name]}`] as const);

const kinds: readonly Kind[] = [
  {
    title: 'dpkg',
    path: '/var/lib/dpkg/status',
    database: (installed) => ({
      ...dpkgStatus(installed),
      ...Object.fromEntries(
        Object.keys(installed).map((name) => [`var/lib/dpkg/info/${name}.list`, `/.\n/${program(name)}\n`]),
      ),
    }),
    edited: dpkgStatus,
  },
  {
    title: 'apk',
    path: '/lib/apk/db/installed',
    database: (installed) => apkDatabase(rowsOf(installed, installed)),
    edited: (installed, built) => apkDatabase(rowsOf(installed, built)),
  },
  {
    title: 'rpm',
    path: '/var/lib/rpm/rpmdb.sqlite',
    database: (installed) => rpmDatabase(rowsOf(installed, installed)),
    edited: (installed, built) => rpmDatabase(rowsOf(installed, built)),
  },
];

async function alterations(...layers: readonly FakeLayer[]) {
  const { incomplete } = await takeInventory(fakeImage([{ 'etc/os-release': 'ID=x\nVERSION_ID=1\n' }, ...layers]));
  return incomplete.map(({ code, path, layer, message }) => [code, path, layer?.at(-1), message.split(': ')[1]]);
}

const base: Installed = { a: '1-1', b: '1-1', c: '1-1' };

describe.each(kinds)('$title', ({ path, database, edited }) => {
  const installed = { ...database(base), ...programs(base) };
  const { b: _, ...others } = base;

  test('packages that are removed with their files, upgraded and installed again', async () => {
    const upgraded = { ...base, b: '2-1' };
    expect(await alterations(installed, { ...database(others), [program('b')]: gone })).toEqual([]);
    expect(await alterations(installed, { ...database(upgraded), [program('b')]: 'b 2' })).toEqual([]);
    expect(await alterations(installed, database({ ...base, d: '1-1' }))).toEqual([]);
    expect(await alterations(installed, { ...database(others), [program('b')]: gone }, installed)).toEqual([]);
    expect(await alterations(installed, { ...database(others), usr: gone })).toEqual([]);
  });

  test('a package whose files another has taken over', async () => {
    const renamed = { ...database({ a: '1-1', c: '1-1', d: '1-1' }), [program('b')]: 'd', [program('d')]: 'd' };
    expect(await alterations(installed, renamed)).toEqual([]);
  });

  test('a package without files that count', async () => {
    expect(await alterations({ ...database(base), [program('a')]: 'x' }, database(others))).toEqual([]);
  });

  test('a package taken off the list', async () => {
    const told = [['package-database-altered', path, '2', 'b 1-1 is not listed']];
    const rpmLike = told.map((row) => row.map((text) => text?.replace('1-1 ', '1-1-2 ')));
    const expected = path.includes('rpm') ? rpmLike : told;
    expect(await alterations(installed, edited(others, base))).toEqual(expected);
    expect(await alterations(installed, edited(others, base), { 'etc/x': '' })).toEqual(expected);
    expect(await alterations(installed, edited(others, base), installed)).toEqual([]);
    expect(await alterations(installed, edited(others, base), { [program('b')]: gone })).toEqual([]);
  });

  test('a package given another version', async () => {
    const [code, at, , message] = (await alterations(installed, edited({ ...base, b: '9-9' }, base)))[0] ?? [];
    expect([code, at, message]).toEqual(['package-database-altered', path, expect.stringMatching(/^b 1-1.* as 9-9/)]);
  });

  test('many packages are counted', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`package-with-a-long-name-${n}`, '1-1']));
    const rest = edited({ z: '1' }, { z: '1' });
    const layers = [{ ...database({ ...many, z: '1' }), ...programs(many) }, rest];
    const { incomplete } = await takeInventory(fakeImage(layers));
    const [entry] = incomplete.filter(({ code }) => code === 'package-database-altered');
    expect(entry?.message).toMatch(/ and 4\d more$/);
    expect(entry!.message.length).toBeLessThan(300);
  });
});

describe('pacman', () => {
  const desc = (version: string, built = version) =>
    `%NAME%\nb\n\n%VERSION%\n${version}\n\n%ARCH%\nany\n\n%BUILDDATE%\n${built.length}\n\n`;
  const local = 'var/lib/pacman/local';
  const files = '%FILES%\nusr/bin/\nusr/bin/b\n';
  const installed: FakeLayer = {
    [`${local}/a-1-1/desc`]: desc('1-1').replace('b', 'a'),
    [`${local}/b-1-1/desc`]: desc('1-1'),
    [`${local}/b-1-1/files`]: files,
    'usr/bin/b': 'b',
  };
  const removed = { [`${local}/b-1-1`]: gone };

  test('removed, upgraded', async () => {
    expect(await alterations(installed, { ...removed, 'usr/bin/b': gone })).toEqual([]);
    const upgrade = { [`${local}/b-2-1/desc`]: desc('2-1', 'later'), [`${local}/b-2-1/files`]: files };
    expect(await alterations(installed, { ...removed, ...upgrade, 'usr/bin/b': 'b 2' })).toEqual([]);
  });

  test('taken off the list, or given another version', async () => {
    const at = `/${local}/b-1-1/desc`;
    expect(await alterations(installed, removed)).toEqual([
      ['package-database-altered', at, '2', 'b 1-1 is not listed'],
    ]);
    const renamed = { [`${local}/b-9-9/desc`]: desc('9-9', '1-1'), [`${local}/b-9-9/files`]: files };
    expect((await alterations(installed, { ...removed, ...renamed })).map(([, , , what]) => what)).toEqual([
      'b 1-1 is listed as 9-9',
    ]);
  });
});

describe('dpkg, what it leaves behind honestly', () => {
  const list = 'var/lib/dpkg/info/b.list';
  const two = { ...dpkgStatus({ a: '1', b: '1' }), [list]: '/usr/bin/b\n/opt/b/bin/conf\n' };
  const files = { 'usr/bin/b': 'b', 'opt/b/bin/conf': 'x' };

  test('configuration files, with the list of them', async () => {
    const left = { ...dpkgStatus({ a: '1' }), [list]: '/opt/b/bin/conf\n' };
    expect(await alterations({ ...two, 'opt/b/bin/conf': 'x' }, left)).toEqual([]);
    expect(await alterations({ ...two, ...files }, { ...left, 'usr/bin/b': gone })).toEqual([]);
  });

  test('the file of the administrator in the place of a diverted one', async () => {
    const diverted = { 'var/lib/dpkg/diversions': '/usr/bin/b\n/usr/bin/b.distrib\n:\n', 'usr/bin/b': 'mine' };
    const removed = { ...dpkgStatus({ a: '1' }), [list]: gone, 'usr/bin/b.distrib': gone };
    expect(await alterations({ ...two, ...diverted, 'usr/bin/b.distrib': 'b' }, removed)).toEqual([]);
  });

  test('a shared file of another architecture of the package', async () => {
    const stanza = (arch: string) =>
      `Package: b\nStatus: install ok installed\nArchitecture: ${arch}\nMulti-Arch: same\nVersion: 1\n\n`;
    const both = {
      'var/lib/dpkg/status': stanza('amd64') + stanza('i386'),
      'var/lib/dpkg/info/b:amd64.list': '/usr/bin/b\n',
      'var/lib/dpkg/info/b:i386.list': '/usr/bin/b\n',
      'usr/bin/b': 'b',
    };
    const one = { 'var/lib/dpkg/status': stanza('amd64'), 'var/lib/dpkg/info/b:i386.list': gone };
    expect(await alterations(both, one)).toEqual([]);
  });

  test('but not a list that went with the stanza, or a state that says so', async () => {
    const hidden = { ...dpkgStatus({ a: '1' }), [list]: gone };
    expect(await alterations({ ...two, ...files }, hidden)).toHaveLength(1);
    const status = `${dpkgStatus({ a: '1' })['var/lib/dpkg/status']}Package: b\nStatus: deinstall ok config-files\nVersion: 1\n\n`;
    expect(await alterations({ ...two, ...files }, { 'var/lib/dpkg/status': status })).toHaveLength(1);
    const distroless = {
      'var/lib/dpkg/status.d/a': 'Package: a\nVersion: 1\n',
      'var/lib/dpkg/status.d/b': 'Package: b\nVersion: 1\n',
      'var/lib/dpkg/status.d/b.md5sums': `${'0'.repeat(32)}  usr/bin/b\n`,
      ...files,
    };
    expect(await alterations(distroless, { 'var/lib/dpkg/status.d/b': gone })).toHaveLength(1);
  });
});
