import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { makeDebianRoot, noDebianRoot } from './debian-root.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
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

  it('judges an image byte for byte as the installed program does', async () => {
    const args = ['scan', '/tmp/app.tar', '--db-dir', '/tmp/db', '--offline', '--at', feedsDay, '--format', 'json'];
    const ours = inDebian('plimsoll', ...args);
    expect(ours.status).toBe(1);
    const place = (arg: string) => (arg.startsWith('/tmp/') ? join(debian, arg) : arg);
    const theirs = await plimsoll([...args.map(place), '--no-cache']);
    expect(JSON.parse(ours.stdout).findings.length).toBeGreaterThan(3);
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
