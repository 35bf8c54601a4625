import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FixtureEntry } from '../packages/engine/src/image/testing/image-builder.ts';
import {
  alpineRelease,
  apkInstalled,
  cleanLayers,
  dpkgStatus,
  osRelease,
  vulnerableLayers,
  writeImage,
} from './images.ts';
import { buildDatabase, confirmedOn, mirrorWithout } from './mirror.ts';
import { type Outcome, plimsoll, scratchFolder } from './program.ts';

const folder = scratchFolder();
let database = '';
/** a policy that denies nothing and allows nothing */
const blind = join(folder.path, 'blind.yaml');

beforeAll(async () => {
  database = await buildDatabase(folder.path);
  const rule = '{ id: none, scope: vulnerability, when: "false", action: deny, message: never }';
  writeFileSync(blind, `name: blind\nrules:\n  - ${rule}\n`);
});
afterAll(folder.remove);

function scan(image: string, args: readonly string[] = [], dbDir = database): Promise<Outcome> {
  // biome-ignore format: one option a pair
  return plimsoll(['scan', image, '--db-dir', dbDir, '--no-update', '--no-cache', '--at', confirmedOn, '--format', 'json', ...args]);
}

/** By a policy that minds nothing, with everything that could open a gate: what was not seen is no matter of rules. */
async function expectClosed(
  image: string,
  status: 4 | 5,
  says: string,
  dbDir = database,
  args: readonly string[] = [],
) {
  const open = ['--policy', blind, '--no-gate', '--severity', 'Critical', '--stage', 'runtime'];
  const ran = await scan(image, [...args, ...open], dbDir);
  const { verdict, inputs, incomplete } = JSON.parse(ran.stdout);
  expect(ran.status).toBe(status);
  expect(verdict).toMatchObject({ result: 'fail', exitCode: status });
  expect(JSON.stringify([verdict.reasons, incomplete, inputs.missing, inputs.stale])).toContain(says);
}

type Layers = readonly (readonly FixtureEntry[])[];
const debian = (...entries: readonly FixtureEntry[]): Layers => [...cleanLayers, entries];
const status = dpkgStatus({ bash: '5.2.15-2', tar: '1.34' });
const apk = apkInstalled({ busybox: '1.36.1-r20', musl: '1.2.4-r2' });
const text = (entry: FixtureEntry): string => String(entry.content);

