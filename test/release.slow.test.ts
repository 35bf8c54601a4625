import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dockerArchive, fixtureImage } from '../packages/engine/src/image/testing/image-builder.ts';
import { makeDebianRoot, noDebianRoot } from './debian-root.ts';
import { login, makeAuthority, noDockerRegistry, startRegistry, type TestRegistry } from './docker-registry.ts';
import { scratchFolder } from './program.ts';
import { writeRangesOfNode, writeSmallMirror } from './small-mirror.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const parts = [
  '/usr/bin/buildah',
  '/usr/bin/skopeo',
  '/usr/bin/strip',
  '/usr/bin/rsync',
  '/usr/bin/git',
  '/usr/bin/npm',
];
const why =
  noDockerRegistry ??
  noDebianRoot ??
  (process.platform === 'linux' && process.arch === 'x64' && parts.every((path) => existsSync(path))
    ? undefined
    : 'needs Linux on x64, npm, buildah, skopeo, binutils, rsync and git (scripts/install-test-parts.sh installs them)');

const scratch = scratchFolder();
const at = (name: string) => join(scratch.path, name);
const checkout = at('a checkout');
let registry: TestRegistry;
/** the registry's authority, for whatever talks to it */
let trust: Readonly<Record<string, string>> = {};

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
const { jobs } = parse(readFileSync(join(root, '.github/workflows/release.yml'), 'utf8')) as {
  jobs: Readonly<Record<'executable' | 'release', { readonly steps: readonly Step[] }>>;
};
const outputs = at('outputs');
const ghSaid = at('gh');
const keys = generateKeyPairSync('ed25519');

/** What the runner puts in the place of `${{ … }}`. */
const expressions: Readonly<Record<string, string>> = {
  'github.actor': login.username,
  'github.token': login.password,
  'secrets.RELEASE_KEY': keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
};
const filled = (text: string) =>
  text.replaceAll(/\$\{\{ (.+?) \}\}/g, (all, name) => expressions[name] ?? all).replaceAll('ghcr.io', registry.host);

beforeAll(async () => {
  if (why) return;
  const authority = makeAuthority(scratch.path);
  trust = { SSL_CERT_FILE: authority.ca };
  registry = await startRegistry('tls', scratch.path, authority);
  for (const folder of [checkout, at('bin'), at('temp'), at('home')]) mkdirSync(folder);
  // what git would check out, changes that are not committed yet included
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  execFileSync('rsync', ['-a', '--from0', '--files-from=-', root, checkout], { input: files });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  symlinkSync(process.execPath, at('bin/node'));
  writeFileSync(at('bin/gh'), `#!/bin/sh\nprintf '%s\\n' "$@" >'${ghSaid}'\n`, { mode: 0o755 });
  const mirror = at('mirror');
  writeSmallMirror(mirror);
  writeRangesOfNode(mirror);
  // the base that the Containerfile names, where the runner would find it
  makeDebianRoot(at('debian'), ['base-files', 'libc6', 'libgcc-s1', 'gcc-12-base', 'libstdc++6', 'dash']);
  const layer = execFileSync('tar', ['-c', '-C', at('debian'), '.'], { maxBuffer: 1 << 30 });
  const base = `docker-archive:${at('base.tar')}`;
  writeFileSync(at('base.tar'), dockerArchive(fixtureImage({ names: ['debian:bookworm-slim'], layers: [layer] })));
  const to = ['--dest-creds', `${login.username}:${login.password}`];
  execFileSync('skopeo', ['copy', '-q', ...to, base, `docker://${registry.host}/debian:bookworm-slim`], {
    env: { ...process.env, ...trust },
  });
  const storage = { driver: 'vfs', graphroot: at('storage'), runroot: at('running') };
  const lines = Object.entries(storage).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
  writeFileSync(at('storage.conf'), `[storage]\n${lines.join('')}`);
  writeFileSync(
    at('registries.conf'),
    `unqualified-search-registries = ["docker.io"]\n[[registry]]\nprefix = "docker.io/library/debian"\nlocation = "${registry.host}/debian"\n`,
  );
  const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  writeFileSync(at('auth.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
});
afterAll(async () => {
  await registry?.stop();
  scratch.remove();
});

/** Runs a step as the runner does: its own shell, variables and files for outputs. */
function run({ run: script, env = {} }: Step, tag = 'v0.1.0') {
  const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)]));
  return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', filled(script!)], {
    cwd: checkout,
    encoding: 'utf8',
    env: {
      ...{ PATH: [at('bin'), process.env.PATH].join(delimiter), HOME: at('home'), CI: 'true' },
      ...{ GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: 'Tools/Plimsoll', GITHUB_OUTPUT: outputs, RUNNER_TEMP: at('temp') },
      ...{
        BUILDAH_ISOLATION: 'chroot',
        CONTAINERS_STORAGE_CONF: at('storage.conf'),
        REGISTRY_AUTH_FILE: at('auth.json'),
      },
      ...{ CONTAINERS_REGISTRIES_CONF: at('registries.conf'), PLIMSOLL_MIRROR: at('mirror') },
      ...trust,
      ...own,
    },
  });
}

