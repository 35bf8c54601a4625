import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import {
  fixtureImage,
  ociLayoutFiles,
  paxHeader,
  tarArchive,
} from '../packages/engine/src/image/testing/image-builder.ts';
import type { Package } from '../packages/engine/src/inventory/types.ts';
import { noChroot, noDpkg } from './native-versions.ts';
import { scratchFolder } from './program.ts';
import { layerBetween, type Tree, treeOf } from './root-layers.ts';
import { type InventoryResult, listPackages } from './scans.ts';
import { needsShared, shared } from './shared.ts';
import { unpackImage, writeRootfs } from './unpacked-image.ts';

/*
 * The tools themselves install, upgrade and remove in a real root; each step is a layer. After every step the program
 * must list of the image what the tool lists of the root. rpm and pacman are asked beside their catalogers.
 */
const scratch = scratchFolder();
afterAll(scratch.remove);
const named = (title: string, reason: string | undefined) => (reason ? `${title} (skipped: ${reason})` : title);
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A program that is the same in every version, and as old: what tells an upgrade is that it was written at all. */
function writeProgram(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
  utimesSync(path, 1_700_000_000, 1_700_000_000);
}

function inRoot(root: string, ...command: readonly string[]): string {
  const env = { PATH: path, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  return execFileSync('chroot', [root, ...command], { encoding: 'utf8', env, stdio: 'pipe', maxBuffer: 1 << 28 });
}

/** Changes a text of the root behind the back of its package manager. */
function edit(root: string, path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(root, path), 'utf8');
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  writeFileSync(join(root, path), edited);
}

interface Step {
  readonly title: string;
  readonly run: () => void;
  /** `name version` of what this step adds */
  readonly adds?: readonly string[];
  readonly removes?: readonly string[];
  /** what the program says of the database that this step edited, behind the colon of its message */
  readonly edits?: string;
}

/**
 * An image that grows by a layer a step; the base is all that the root holds at first. Files of layers stay as they are,
 * so that the program keeps what it read of them: a large base is read once.
 */
