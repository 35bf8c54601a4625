import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { plainHeader, sqliteFile } from './rpm/testing/database-files.ts';
import { takeInventory } from './take-inventory.ts';
import { buildElf, buildGo } from './testing/elf-builder.ts';
import { type FakeLayer, fakeImage } from './testing/fake-image.ts';

const path = 'usr/bin/bash';
const gone = { whiteout: true } as const;

/** A bash of this version; any two have the same size. */
function bash(version: string, more = 0) {
  const text = `\0@(#)Bash version ${version}(1) release GNU\0${'x'.repeat(300 + more)}`;
  return { executable: buildElf([{ name: '.rodata', bytes: Buffer.from(text, 'latin1') }]) };
}

type Binary = ReturnType<typeof bash>;

interface Packager {
  readonly title: string;
  /** the database after a package `shell` of this version was installed, beside `others` */
  database(version: string, binary: Binary, ...others: readonly string[]): FakeLayer;
}

const dpkg = (sums: boolean): Packager['database'] => {
  return (version, { executable }, ...others) => ({
    'var/lib/dpkg/status': [`shell=${version}`, ...others.map((name) => `${name}=1`)]
      .map((text) => text.split('='))
      .map(([name, of]) => `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: ${of}\n\n`)
      .join(''),
    'var/lib/dpkg/info/shell.list': `/usr\n/usr/bin\n/${path}\n`,
    ...(sums ? { 'var/lib/dpkg/info/shell.md5sums': `${hash('md5', executable)}  ${path}\n` } : {}),
  });
};

const withSums: readonly Packager[] = [
  { title: 'dpkg', database: dpkg(true) },
  {
    title: 'apk',
    database: (version, { executable }, ...others) => ({
      'lib/apk/db/installed': [
        `P:shell\nV:${version}\nF:usr/bin\nR:bash\nZ:Q1${hash('sha1', executable, 'base64')}\n\n`,
        ...others.map((name) => `P:${name}\nV:1\n\n`),
      ].join(''),
    }),
  },
  {
    title: 'rpm',
    database: (version, { executable }, ...others) => {
      const fileDigests = [hash('sha256', executable)];
      const files = { baseNames: ['bash'], dirNames: ['/usr/bin/'], dirIndexes: [0], fileDigests };
      const shell = plainHeader('shell', { version, ...files, fileDigestAlgorithm: 8 });
      return { 'var/lib/rpm/rpmdb.sqlite': sqliteFile([shell, ...others.map((name) => plainHeader(name))]) };
    },
  },
];
const withoutSums: readonly Packager[] = [
  { title: 'dpkg without sums', database: dpkg(false) },
  {
    title: 'pacman',
    database: (version, _, ...others) => ({
      [`var/lib/pacman/local/shell-${version}-1/desc`]: `%NAME%\nshell\n\n%VERSION%\n${version}-1\n\n`,
      [`var/lib/pacman/local/shell-${version}-1/files`]: `%FILES%\nusr/bin/\n${path}\n`,
      ...Object.fromEntries(
        others.map((name) => [`var/lib/pacman/local/${name}-1-1/desc`, `%NAME%\n${name}\n\n%VERSION%\n1-1\n\n`]),
      ),
    }),
  },
];

const distro: FakeLayer = { 'etc/os-release': 'ID=some\nVERSION_ID=1\n' };

/** Versions of bash that are found in files of nobody. */
async function unowned(...layers: readonly FakeLayer[]): Promise<readonly string[]> {
  const { packages } = await takeInventory(fakeImage([distro, ...layers]));
  return packages.filter(({ type }) => type === 'generic').map(({ version }) => version);
}

const owned: readonly string[] = [];
const [old, now] = [bash('5.2.15'), bash('5.2.37')];