describe.concurrent('what could not be seen inside an image ends with 4', () => {
  const cases: readonly (readonly [string, Layers, string])[] = [
    ['rpm, Berkeley DB', debian({ path: 'var/lib/rpm/Packages', content: 'x' }), 'package-database-damaged'],
    ['rpm, NDB', debian({ path: 'usr/lib/sysimage/rpm/Packages.db', content: 'x' }), 'package-database-damaged'],
    ['rpm, SQLite', debian({ path: 'usr/share/rpm/rpmdb.sqlite', content: 'x' }), 'package-database-damaged'],
    [
      'rpm in an image without a distro',
      [[{ path: 'var/lib/rpm/Packages', content: 'x' }]],
      'package-database-damaged',
    ],
    [
      'rpm of an image without rpm',
      debian({ path: 'var/lib/rpmmanifest/container-manifest-2', content: 'x' }),
      'package-database-damaged',
    ],
    ['pacman', debian({ path: 'var/lib/pacman/local/a-1/desc', content: '%NAME%\na\n' }), 'package-database-damaged'],
    ['opkg', debian({ path: 'usr/lib/opkg/status', content: 'Package: a\n' }), 'package-database-damaged'],
    ['portage', debian({ path: 'var/db/pkg/a/b-1/CONTENTS', content: 'x' }), 'package-database-damaged'],
    ['chisel', debian({ path: 'var/lib/chisel/manifest.wall', content: 'x' }), 'package-database-damaged'],
    ['xbps', debian({ path: 'var/db/xbps/pkgdb-0.38.plist', content: 'x' }), 'package-database-unread'],
    ['guix', debian({ path: 'var/guix/db/db.sqlite', content: 'x' }), 'package-database-unread'],
    ['swupd', debian({ path: 'usr/share/clear/version', content: 'x' }), 'package-database-unread'],
    ['nix', debian({ path: 'nix/var/nix/db/db.sqlite', content: 'x' }), 'package-database-unread'],
    [
      'a dpkg database cut short',
      debian({ ...status, content: text(status).slice(0, -45) }),
      'package-database-damaged',
    ],
    [
      'a dpkg database of noise',
      debian({ ...status, content: '\u0000\u0001\u0002 noise' }),
      'package-database-damaged',
    ],
    [
      'a damaged apk database',
      [[alpineRelease, { ...apk, content: `${text(apk)}noise\n` }]],
      'package-database-damaged',
    ],
    ['an apk database cut short', [[alpineRelease, { ...apk, content: text(apk).slice(0, -20) }]], 'package-database'],
    [
      'a damaged dpkg database of distroless',
      [[osRelease, { path: 'var/lib/dpkg/status.d/a', content: 'noise' }]],
      'package-database-damaged',
    ],
    ['dpkg removed by a later layer', debian({ path: 'var/lib/dpkg/.wh.status' }), 'package-database-removed'],
    ['dpkg emptied by a later layer', debian({ path: 'var/lib/dpkg/status', content: '' }), 'package-database-removed'],
    ['its folder removed by a later layer', debian({ path: 'var/lib/.wh.dpkg' }), 'package-database-removed'],
    ['its folder made opaque', debian({ path: 'var/lib/dpkg/.wh..wh..opq' }), 'package-database-removed'],
    ['its folder replaced by a file', debian({ path: 'var/lib/dpkg', content: 'x' }), 'package-database'],
    ['apk removed by a later layer', [[alpineRelease, apk], [{ path: 'lib/apk/.wh.db' }]], 'package-database-removed'],
    [
      'rpm removed by a later layer',
      [[{ path: 'var/lib/rpm/Packages', content: 'x' }], [{ path: 'var/lib/.wh.rpm' }]],
      'package-database-removed',
    ],
    ['packages without a distro', [[status]], 'distro-unknown'],
    [
      'packages whose distro a later layer removes',
      [...cleanLayers, [{ path: 'etc/.wh.os-release' }]],
      'distro-unknown',
    ],
    [
      'packages and an os-release that says nothing',
      [[status, { path: 'etc/os-release', content: 'NAME=x\n' }]],
      'distro-unknown',
    ],
    [
      'a database behind a link that loops',
      [[osRelease, { path: 'var/lib/dpkg', type: 'symlink', linkTarget: 'dpkg' }]],
      'link-broken',
    ],
    [
      'a database behind a link that leads nowhere',
      [[osRelease, { path: 'var/lib/dpkg/status', type: 'symlink', linkTarget: '/gone' }]],
      'link-broken',
    ],
    [
      'a database behind a link that leaves',
      [[osRelease, { path: 'var/lib/dpkg', type: 'symlink', linkTarget: '../../../../etc' }]],
      'link-broken',
    ],
    ['a path that climbs out', debian({ path: '../../var/lib/dpkg/status', content: text(status) }), 'unsafe-path'],
    [
      'an entry of a kind that nobody knows',
      debian({ path: 'var/lib/dpkg/status', flag: 'Z', content: 'x' }),
      'entry-not-understood',
    ],
    [
      'a manifest of npm that is damaged',
      debian({ path: 'app/node_modules/a/package.json', content: '{"name": "a", ' }),
      'package-manifest-damaged',
    ],
    [
      'a manifest of Python that is damaged',
      debian({ path: 'usr/lib/python3/site-packages/a-1.dist-info/METADATA', content: 'noise' }),
      'package-manifest-damaged',
    ],
  ];
  test.each(cases)('%s', async (name, layers, code) => {
    await expectClosed(writeImage(folder.path, `unseen ${name}`, layers), 4, code);
  });

  test('a database over the limit of its size', async () => {
    const content = Buffer.alloc(65 * 1024 * 1024, `${text(status)}\n`);
    const image = writeImage(folder.path, 'huge', debian({ path: 'var/lib/dpkg/status', content }));
    const ran = await scan(image);
    rmSync(image);
    expect(ran.status).toBe(4);
    expect(JSON.parse(ran.stdout).incomplete).toContainEqual(
      expect.objectContaining({ code: 'file-too-large', path: '/var/lib/dpkg/status' }),
    );
  });

  test('a policy may allow what it names, and nothing else', async () => {
    const allowing = (code: string): string => {
      const path = join(folder.path, `allow-${code}.yaml`);
      writeFileSync(path, `${readFileSync(blind, 'utf8')}allow:\n  incomplete: [${code}]\n`);
      return path;
    };
    const image = writeImage(folder.path, 'allowed', debian({ path: 'nix/var/nix/db/db.sqlite', content: 'x' }));
    expect((await scan(image, ['--policy', allowing('package-database-unread')])).status).toBe(0);
    expect((await scan(image, ['--policy', allowing('package-database-damaged')])).status).toBe(4);
  });
});