function growingImage(root: string) {
  const folder = mkdtempSync(join(scratch.path, 'image-'));
  const layers: Buffer[] = [];
  let tree: Tree = new Map();
  return {
    /** the program's result for all layers so far, with one for what changed since */
    async list(): Promise<InventoryResult> {
      const now = treeOf(root);
      layers.push(layerBetween(root, tree, now));
      tree = now;
      for (const [path, content] of ociLayoutFiles([fixtureImage({ layers })], { compression: 'none' })) {
        const file = join(folder, path);
        if (path.startsWith('blobs/') && existsSync(file)) continue;
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
      return listPackages(folder, ['--cache-dir', join(scratch.path, 'layers')]);
    },
  };
}

/** Runs the steps: the two lists are equal after each, and every package added keeps the layer of its step. */
async function follow(
  root: string,
  type: Package['type'],
  steps: readonly Step[],
  lineOf: (found: Package) => string,
  listed: () => readonly string[],
): Promise<void> {
  const image = growingImage(root);
  const since = new Map<string, number>();
  for (const [index, { title, run, adds = [], removes = [], edits }] of steps.entries()) {
    run();
    const { packages, incomplete, image: described } = await image.list();
    const ours = packages.filter((found) => found.type === type);
    const said = incomplete.map(({ code, layer, message }) => [code, layer, message.split(': ')[1]]);
    const edited = [['package-database-altered', described.layers.at(-1)?.diffId, edits]];
    expect(said, title).toEqual(edits === undefined ? [] : edited);
    expect(ours.map(lineOf).sort(), title).toEqual([...listed()].sort());
    const nameOf = ({ name, version }: Package) => `${name} ${version}`;
    expect(ours.map(nameOf), title).toEqual(expect.arrayContaining([...adds]));
    for (const name of removes) since.delete(name);
    for (const name of adds) since.set(name, index);
    for (const found of ours) {
      const layer = described.layers.findIndex(({ diffId }) => diffId === found.locations[0]?.layer);
      expect(`${nameOf(found)} since ${layer}`, title).toBe(`${nameOf(found)} since ${since.get(nameOf(found)) ?? 0}`);
    }
    for (const name of removes) expect(ours.map(nameOf), title).not.toContain(name);
  }
}

/** The shared Debian root, or a fresh one from Debian's mirror; a text says why there is none. */
function debianRoot(): { readonly root: string } | string {
  const root = join(scratch.path, 'debian');
  const image = shared('images/debian-12-minbase.oci.tar');
  if (image !== undefined) writeRootfs(unpackImage(image, scratch.path), root);
  else {
    if (!existsSync('/usr/sbin/debootstrap')) return 'needs debootstrap (scripts/install-test-parts.sh installs it)';
    const made = spawnSync('debootstrap', ['--variant=minbase', 'bookworm', root], { timeout: 90_000 });
    if (made.status !== 0) return 'debootstrap did not make a root (needs a Debian mirror)';
  }
  return { root };
}

const debian = noChroot ?? noDpkg ?? debianRoot();
const noDebian = typeof debian === 'string' ? debian : undefined;

describe.skipIf(noDebian)(named('a Debian root, held against its own dpkg', noDebian), () => {
  const root = typeof debian === 'string' ? '' : debian.root;

  /** Builds a package; returns where it is in the root. The folder is outside of what becomes layers. */
  function deb(name: string, version: string, more: Readonly<Record<string, string>> = {}): string {
    const fields = { Package: name, Version: version, Architecture: 'amd64', Maintainer: 'T <t@example.org>', ...more };
    const lines = Object.entries({ ...fields, Description: 'for tests' }).map(([key, value]) => `${key}: ${value}\n`);
    const stem = `${name}_${version.replace(':', '%3a')}_${fields.Architecture}`;
    const folder = join(scratch.path, 'build', stem);
    mkdirSync(join(folder, 'DEBIAN'), { recursive: true });
    mkdirSync(join(folder, 'etc'), { recursive: true });
    mkdirSync(join(folder, 'usr', 'share', name, fields.Architecture), { recursive: true });
    writeFileSync(join(folder, 'DEBIAN', 'control'), lines.join(''));
    writeFileSync(join(folder, 'usr', 'share', name, fields.Architecture, 'text'), `${version}\n`);
    if (fields['Multi-Arch' as keyof typeof fields] === undefined) {
      writeFileSync(join(folder, 'etc', `${name}.conf`), 'a = 1\n');
      writeFileSync(join(folder, 'DEBIAN', 'conffiles'), `/etc/${name}.conf\n`);
      writeProgram(join(folder, 'usr', 'bin', name));
    }
    const target = `/dev/debs/${stem}.deb`;
    mkdirSync(join(root, 'dev', 'debs'), { recursive: true });
    execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', folder, join(root, target)], {
      stdio: 'pipe',
    });
    return target;
  }

  // it waits for the disk otherwise
  const dpkg = (...args: readonly string[]) => inRoot(root, 'dpkg', '--force-unsafe-io', ...args);
  const query = ['binary:Package', 'Version', 'Architecture', 'source:Package', 'source:Version', 'db:Status-Abbrev'];
  /** rows of dpkg-query in the states `states`, second letter of the abbreviation */
  const rows = (states: RegExp) =>
    inRoot(root, 'dpkg-query', '-W', '-f', `${query.map((field) => `\${${field}}`).join('\t')}\n`)
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
      .filter((row) => states.test(row[5]!));
  const lineOf = ({ name, version, arch, source }: Package) =>
    [name, version, arch, source?.name, source?.version].join(' ');
  // `name:arch` for `Multi-Arch: same`; all but "not installed" and "configuration files" has files in the root
  const listed = () =>
    rows(/^.[^nc]/).map(([name = '', ...rest]) => [name.replace(/:.*/, ''), ...rest.slice(0, 4)].join(' '));
  const statesOf = (name: string) => rows(/^/).flatMap((row) => (row[0] === name ? [row[5]!.trim()] : []));

  it('installs, upgrades, downgrades, holds, removes, purges', { timeout: 180_000 }, async () => {
    const nowhere = join(root, 'dev', 'null');
    if (!existsSync(nowhere)) execFileSync('mknod', ['-m', '666', nowhere, 'c', '1', '3']);
    const same = { 'Multi-Arch': 'same', Source: 'plim-src (2:1.0-1)' };
    await follow(
      root,
      'deb',
      [
        { title: 'the base', run: () => {} },
        {
          title: 'install',
          run: () =>
            dpkg(
              '-i',
              deb('plim-a', '1.0~rc1-1'),
              deb('plim-b', '1:2.0-1', { Source: 'plim-src' }),
              deb('plim-c', '3.0-1+b2', { Source: 'plim-c-src (3.0-1)' }),
              deb('plim-data', '0~20260101', { Architecture: 'all' }),
            ),
          adds: ['plim-a 1.0~rc1-1', 'plim-b 1:2.0-1', 'plim-c 3.0-1+b2', 'plim-data 0~20260101'],
        },
        {
          title: 'upgrade, a package put in above it, and a second architecture',
          run: () => {
            dpkg('--add-architecture', 'i386');
            dpkg(
              '-i',
              deb('plim-a', '1.0-1'),
              deb('plim-e', '1.0+dfsg1-1~bpo12+1'),
              deb('plim-lib', '2:1.0-1+b1', same),
              deb('plim-lib', '2:1.0-1+b1', { ...same, Architecture: 'i386' }),
            );
          },
          adds: ['plim-a 1.0-1', 'plim-e 1.0+dfsg1-1~bpo12+1', 'plim-lib 2:1.0-1+b1'],
          removes: ['plim-a 1.0~rc1-1'],
        },
        {
          title: 'remove, of which the configuration stays',
          run: () => {
            dpkg('-r', 'plim-b');
            expect(statesOf('plim-b')).toEqual(['rc']);
          },
          removes: ['plim-b 1:2.0-1'],
        },
        {
          title: 'purge, one of two architectures removed, hold, and another program in the place of its own',
          run: () => {
            dpkg('-P', 'plim-b', 'plim-c', 'plim-lib:i386');
            expect([...statesOf('plim-b'), ...statesOf('plim-c')]).toEqual([]);
            inRoot(root, 'dpkg-divert', '--local', '--rename', '--add', '/usr/bin/plim-e');
            writeProgram(join(root, 'usr', 'bin', 'plim-e'));
            execFileSync('chroot', [root, 'dpkg', '--set-selections'], { input: 'plim-e hold\n', env: { PATH: path } });
            expect(statesOf('plim-e')).toEqual(['hi']);
          },
          removes: ['plim-c 3.0-1+b2'],
        },
        {
          title: 'a downgrade, a removed one again, and one unpacked and never configured',
          run: () => {
            dpkg('-i', '--force-downgrade', deb('plim-a', '1.0~rc1-1'), deb('plim-b', '1:2.0-1'));
            dpkg('--unpack', deb('plim-u', '1.0-1'));
            expect(statesOf('plim-u')).toEqual(['iU']);
          },
          adds: ['plim-a 1.0~rc1-1', 'plim-b 1:2.0-1', 'plim-u 1.0-1'],
          removes: ['plim-a 1.0-1'],
        },
        {
          title: 'the package of a diverted program removed',
          run: () => dpkg('-P', '--force-all', 'plim-e'),
          removes: ['plim-e 1.0+dfsg1-1~bpo12+1'],
        },
        { title: 'a package of the base removed', run: () => dpkg('-P', '--force-all', 'sysvinit-utils') },
        {
          title: 'another version written over it by hand, and a package cut out',
          run: () => {
            edit(root, 'var/lib/dpkg/status', 'Version: 1:2.0-1\n', 'Version: 1:9.0-1\n');
            edit(root, 'var/lib/dpkg/status', /^Package: tar\n(?:.+\n)*\n/m, '');
          },
          adds: ['plim-b 1:9.0-1'],
          removes: ['plim-b 1:2.0-1'],
          edits: 'plim-b 1:2.0-1 is listed as 1:9.0-1, tar 1.34+dfsg-1.2+deb12u1 is not listed',
        },
      ],
      lineOf,
      listed,
    );
  });
});

