import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { fakeImage } from '../testing/fake-image.ts';
import { parsePacmanDesc } from './pacman-desc.ts';

const release = { 'etc/os-release': 'ID=arch\nBUILD_ID=rolling\n' };
const gone = { whiteout: true } as const;
const local = 'var/lib/pacman/local';

function desc(name: string, version: string, more = ''): string {
  return `%NAME%\n${name}\n\n%VERSION%\n${version}\n\n%BASE%\n${name}-base\n\n%ARCH%\nx86_64\n\n${more}`;
}

const entry = (name: string, version: string, more = '') => ({
  [`${local}/${name}-${version}/desc`]: desc(name, version, more),
});

describe('a description', () => {
  test('all that it says', () => {
    const text = desc(
      'gcc-libs',
      '1:13.2-5',
      '%LICENSE%\nGPL3\nLGPL\nGPL3\n\n%BUILDDATE%\n17\n\n%DEPENDS%\nglibc>=2.27\n\n',
    );
    expect(parsePacmanDesc(text, 'gcc-libs-1:13.2-5')).toEqual({
      package: {
        name: 'gcc-libs',
        version: '1:13.2-5',
        arch: 'x86_64',
        base: 'gcc-libs-base',
        licenses: ['GPL3', 'LGPL'],
        built: '17',
      },
      damage: null,
    });
  });

  test.each([
    ['nothing', '', 'a-1-2'],
    ['noise', '\u0000\u0001%NAME%', 'a-1-2'],
    ['no version', '%NAME%\na\n\n', 'a-1-2'],
    ['no value', '%NAME%\n\n%VERSION%\n1-2\n\n', 'a-1-2'],
    ['another version', desc('a', '1-3'), 'a-1-3'],
    ['cut short', '%NAME%\na\n\n%VERSION%\n1-2', 'a-1-2'],
  ])('%s is damage, and the directory tells the package', (_, text, want) => {
    const { package: found, damage } = parsePacmanDesc(text, 'a-1-2');
    expect(damage).not.toBeNull();
    expect(`${found?.name}-${found?.version}`).toBe(want);
  });

  test('any bytes end in a package of words or none', () => {
    const good = desc('a', '1-2', '%LICENSE%\nMIT\n\n');
    const change = fc.record({
      at: fc.nat(good.length - 1),
      text: fc.constantFrom('', '\n', '%', '\0', 'é', '%NAME%\n'),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(good.length), fc.string(), (changes, end, directory) => {
        let text = good;
        for (const { at, text: by } of changes) text = text.slice(0, at) + by + text.slice(at + 1);
        const { package: found } = parsePacmanDesc(text.slice(0, end), directory);
        if (found !== null) expect(`${found.name}${found.version}`).toMatch(/^[^\s\u0000-\u001f]+$/);
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });
});

describe('in an image', () => {
  test('layers, a purl, an owner', async () => {
    const manifest = 'usr/lib/node_modules/left/package.json';
    const layers = [
      { ...release, ...entry('bash', '5.2-1', '%LICENSE%\nGPL\n\n'), ...entry('node-left', '1.0-1') },
      {
        [manifest]: '{"name":"left","version":"1.0.0"}',
        [`${local}/node-left-1.0-1/files`]: `%FILES%\nusr/\n${manifest}\n\n`,
      },
      { [`${local}/bash-5.2-1`]: gone, ...entry('bash', '5.3-1', '%LICENSE%\nGPL\n\n') },
    ];
    const { packages, incomplete } = await takeInventory(fakeImage(layers));
    expect(incomplete).toEqual([]);
    expect(packages).toContainEqual({
      type: 'alpm',
      name: 'bash',
      version: '5.3-1',
      purl: 'pkg:alpm/arch/bash@5.3-1?arch=x86_64&distro=arch',
      arch: 'x86_64',
      source: { name: 'bash-base', version: '5.3-1' },
      licenses: ['GPL'],
      locations: [{ path: `/${local}/bash-5.3-1/desc`, layer: 'sha256:layer-2' }],
      ownedBy: null,
    });
    expect(packages.map(({ name, ownedBy }) => [name, ownedBy])).toEqual([
      ['bash', null],
      ['node-left', null],
      ['left', 'node-left'],
    ]);
  });

  test.each([
    ['removed', { [local]: gone }, 'package-database-removed'],
    ['a description cut short', { [`${local}/bash-5.2-1/desc`]: '%NAME%\nba' }, 'package-database-damaged'],
  ])('%s', async (_, layer, code) => {
    const { incomplete } = await takeInventory(fakeImage([{ ...release, ...entry('bash', '5.2-1') }, layer]));
    expect(incomplete.map((each) => each.code)).toContain(code);
  });
});

const tool = 'pacman';
const pacmanIsHere = spawnSync(tool, ['--version']).error === undefined;

test.skipIf(!pacmanIsHere)('the list is pacman’s own (needs pacman)', async () => {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-pacman-'));
  const pacman = (...args: readonly string[]) => {
    const where = ['--root', root, '--dbpath', join(root, 'var/lib/pacman'), '--config', '/dev/null', '--noconfirm'];
    const ran = spawnSync(tool, [...where, '--cachedir', root, '--hookdir', root, ...args], { encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran.stdout;
  };
  /** A package is an archive with a description, here without compression. */
  const build = (name: string, version: string) => {
    const folder = join(root, 'build', `${name}-${version}`);
    const manifest = `usr/lib/node_modules/${name}/package.json`;
    mkdirSync(dirname(join(folder, manifest)), { recursive: true });
    writeFileSync(join(folder, manifest), `{"name":"${name}","version":"${version}"}`);
    const info = { pkgname: name, pkgbase: `${name}-base`, pkgver: version, arch: 'any', license: 'MIT', size: 1 };
    const lines = Object.entries(info).map(([key, value]) => `${key} = ${value}\n`);
    writeFileSync(join(folder, '.PKGINFO'), lines.join(''));
    const file = join(root, `${name}-${version}-any.pkg.tar`);
    spawnSync('tar', ['-C', folder, '-cf', file, '.PKGINFO', 'usr']);
    return file;
  };
  const state = () => {
    const files: Record<string, string> = {};
    for (const directory of readdirSync(join(root, local), { withFileTypes: true })) {
      if (!directory.isDirectory()) continue;
      for (const name of ['desc', 'files']) {
        const path = `${local}/${directory.name}/${name}`;
        files[path] = readFileSync(join(root, path), 'utf8');
      }
    }
    return files;
  };
  try {
    mkdirSync(join(root, 'var/lib/pacman'), { recursive: true });
    pacman('-U', build('one', '1.0-1'), build('two', '1:2.0-1'), build('three', '3.0-1'));
    const before = state();
    pacman('-U', build('one', '1.1-1'));
    pacman('-R', 'three');
    const after = state();
    const removed = Object.keys(before).filter((path) => !(path in after));
    const layer = { ...after, ...Object.fromEntries(removed.map((path) => [path, gone])) };
    const { packages, incomplete } = await takeInventory(fakeImage([{ ...release, ...before }, layer]));
    const listed = pacman('-Q').trim().split('\n').sort();
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual(listed);
    expect(packages.map(({ source, locations }) => [source?.name, locations[0]?.layer?.slice(-1)])).toEqual([
      ['one-base', '1'],
      ['two-base', '0'],
    ]);
    expect(incomplete).toEqual([]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