describe.each([...withSums, ...withoutSums])('a file of a package, by $title', ({ database }) => {
  test('is its own where one layer brought both', async () => {
    expect(await unowned({ ...database('1', old), [path]: old })).toEqual(owned);
  });

  test('after an upgrade, and after another package came', async () => {
    const upgrade = { ...database('2', now), [path]: now };
    expect(await unowned({ ...database('1', old), [path]: old }, upgrade)).toEqual(owned);
    expect(await unowned({ ...database('1', old), [path]: old }, database('1', old, 'other'))).toEqual(owned);
  });

  test('when a later layer only touched it, or installed the same version again', async () => {
    const layers = [{ ...database('1', old), [path]: old }, { [path]: old }];
    expect(await unowned(...layers)).toEqual(owned);
    expect(await unowned(...layers, { ...database('1', old), [path]: old })).toEqual(owned);
  });

  test('and not when a later layer put another there', async () => {
    const base = { ...database('1', old), [path]: old };
    const copied = bash('5.3.0', 64);
    expect(await unowned(base, { [path]: copied })).toEqual(['5.3.0']);
    expect(await unowned(base, { [path]: gone }, { [path]: copied })).toEqual(['5.3.0']);
    expect(await unowned(base, { [path]: copied }, database('1', old, 'other'))).toEqual(['5.3.0']);
    expect(await unowned(base, { [path]: copied }, { ...database('2', now), [path]: now })).toEqual(owned);
  });

  test('where files are laid down above their database', async () => {
    expect(await unowned(database('1', old), { [path]: old })).toEqual(owned);
  });
});

describe.each(withSums)('by the sums of $title', ({ database }) => {
  test('another file of the same size is not its own', async () => {
    const base = { ...database('1', old), [path]: old };
    expect(await unowned(base, { [path]: now })).toEqual(['5.2.37']);
    expect(await unowned(database('1', old), { [path]: now })).toEqual(['5.2.37']);
  });

  test('what was put back is its own again', async () => {
    const base = { ...database('1', old), [path]: old };
    expect(await unowned(base, { [path]: bash('5.3.0', 64) }, { [path]: old })).toEqual(owned);
  });

  test('each name of a hard link for itself', async () => {
    const base = { ...database('1', old), 'usr/bin/sh': old, [path]: { hardLink: 'usr/bin/sh' } };
    expect(await unowned(base)).toEqual(owned);
    expect(await unowned(base, { [path]: old })).toEqual(owned);
    expect(await unowned(base, { [path]: now })).toEqual(['5.2.37']);
  });
});

test('coverage counts what was replaced as nobody’s', async () => {
  const [plain, other] = ['a', 'bc'].map((text) => ({
    executable: buildElf([{ name: text, bytes: Buffer.alloc(99) }]),
  }));
  const base = { ...distro, ...dpkg(true)('1', plain!), [path]: plain! };
  const of = async (...layers: readonly FakeLayer[]) =>
    (await takeInventory(fakeImage(layers))).facts.coverage?.executables;
  expect(await of(base)).toMatchObject({ files: 1, ownedFiles: 1 });
  expect(await of(base, { [path]: plain! })).toMatchObject({ files: 1, ownedFiles: 1 });
  expect(await of(base, { [path]: other! })).toMatchObject({ files: 1, ownedFiles: 0, ownedBytes: 0 });
});

test('a Go binary in the place of a package’s has no owner', async () => {
  const go = { executable: buildGo('go1.22.0', 'path\tx\nmod\texample.org/x\tv1.0.0\n') };
  const base = { ...distro, ...dpkg(true)('1', go), [path]: go };
  const ownerOf = async (...layers: readonly FakeLayer[]) =>
    (await takeInventory(fakeImage(layers))).packages.find(({ name }) => name === 'example.org/x')?.ownedBy;
  expect(await ownerOf(base)).toBe('shell');
  expect(await ownerOf({ ...base, [path]: old }, { [path]: go })).toBe('shell');
  expect(await ownerOf({ ...distro, ...dpkg(true)('1', old), [path]: old }, { [path]: go })).toBe(null);
});

test('a diverted path is that of the package which diverted it', async () => {
  const base: FakeLayer = { ...distro, ...dpkg(true)('1', old), [path]: old };
  const status = `${base['var/lib/dpkg/status']}Package: wrap\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n`;
  const wrap = {
    'var/lib/dpkg/status': status,
    'var/lib/dpkg/info/wrap.list': `/${path}\n`,
    'var/lib/dpkg/info/wrap.md5sums': `${hash('md5', now.executable)}  ${path}\n`,
    [path]: now,
  };
  expect(await unowned(base, wrap)).toEqual(owned);
});
