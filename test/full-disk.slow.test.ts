import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dpkgStatus, osRelease, vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';

const why =
  process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'needs root on Linux to mount a small disk';

const scratch = scratchFolder();
afterAll(scratch.remove);
const disks: string[] = [];
/** bytes that are left on the disk; one block of 4096 is the least */
function disk(free: number): string {
  const place = mkdtempSync(join(scratch.path, 'disk '));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${free}`, 'plimsoll-test', place]);
  disks.push(place);
  return place;
}
const grow = (place: string) => execFileSync('mount', ['-o', 'remount,size=64m', place]);
afterEach(() => {
  for (const place of disks.splice(0)) {
    spawnSync('umount', ['-l', place]);
    rmdirSync(place);
  }
});
/** Node's own cache of compiled code aside. */
const filesBelow = (place: string) =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .filter(({ parentPath }) => !parentPath.includes('/plimsoll/compile/'))
    .map(({ name }) => name);

let database = '';
let images: readonly string[] = [];
beforeAll(async () => {
  if (why) return;
  database = await buildDatabase(scratch.path);
  const many = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`package-${n * 7919}`, `${n}.${n % 7}-1`]));
  images = [
    writeImage(scratch.path, 'vulnerable', vulnerableLayers),
    writeImage(scratch.path, 'many', [[osRelease, dpkgStatus({ ...many, openssl: '3.0.11-1~deb12u2' })]]),
  ];
});

const scan = (image: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  plimsoll(['scan', image, '--db-dir', database, '--no-update', '--at', confirmedOn, ...args], { env });

describe.skipIf(why)(`a full disk${why ? ` (skipped: ${why})` : ''}`, () => {
  it('of the cache: the same result, and nothing that a later run would take for whole', async () => {
    const image = images[1]!;
    const wanted = await scan(image, ['--no-cache', '--format', 'json']);
    for (const count of [1, 4, 16, 40]) {
      const place = disk(count * 4096);
      expect(await scan(image, ['--cache-dir', place, '--format', 'json'])).toEqual(wanted);
      expect(filesBelow(place).filter((name) => !name.endsWith('.layer'))).toEqual([]);
      grow(place);
      for (const _ of ['mended', 'warm'])
        expect(await scan(image, ['--cache-dir', place, '--format', 'json'])).toEqual(wanted);
    }
  });

  it('of the home and of temporary files: nothing is missed', async () => {
    const place = disk(4096);
    writeFileSync(join(place, 'full'), Buffer.alloc(4096));
    const wanted = await scan(images[0]!, ['--no-cache', '--format', 'json']);
    const env = { HOME: place, TMPDIR: place, XDG_CACHE_HOME: place };
    expect(await scan(images[0]!, ['--format', 'json'], env)).toEqual(wanted);
    expect(filesBelow(place)).toEqual(['full']);
  });

  it('of the reports: 3 and one line each, no half report, and an earlier one stays whole', async () => {
    for (const count of [1, 2, 4]) {
      const place = disk(count * 4096);
      const [html, json] = [join(place, 'report.html'), join(place, 'result.json')];
      writeFileSync(json, 'of an earlier run');
      const args = ['--no-cache', '--format', 'table', '--format', `html=${html}`, '--format', `json=${json}`];
      const ran = await scan(images[1]!, args);
      expect(ran).toMatchObject({ status: 3, stdout: expect.stringContaining('FAIL') });
      expect(ran.stderr).toMatch(/^(plimsoll: the report [^\n]* cannot be written: no space left\n){1,2}$/);
      for (const name of filesBelow(place)) {
        const text = readFileSync(join(place, name), 'utf8');
        if (name === 'result.json')
          expect(text === 'of an earlier run' || JSON.parse(text).verdict.exitCode).toBeTruthy();
        else expect([name, text.trimEnd().endsWith('</html>')]).toEqual(['report.html', true]);
      }
      grow(place);
      expect(await scan(images[1]!, args)).toMatchObject({ status: 1, stderr: '' });
      expect(filesBelow(place).sort()).toEqual(['report.html', 'result.json']);
    }
  });

  it('of the advisories: 3 to build, 5 to scan, a line that says why; with space all is well', async () => {
    const mirror = join(scratch.path, 'mirror');
    for (const count of [1, 8, 24]) {
      const place = disk(count * 4096);
      const dbDir = join(place, 'db');
      const source = ['--db-dir', dbDir, '--mirror', mirror];
      const built = await plimsoll(['db', 'build', ...source, '--as-of', confirmedOn, '--only', 'debian-12']);
      if (built.status === 0) continue;
      expect(built).toMatchObject({ status: 3, stderr: expect.stringMatching(/no space|ENOSPC|full/i) });
      expect(built.stderr).not.toMatch(/internal error/);
      const args = ['scan', images[0]!, ...source, '--at', confirmedOn, '--no-cache', '--format', 'json'];
      const ran = await plimsoll(args);
      expect([count, ran.status]).toEqual([count, 5]);
      expect(ran.stderr).toMatch(/no space|ENOSPC|full/i);
      expect(ran.stderr).not.toMatch(/internal error/);
      grow(place);
      const mended = await plimsoll(args);
      expect(mended.status).toBe(1);
      expect(mended.stderr).not.toMatch(/no space|ENOSPC|cannot/i);
      expect(readdirSync(join(dbDir, 'tmp'))).toEqual([]);
    }
  });

  it('of the advisories that a catalog has: the same', async () => {
    for (const count of [1, 8, 24]) {
      const place = disk(count * 4096);
      const source = ['--db-dir', join(place, 'db'), '--catalog', database];
      const args = ['scan', images[0]!, ...source, '--at', confirmedOn, '--no-cache', '--format', 'json'];
      const ran = await plimsoll(args);
      if (ran.status === 1 && ran.stderr === '') continue;
      expect([count, ran.status]).toEqual([count, 5]);
      expect(ran.stderr).toMatch(/no space|ENOSPC|full/i);
      expect(ran.stderr).not.toMatch(/internal error/);
      grow(place);
      expect(await plimsoll(args)).toMatchObject({ status: 1, stderr: '' });
      expect(readdirSync(join(place, 'db', 'tmp'))).toEqual([]);
    }
  });
});

describe.skipIf(why)(`a folder of somebody else${why ? ` (skipped: ${why})` : ''}`, () => {
  /** Root without its powers: somebody to whom rights apply. */
  function asNobodySpecial(args: readonly string[]) {
    const bare = ['--bounding-set=-all', '--inh-caps=-all', process.execPath, 'packages/cli/bin/plimsoll.mjs'];
    const env = { PATH: process.env.PATH ?? '', HOME: scratch.path };
    return spawnSync('/usr/bin/setpriv', [...bare, ...args], { encoding: 'utf8', env });
  }
  const theirs = join(scratch.path, 'theirs');
  const args = (...more: string[]) => [
    'scan',
    images[0]!,
    '--db-dir',
    database,
    '--no-update',
    '--at',
    confirmedOn,
    ...more,
  ];
  beforeAll(() => {
    mkdirSync(theirs);
    execFileSync('chown', ['12345:12345', theirs]);
  });

  it('for reports: 3 and one line before anything is read', () => {
    const file = join(theirs, 'report.html');
    expect(asNobodySpecial(args('--no-cache', '--format', 'table', '--format', `html=${file}`))).toMatchObject({
      status: 3,
      stdout: '',
      stderr: `plimsoll: the report ${file} cannot be written: permission denied\n`,
    });
    expect(readdirSync(theirs)).toEqual([]);
  });

  it('for the cache: the result all the same', () => {
    const ran = asNobodySpecial(args('--cache-dir', join(theirs, 'layers')));
    expect(ran).toMatchObject({ status: 1, stderr: '', stdout: expect.stringContaining('FAIL') });
  });

  it('for advisories: 5, and who may not do what', () => {
    const own = ['--db-dir', join(theirs, 'db'), '--mirror', join(scratch.path, 'mirror'), '--at', confirmedOn];
    const ran = asNobodySpecial(['scan', images[0]!, ...own, '--no-cache']);
    expect(ran).toMatchObject({ status: 5, stderr: expect.stringMatching(/permission denied|EACCES/) });
    expect(ran.stderr).not.toMatch(/internal error/);
  });
});