const alpineImage = shared('images/alpine-3.16.docker.tar');
const noAlpine = noChroot ?? (alpineImage ? undefined : needsShared);

describe.skipIf(noAlpine)(named('an Alpine root, held against its own apk', noAlpine), () => {
  const root = join(scratch.path, 'alpine');
  const apk = (...args: readonly string[]) => inRoot(root, 'apk', '--no-network', '--quiet', ...args);

  /**
   * An unsigned package: a gzipped tar with its description, and one with its files, each with its checksum: a text that
   * is other in every version, and a program that is the same in all.
   *
   * @see https://wiki.alpinelinux.org/wiki/Apk_spec
   */
  function build(name: string, version: string, origin: string, license: string): string {
    const folders = ['usr', 'usr/bin', 'usr/share', `usr/share/${name}`];
    const files = [
      { path: `usr/bin/${name}`, content: '#!/bin/sh\n', mode: 0o755 },
      { path: `usr/share/${name}/text`, content: `${version}\n` },
    ];
    const shipped = files.flatMap((file) => [
      ...paxHeader({ 'APK-TOOLS.checksum.SHA1': createHash('sha1').update(file.content).digest('hex') }),
      tarArchive([file], { endMark: false }),
    ]);
    const folderEntries = folders.map((path) => ({ path, type: 'directory' as const }));
    const data = gzipSync(Buffer.concat([tarArchive(folderEntries, { endMark: false }), ...shipped, tarArchive([])]));
    const datahash = createHash('sha256').update(data).digest('hex');
    const info = { pkgname: name, pkgver: version, arch: 'x86_64', origin, license, pkgdesc: 'for tests', datahash };
    const lines = Object.entries({ ...info, size: 20 }).map(([key, value]) => `${key} = ${value}\n`);
    const control = gzipSync(tarArchive([{ path: '.PKGINFO', content: lines.join('') }], { endMark: false }));
    mkdirSync(join(root, 'dev', 'apks'), { recursive: true });
    writeFileSync(join(root, 'dev', 'apks', `${name}-${version}.apk`), Buffer.concat([control, data]));
    return `/dev/apks/${name}-${version}.apk`;
  }
  const databasePath = 'lib/apk/db/installed';
  /** Whether apk lists the package with its checksum, and its program with one. */
  const isWhole = (name: string) =>
    new RegExp(`^C:Q1[^\\n]{28}\\nP:${name}\\n(?:.+\\n)*F:usr/bin\\nR:${name}\\n(?:.+\\n)*Z:Q1`, 'm').test(
      readFileSync(join(root, databasePath), 'utf8'),
    );
  const add = (...files: readonly string[]) => apk('add', '--allow-untrusted', '--force-non-repository', ...files);

  /** `name-version arch {origin} (license)`, as `apk list` writes it */
  const lineOf = ({ name, version, arch, source, licenses }: Package) =>
    `${name}-${version} ${arch} {${source?.name}} (${licenses.join(' ')}) [installed]`;
  const listed = () => apk('list', '-I').trimEnd().split('\n');

  it('adds, upgrades, deletes', { timeout: 180_000 }, async () => {
    writeRootfs(unpackImage(alpineImage!, scratch.path), root);
    await follow(
      root,
      'apk',
      [
        { title: 'the base', run: () => {} },
        {
          title: 'add',
          run: () =>
            add(
              build('plim-a', '1.0_rc1-r0', 'plim', 'MIT'),
              build('plim-b', '2.0-r1', 'plim', 'MIT AND BSD-2-Clause'),
              build('plim-d', '4.0-r0', 'plim-d', 'MIT'),
            ),
          adds: ['plim-a 1.0_rc1-r0', 'plim-b 2.0-r1', 'plim-d 4.0-r0'],
        },
        {
          title: 'upgrade',
          run: () => {
            add(
              build('plim-a', '1.0-r0', 'plim', 'MIT'),
              build('plim-c', '3.0_git20260101-r10', 'plim-c', 'Apache-2.0'),
            );
            expect(['plim-a', 'plim-b', 'plim-c', 'plim-d'].filter(isWhole)).toHaveLength(4);
          },
          adds: ['plim-a 1.0-r0', 'plim-c 3.0_git20260101-r10'],
          removes: ['plim-a 1.0_rc1-r0'],
        },
        { title: 'delete', run: () => apk('del', 'plim-b'), removes: ['plim-b 2.0-r1'] },
        {
          title: 'a deleted one again, and a downgrade',
          run: () =>
            add(build('plim-b', '2.0-r1', 'plim', 'MIT AND BSD-2-Clause'), build('plim-a', '0.9-r3', 'plim', 'MIT')),
          adds: ['plim-b 2.0-r1', 'plim-a 0.9-r3'],
          removes: ['plim-a 1.0-r0'],
        },
        {
          title: 'packages of the base deleted',
          run: () => {
            const before = listed().length;
            apk('del', 'alpine-keys', 'alpine-baselayout');
            expect(listed()).toHaveLength(before - 3);
          },
        },
        {
          title: 'packages for the time of a build, and a name for all of them',
          run: () => {
            add('--virtual', '.build-deps', build('plim-e', '5.0-r0', 'plim-e', 'MIT'));
            // the version of such a package is the time
            edit(root, databasePath, /^(P:\.build-deps\nV:).*$/m, '$120260101.120000');
            edit(root, 'etc/apk/world', /^\.build-deps=.*$/m, '.build-deps');
          },
          adds: ['plim-e 5.0-r0', '.build-deps 20260101.120000'],
        },
        {
          title: 'those of the build deleted by that name',
          run: () => apk('del', '.build-deps'),
          removes: ['plim-e 5.0-r0', '.build-deps 20260101.120000'],
        },
        {
          title: 'another version written over it by hand, and a package cut out',
          run: () => {
            edit(root, databasePath, 'P:plim-b\nV:2.0-r1\n', 'P:plim-b\nV:9.0-r1\n');
            edit(root, databasePath, /^C:.*\nP:plim-d\n(?:.+\n)*\n/m, '');
          },
          adds: ['plim-b 9.0-r1'],
          removes: ['plim-b 2.0-r1', 'plim-d 4.0-r0'],
          edits: 'plim-b 2.0-r1 is listed as 9.0-r1, plim-d 4.0-r0 is not listed',
        },
      ],
      lineOf,
      listed,
    );
  });
});