describe.concurrent('advisories that could not be asked end with 5', () => {
  let clean = '';
  beforeAll(() => {
    clean = writeImage(folder.path, 'clean', cleanLayers);
  });

  /** A copy of the database that a test may damage. */
  function copyOf(name: string): string {
    const copy = join(folder.path, name);
    cpSync(database, copy, { recursive: true });
    return copy;
  }

  function shardFile(dbDir: string, shard: string): string {
    const { shards } = JSON.parse(readFileSync(join(dbDir, 'catalog.json'), 'utf8'));
    const { digest } = shards.find((entry: { name: string }) => entry.name === shard);
    return join(dbDir, 'shards', `${digest.slice('sha256:'.length)}.sqlite`);
  }

  test('none at all', () => expectClosed(clean, 5, 'debian-12', join(folder.path, 'none')));

  for (const [shard, words] of [
    ['debian-12', ['security-tracker', 'Debian']],
    ['kev', ['cisa']],
    ['eol', ['endoflife']],
  ] as const) {
    test(`all but ${shard}`, async () => {
      const files = mirrorWithout(...words);
      const dbDir = await buildDatabase(join(folder.path, `without-${shard}`), { files });
      const ran = await scan(clean, [], dbDir);
      expect(ran.status).toBe(5);
      expect(JSON.parse(ran.stdout)).toMatchObject({ inputs: { missing: [shard] }, verdict: { result: 'fail' } });
      if (shard === 'debian-12') await expectClosed(clean, 5, shard, dbDir);
      // who judges neither what is exploited nor what is past its end needs no word about them; the result says so
      else
        expect(JSON.parse((await scan(clean, ['--policy', blind], dbDir)).stdout)).toMatchObject({
          inputs: { missing: [shard] },
          verdict: { exitCode: 0 },
        });
    });
    test(`the file of ${shard} is gone or damaged`, async () => {
      const harms: readonly ((path: string) => void)[] = [
        (path) => rmSync(path),
        (path) => truncateSync(path, 5000),
        (path) => appendFileSync(path, 'x'),
        (path) => writeFileSync(path, Buffer.from(readFileSync(path)).fill('y', 9000, 9010)),
        (path) => writeFileSync(path, 'no database'),
      ];
      for (const [index, harm] of (shard === 'debian-12' ? harms : harms.slice(0, 2)).entries()) {
        const dbDir = copyOf(`harmed-${shard}-${index}`);
        harm(shardFile(dbDir, shard));
        const ran = await scan(clean, [], dbDir);
        expect(ran).toMatchObject({ status: 5, stderr: '' });
        expect(JSON.parse(ran.stdout).inputs.missing).toEqual([shard]);
      }
    });
  }

  test('a catalog that is damaged: 5, and what to do', async () => {
    const dbDir = copyOf('harmed-catalog');
    for (const catalog of ['', '{', '[]', '{"schemaVersion":1,"shards":[{}]}', '{"schemaVersion":9,"shards":[]}']) {
      writeFileSync(join(dbDir, 'catalog.json'), catalog);
      const ran = await scan(clean, [], dbDir);
      expect(ran).toMatchObject({ status: 5, stderr: expect.stringContaining('"plimsoll db build" makes it anew') });
      expect(ran.stderr.split('\n')).toHaveLength(2);
      expect(JSON.parse(ran.stdout).inputs.missing).toEqual(['debian-12', 'eol', 'kev']);
    }
  });

  test('db build is the way out of a catalog that is damaged or gone', async () => {
    const dbDir = copyOf('mended');
    const build = () =>
      plimsoll(['db', 'build', '--mirror', join(folder.path, 'mirror'), '--db-dir', dbDir, '--as-of', confirmedOn]);
    const whole = readFileSync(join(dbDir, 'catalog.json'), 'utf8');
    for (const harm of [
      (path: string) => writeFileSync(path, '{'),
      (path: string) => rmSync(path),
      (path: string) => writeFileSync(path, '{"schemaVersion":1,"shards":[{}]}'),
    ]) {
      harm(join(dbDir, 'catalog.json'));
      expect((await build()).status).toBe(0);
      expect(readFileSync(join(dbDir, 'catalog.json'), 'utf8')).toBe(whole);
      expect((await scan(clean, [], dbDir)).status).toBe(0);
    }
  });

  test.each([
    ['2026-08-01', [], 0],
    ['2026-08-06', [], 0],
    ['2026-08-07', [], 5],
    ['2026-09-30', [], 5],
    ['2026-07-01', [], 0],
    ['2026-08-02', ['--max-db-age', '0'], 5],
    ['2026-08-01', ['--max-db-age', '0'], 0],
    ['2026-08-07', ['--max-db-age', '6'], 0],
    ['2026-08-08', ['--max-db-age', '6'], 5],
  ] as const)('confirmed on 2026-08-01, judged on %s %j: %i', async (at, args, expected) => {
    const ran = await scan(clean, ['--at', at, ...args]);
    expect(ran.status).toBe(expected);
    expect(JSON.parse(ran.stdout).inputs.stale).toEqual(expected === 5 ? ['debian-12', 'eol', 'kev'] : []);
  });

  test('stale, whatever the policy says', () => expectClosed(clean, 5, 'kev', database, ['--at', '2026-08-07']));

  test.each([
    ['a distro that no feed speaks about', 'ID=kali\nVERSION_ID=2024.1\n', 'kali-2024.1'],
    [
      'a derivative: the advisories of its parent are not its own',
      'ID=linuxmint\nID_LIKE=debian\nVERSION_ID=21\n',
      'linuxmint-21',
    ],
    ['a release that no shard speaks about', 'ID=debian\nVERSION_ID=11\n', 'debian-11'],
    ['a distro of which the release is unknown', 'ID=debian\n', 'debian'],
  ])('%s', async (name, release, shard) => {
    const layer = [{ path: 'etc/os-release', content: release }, status];
    await expectClosed(writeImage(folder.path, `distro ${name}`, [layer]), 5, `"${shard}"`);
  });

  test('an ecosystem whose shard is missing', async () => {
    const left = { path: 'app/node_modules/left/package.json', content: '{"name":"left","version":"1.0.0"}' };
    const image = writeImage(folder.path, 'left', debian(left));
    expect((await scan(image)).status).toBe(1);
    const dbDir = await buildDatabase(join(folder.path, 'without-npm'), { files: mirrorWithout('/npm/') });
    await expectClosed(image, 5, '"npm"', dbDir);
  });

  test('what is missing does not hide what is there', async () => {
    const dbDir = copyOf('without-kev-file');
    rmSync(shardFile(dbDir, 'kev'));
    const ran = await scan(writeImage(folder.path, 'vulnerable', vulnerableLayers), [], dbDir);
    const { verdict, findings } = JSON.parse(ran.stdout);
    expect(ran.status).toBe(1);
    expect(findings.map(({ id }: { id: string }) => id)).toContain('CVE-2024-0001');
    expect(verdict.reasons.map(({ exitCode }: { exitCode: number }) => exitCode).sort()).toEqual([1, 5]);
  });

  test('an image with nothing in it needs no advisories', async () => {
    const image = writeImage(folder.path, 'scratch', [[{ path: 'app', content: 'x' }]]);
    expect((await scan(image, [], join(folder.path, 'none'))).status).toBe(0);
  });

  test('the shards stay readable: nothing of the above touched the database', () => {
    expect(readdirSync(join(database, 'shards')).length).toBeGreaterThan(3);
  });
});
