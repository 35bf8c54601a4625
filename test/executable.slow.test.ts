import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { appendFileSync, copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { makeDebianRoot, noDebianRoot } from './debian-root.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay, listPackages } from './scans.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = scratchFolder();
const release = join(scratch.path, 'release');
const debian = join(scratch.path, 'debian');
afterAll(scratch.remove);

const why =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'needs root on Linux'
    : ['/usr/bin/strip', '/usr/bin/openssl'].every((path) => existsSync(path))
      ? noDebianRoot
      : 'needs binutils and openssl (scripts/install-test-parts.sh installs them)';

const node = (script: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(root, 'scripts', script), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });

/** Runs a command in a minimal Debian: no Node, no npm, no openssl, none of this machine's variables. */
function inDebian(...args: string[]) {
  const env = { PATH: '/usr/bin:/bin', HOME: '/tmp' };
  return spawnSync('/usr/sbin/chroot', [debian, ...args], { env, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

describe.skipIf(why)(`the executable file${why ? ` (skipped: ${why})` : ''}`, () => {
  const name = `plimsoll-${process.platform}-${process.arch}`;

  beforeAll(async () => {
    node('executable.mjs', release);
    const mirror = join(scratch.path, 'mirror');
    writeSmallMirror(mirror);
    makeDebianRoot(debian, ['base-files', 'libc6', 'libgcc-s1', 'libstdc++6', 'dash', 'debianutils']);
    copyFileSync(join(release, name), join(debian, 'usr/bin/plimsoll'));
    writeFileSync(join(debian, 'tmp/app.tar'), dockerArchive(smallImage()));
    await buildDatabase(join(debian, 'tmp/db'), mirror, smallMirrorShards);
  });

  it('is at most 120 MB', () => {
    expect(statSync(join(release, name)).size).toBeLessThanOrEqual(120_000_000);
  });

  it('runs in a minimal Debian without Node', () => {
    expect(inDebian('sh', '-c', 'command -v plimsoll; command -v node; command -v npm').stdout).toBe(
      '/usr/bin/plimsoll\n',
    );
    expect(inDebian('plimsoll', '--version')).toMatchObject({ status: 0, stdout: 'plimsoll 0.1.0\n', stderr: '' });
    expect(inDebian('plimsoll', 'nonsense')).toMatchObject({ status: 2, stdout: '' });
  });

  // the page holds what is beyond ASCII
  it.each([
    ['json', /"findings": \[(?:.*?"fingerprint"){4}/s],
    ['html', /<kbd>→<\/kbd>/],
  ])('judges an image byte for byte as the installed program does, as %s', async (format, holds) => {
    const args = ['scan', '/tmp/app.tar', '--db-dir', '/tmp/db', '--offline', '--at', feedsDay, '--format', format];
    const ours = inDebian('plimsoll', ...args);
    expect(ours.status).toBe(1);
    const place = (arg: string) => (arg.startsWith('/tmp/') ? join(debian, arg) : arg);
    const theirs = await plimsoll([...args.map(place), '--no-cache']);
    expect(ours.stdout).toMatch(holds);
    expect(ours.stdout).toBe(theirs.stdout.replaceAll(join(debian, '/tmp'), '/tmp'));
  });

  it('uses the code that was compiled when it was made', () => {
    const env = { PATH: '/usr/bin:/bin', HOME: '/tmp', PLIMSOLL_DEBUG: '1' };
    const said = spawnSync(join(release, name), ['--help'], { env, encoding: 'utf8' });
    expect(said).toMatchObject({ status: 0, stderr: '' });
  });

  it('costs at `--version` what starting Node costs', () => {
    const cpu = (command: string, ...args: string[]) => {
      const timed = () => {
        const script = `TIMEFORMAT='%U %S'; time "$@" >/dev/null`;
        const [user, system] = spawnSync('bash', ['-c', script, 'bash', command, ...args], { encoding: 'utf8' })
          .stderr.trim()
          .split(' ');
        return Number(user) + Number(system);
      };
      return Math.min(...Array.from({ length: 5 }, timed));
    };
    expect(cpu(join(release, name), '--version')).toBeLessThan(2 * cpu(process.execPath, '-e', '0') + 0.05);
  });

  it('lists the Node in it', async () => {
    const { packages } = await listPackages(`rootfs:${release}`);
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toContain(`node ${process.versions.node}`);
  });

  it('comes with checksums and a signature that OpenSSL and sha256sum check, and that no change passes', () => {
    const [key, pub] = [join(scratch.path, 'release.pem'), join(scratch.path, 'release.pub')];
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(pub, publicKey.export({ type: 'spki', format: 'pem' }));
    execFileSync(process.execPath, [join(root, 'scripts/sign-release.mjs'), release], {
      env: { ...process.env, PLIMSOLL_RELEASE_KEY: key },
    });
    const signed = ['-rawin', '-in', 'SHA256SUMS', '-sigfile', 'SHA256SUMS.sig'];
    const check = () => [
      spawnSync('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', pub, ...signed], { cwd: release }).status,
      spawnSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: release }).status,
    ];
    expect(check()).toEqual([0, 0]);
    appendFileSync(join(release, name), 'more');
    expect(check()).toEqual([0, 1]);
    const { stdout } = spawnSync('sha256sum', [name], { cwd: release });
    writeFileSync(join(release, 'SHA256SUMS'), stdout);
    expect(check()).toEqual([1, 0]);
  });
});

const foreign = 'linux-arm64';
const noForeign =
  why ??
  (process.arch !== 'x64'
    ? 'needs an x64 machine'
    : existsSync('/usr/bin/aarch64-linux-gnu-strip')
      ? undefined
      : 'needs binutils-aarch64-linux-gnu (scripts/install-test-parts.sh installs it)');
const libraries = '/usr/aarch64-linux-gnu';
const noEmulator = [
  '/usr/bin/qemu-aarch64',
  `${libraries}/lib/ld-linux-aarch64.so.1`,
  `${libraries}/lib/libstdc++.so.6`,
].every((path) => existsSync(path))
  ? undefined
  : 'needs qemu-user and libstdc++6-arm64-cross (scripts/install-test-parts.sh installs them)';

describe.skipIf(noForeign)(`the executable file for arm64${noForeign ? ` (skipped: ${noForeign})` : ''}`, () => {
  const file = join(release, `plimsoll-${foreign}`);
  const version = process.versions.node;
  let isThere = false;

  beforeAll(() => {
    // the package that the lock file names, by its own digest
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const { integrity } = lock.packages[`node_modules/node-${foreign}`];
    const packed = spawnSync(
      'npm',
      ['pack', `node-${foreign}@${version}`, '--pack-destination', scratch.path, '--silent'],
      {
        encoding: 'utf8',
      },
    );
    if (packed.status !== 0) return;
    const archive = join(scratch.path, packed.stdout.trim());
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
    expect(`sha512-${digest}`).toBe(integrity);
    execFileSync('tar', ['-xzf', archive, '-C', scratch.path, 'package/bin/node']);
    node('executable.mjs', release, join(scratch.path, 'package/bin/node'));
    isThere = true;
  });

  it('is made here, of the Node of the npm package, and is at most 120 MB', ({ skip }) => {
    if (!isThere) skip('needs the npm registry');
    const header = readFileSync(file).subarray(0, 20);
    // ELF, 64 bits, little-endian; AArch64
    expect([header.toString('latin1', 0, 6), header.readUInt16LE(18)]).toEqual(['\x7fELF\x02\x01', 0xb7]);
    expect(statSync(file).size).toBeLessThanOrEqual(120_000_000);
  });

  it.skipIf(noEmulator)(`runs${noEmulator ? ` (skipped: ${noEmulator})` : ''}`, ({ skip }) => {
    if (!isThere) skip('needs the npm registry');
    const run = (...args: string[]) =>
      spawnSync('/usr/bin/qemu-aarch64', ['-L', libraries, file, ...args], { encoding: 'utf8' });
    expect(run('--version')).toMatchObject({ status: 0, stdout: 'plimsoll 0.1.0\n' });
    const image = join(scratch.path, 'app.tar');
    writeFileSync(image, dockerArchive(smallImage()));
    const { status, stdout } = run('sbom', image, '--no-cache', '--format', 'json');
    expect([status, JSON.parse(stdout).packages.length > 3]).toEqual([0, true]);
  });

  it('is not made of another version, nor of what is no Node', () => {
    const odd = join(scratch.path, 'odd');
    for (const bytes of [
      Buffer.from('#!/bin/sh\n'),
      Buffer.from('\x7fELF\x02\x01\x01'.padEnd(18, '\0').concat('\xb7\0node.js/v1.2.3\0'), 'latin1'),
    ]) {
      writeFileSync(odd, bytes);
      const made = spawnSync(process.execPath, [join(root, 'scripts/executable.mjs'), release, odd], {
        encoding: 'utf8',
      });
      expect(made.status).toBe(1);
      expect(made.stderr).toMatch(/is no executable of Linux|is not of the version/);
    }
  });
});