const release = 'ID=some\nVERSION_ID=1\n';
const noPacman = spawnSync('pacman', ['--version']).error && 'needs pacman (scripts/install-test-parts.sh installs it)';

describe.skipIf(noPacman)(named('a root of pacman, held against it', noPacman || undefined), () => {
  const root = join(scratch.path, 'arch');
  const local = join(root, 'var', 'lib', 'pacman', 'local');

  function pacman(...args: readonly string[]): string {
    const where = ['--root', root, '--dbpath', dirname(local), '--config', '/dev/null', '--noconfirm'];
    const folders = ['--cachedir', scratch.path, '--hookdir', scratch.path];
    return execFileSync('pacman', [...where, ...folders, ...args], { encoding: 'utf8', stdio: 'pipe' });
  }

  function build(name: string, version: string): string {
    const folder = join(scratch.path, 'build', `${name}-${version}`);
    writeProgram(join(folder, 'usr', 'bin', name));
    const info = `pkgname = ${name}\npkgver = ${version}\narch = any\nsize = 1\nbuilddate = ${1_700_000_000 + version.length}\n`;
    writeFileSync(join(folder, '.PKGINFO'), info);
    const file = join(scratch.path, `${name}-${version}-any.pkg.tar`);
    execFileSync('tar', ['-C', folder, '-cf', file, '.PKGINFO', 'usr']);
    return file;
  }

  it('installs, upgrades, removes', async () => {
    mkdirSync(local, { recursive: true });
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc', 'os-release'), release);
    const listed = () => pacman('-Q').trim().split('\n');
    await follow(
      root,
      'alpm',
      [
        { title: 'install', run: () => void pacman('-U', build('a', '1-1'), build('b', '1:2-1'), build('c', '3-1')) },
        { title: 'upgrade', run: () => void pacman('-U', build('a', '10-1')), adds: ['a 10-1'], removes: ['a 1-1'] },
        { title: 'remove', run: () => void pacman('-R', 'c'), removes: ['c 3-1'] },
        { title: 'again', run: () => void pacman('-U', build('a', '10-1')) },
        {
          title: 'taken off the list, not out of the root',
          run: () => rmSync(join(local, 'b-1:2-1'), { recursive: true }),
          removes: ['b 1:2-1'],
          edits: 'b 1:2-1 is not listed',
        },
      ],
      ({ name, version }) => `${name} ${version}`,
      listed,
    );
  });
});