describe.skipIf(why)(`the steps of the release workflow${why ? ` (skipped: ${why})` : ''}`, () => {
  const scripts = [...jobs.executable.steps, ...jobs.release.steps].filter(({ run }) => run && run !== 'npm ci');
  const steps = (word: string) => scripts.filter(({ run }) => run!.includes(word));
  const succeed = (word: string) => {
    for (const step of steps(word)) {
      const { status, stderr, stdout } = run(step);
      expect([step.run, status, status === 0 ? '' : stdout + stderr]).toEqual([step.run, 0, '']);
    }
    expect(steps(word)).toHaveLength(1);
  };
  const release = join(checkout, 'release');

  it('are these, in this order; only what they name is left out', () => {
    expect(scripts.map(({ run }) => run!.trim().split('\n').at(-1)!.trim().split(' ').slice(0, 3).join(' '))).toEqual([
      'node_modules/.bin/node scripts/executable.mjs release',
      'release/plimsoll-linux-* --version',
      'test "$GITHUB_REF_NAME" =',
      'npm pack --workspace',
      'mv "$RUNNER_TEMP"/plimsoll-linux-*.cdx.json release',
      'echo "digest=$(cat digest)"',
      'PLIMSOLL_RELEASE_KEY="$RUNNER_TEMP/key.pem" node scripts/sign-release.mjs',
      'gh release create',
    ]);
  });

  it('make the executable file and the npm package, of a tag that is their version', () => {
    succeed('scripts/executable.mjs');
    succeed('plimsoll-linux-* --version');
    succeed('GITHUB_REF_NAME" =');
    expect(run(steps('GITHUB_REF_NAME" =')[0]!, 'v9.9.9').status).toBe(1);
    succeed('npm pack');
    expect(readdirSync(release).sort()).toEqual(['plimsoll-0.1.0.tgz', 'plimsoll-linux-x64']);
  });

  it('make SBOMs of both, with what was bundled and the Node in it', () => {
    succeed('plimsoll sbom');
    const names = (file: string) =>
      (JSON.parse(readFileSync(join(release, file), 'utf8')) as { components: { name: string }[] }).components.map(
        ({ name }) => name,
      );
    expect(names('plimsoll.cdx.json')).toEqual(expect.arrayContaining(['commander', 'yaml']));
    expect(names('plimsoll-linux-x64.cdx.json')).toEqual(expect.arrayContaining(['commander', 'yaml', 'node']));
  });

  it('make the image, judge it, and push it', () => {
    succeed('buildah build');
    const said = Object.fromEntries(
      readFileSync(outputs, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    );
    expect(said).toEqual({
      name: `${registry.host}/tools/plimsoll`,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    const creds = ['--creds', `${login.username}:${login.password}`, '--format', '{{.Digest}}'];
    const image = `docker://${registry.host}/tools/plimsoll:v0.1.0`;
    const options = { encoding: 'utf8', env: { ...process.env, ...trust } } as const;
    expect(execFileSync('skopeo', ['inspect', ...creds, image], options).trim()).toBe(said.digest);
    expect(statSync(join(release, 'plimsoll-image.cdx.json')).size).toBeGreaterThan(1000);
  });

  it('sign all of it, and release nothing without a key', () => {
    const [sign] = steps('sign-release');
    expect(run({ ...sign!, env: { RELEASE_KEY: '' } }).status).not.toBe(0);
    succeed('sign-release');
    writeFileSync(at('key.pub'), keys.publicKey.export({ type: 'spki', format: 'pem' }));
    const check = [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      at('key.pub'),
      '-rawin',
      '-in',
      'SHA256SUMS',
      '-sigfile',
      'SHA256SUMS.sig',
    ];
    expect(spawnSync('openssl', check, { cwd: release }).status).toBe(0);
    expect(spawnSync('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: release }).status).toBe(0);
    succeed('gh release create');
    // biome-ignore format: a file a word
    const files = ['SHA256SUMS', 'SHA256SUMS.sig', 'plimsoll-0.1.0.tgz', 'plimsoll-image.cdx.json', 'plimsoll-linux-x64', 'plimsoll-linux-x64.cdx.json', 'plimsoll.cdx.json'];
    const given = readFileSync(ghSaid, 'utf8').trim().split('\n').slice(-files.length);
    expect(given.toSorted()).toEqual(files.map((name) => `release/${name}`));
    expect(readdirSync(release).sort()).toEqual(files);
  });
});