const noRpm = ['rpm', 'rpmbuild'].some((tool) => spawnSync(tool, ['--version']).error)
  ? 'needs rpm and rpmbuild (scripts/install-test-parts.sh installs them)'
  : undefined;

describe.skipIf(noRpm)(named('a root of rpm, held against it', noRpm), () => {
  const root = join(scratch.path, 'fedora');
  const folder = 'usr/lib/sysimage/rpm';

  function rpm(...args: readonly string[]): string {
    return execFileSync('rpm', ['--root', root, '--dbpath', `/${folder}`, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }
  const erase = (name: string) => void rpm('--erase', '--nodeps', '--force-debian', name);

  /** Builds packages, `NAME-VERSION` each, by one process: it takes long to start. */
  function build(...stems: readonly string[]): ReadonlyMap<string, string> {
    const top = join(scratch.path, 'rpmbuild');
    const program = join(top, 'program');
    writeProgram(program);
    const specs = stems.map((stem) => {
      const [name, version] = stem.split('-');
      const head = `Name: ${name}\nVersion: ${version}\nRelease: 1\nSummary: s\nLicense: MIT\nBuildArch: noarch\n`;
      const install = `%install\nmkdir -p %{buildroot}/usr/bin\ncp -p ${program} %{buildroot}/usr/bin/${name}\n`;
      const spec = join(top, `${stem}.spec`);
      writeFileSync(spec, `${head}%description\nd\n${install}%files\n/usr/bin/${name}\n`);
      return spec;
    });
    const defines = [`_topdir ${top}`, '__os_install_post %{nil}'].flatMap((text) => ['--define', text]);
    execFileSync('rpmbuild', ['-bb', ...defines, ...specs], { stdio: 'pipe' });
    return new Map(stems.map((stem) => [stem, join(top, 'RPMS', 'noarch', `${stem}-1.noarch.rpm`)]));
  }

  it('installs, upgrades, removes', { timeout: 180_000 }, async () => {
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc', 'os-release'), release);
    const built = build('a-1.0', 'a-1.1', 'b-2.0', 'c-3.0', 'd-1');
    const install = (...stems: readonly string[]) =>
      void rpm('--upgrade', '--nodeps', '--force-debian', ...stems.map((stem) => built.get(stem)!));
    const forget = (name: string) => {
      const database = new DatabaseSync(join(root, folder, 'rpmdb.sqlite'));
      database.exec('PRAGMA foreign_keys = OFF');
      database.exec(`DELETE FROM Packages WHERE hnum IN (SELECT hnum FROM Name WHERE key = '${name}')`);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      database.close();
    };
    await follow(
      root,
      'rpm',
      [
        { title: 'install', run: () => install('a-1.0', 'b-2.0', 'c-3.0') },
        { title: 'upgrade', run: () => install('a-1.1'), adds: ['a 1.1-1'], removes: ['a 1.0-1'] },
        { title: 'remove', run: () => erase('c'), removes: ['c 3.0-1'] },
        { title: 'install another', run: () => install('d-1'), adds: ['d 1-1'] },
        {
          title: 'taken off the list, not out of the root',
          run: () => forget('b'),
          removes: ['b 2.0-1'],
          edits: 'b 2.0-1 is not listed',
        },
      ],
      ({ name, version }) => `${name} ${version}`,
      () => rpm('-qa', '--qf', '%{NAME} %{VERSION}-%{RELEASE}\n').trim().split('\n'),
    );
  });
});
