import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fixtureImage,
  type OciOptions,
  ociArchive,
  ociLayoutFiles,
  sha256,
} from '../packages/engine/src/image/testing/image-builder.ts';
import {
  login,
  makeAuthority,
  noDockerRegistry,
  push,
  type RegistryKind,
  startProxy,
  startRegistry,
  startTokenServer,
  type TestAuthority,
  type TestRegistry,
  type TestServer,
} from './docker-registry.ts';
import { type Outcome, plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay, judgement, listPackages, type ScanResult } from './scans.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
const dbDir = join(scratch.path, 'db');
const image = smallImage();
const registries: Partial<Record<RegistryKind, TestRegistry>> = {};
const hostOf = (kind: RegistryKind) => registries[kind]!.host;
let tokens: TestServer | undefined;
let authority: TestAuthority;
const stopping: { stop(): Promise<void> }[] = [];

const asDocker: OciOptions['manifest'] = (manifest) => {
  const { config, layers } = manifest as { config: object; layers: object[] };
  return {
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { ...config, mediaType: 'application/vnd.docker.container.image.v1+json' },
    layers: layers.map((layer) => ({ ...layer, mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' })),
  };
};

/** What is pushed, by repository. */
const pushed: Readonly<Record<string, () => Map<string, Buffer>>> = {
  'small/gzip': () => ociLayoutFiles([image], { compression: 'gzip' }),
  'small/zstd': () => ociLayoutFiles([image], { compression: 'zstd' }),
  'small/plain': () => ociLayoutFiles([image], { compression: 'none' }),
  'small/docker': () => ociLayoutFiles([image], { manifest: asDocker }),
  'public/app': () => ociLayoutFiles([image]),
  'library/small': () => ociLayoutFiles([image]),
  multi: () => {
    const other = fixtureImage({ layers: [[{ path: 'a', content: 'x' }]], platform: 'linux/s390x' });
    return ociLayoutFiles([image, other], { nested: true });
  },
  chart: () =>
    ociLayoutFiles([image], {
      manifest: (manifest) => ({
        ...manifest,
        config: { ...(manifest.config as object), mediaType: 'application/vnd.cncf.helm.config.v1+json' },
      }),
    }),
};

beforeAll(async () => {
  if (noDockerRegistry) return;
  writeSmallMirror(join(scratch.path, 'mirror'));
  await buildDatabase(dbDir, join(scratch.path, 'mirror'), smallMirrorShards);
  authority = makeAuthority(scratch.path);
  tokens = await startTokenServer(authority);
  stopping.push(tokens);
  for (const kind of ['plain', 'basic', 'tls', 'token'] as const) {
    const registry = await startRegistry(kind, scratch.path, authority, `http://${tokens.host}/token`);
    registries[kind] = registry;
    stopping.push(registry);
  }
  for (const [repository, files] of Object.entries(pushed)) await push(hostOf('plain'), repository, files());
  writeFileSync(join(scratch.path, 'small.tar'), ociArchive([image]));
});
afterAll(async () => {
  for (const each of stopping) await each.stop();
  scratch.remove();
});

type Environment = Readonly<Record<string, string>>;

const scan = (reference: string, more: readonly string[] = [], env: Environment = {}): Promise<Outcome> =>
  plimsoll(
    ['scan', reference, '--db-dir', dbDir, '--no-update', '--no-cache', '--at', feedsDay, '--format', 'json', ...more],
    { env },
  );
const list = (reference: string, more: readonly string[] = [], env: Environment = {}) =>
  listPackages(reference, more, { env });

/** Says 3, one line, and nothing of the login. */
function expectRefused(outcome: Outcome, message: RegExp): void {
  expect(outcome).toMatchObject({ status: 3, stdout: '' });
  expect(outcome.stderr).toMatch(/^plimsoll: [^\n]*\n$/);
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr).not.toContain(login.password);
  expect(outcome.stderr).not.toContain(Buffer.from(`${login.username}:${login.password}`).toString('base64'));
}

/** A Docker configuration with a login for this host. */
function dockerConfig(host: string, password = login.password): Environment {
  const folder = join(scratch.path, `docker-${host.replace(':', '-')}-${password.length}`);
  mkdirSync(folder, { recursive: true });
  const auth = Buffer.from(`${login.username}:${password}`).toString('base64');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  return { DOCKER_CONFIG: folder };
}

// each test starts the program several times
const timeout = 180_000;

describe.skipIf(noDockerRegistry)(
  `images of a real registry${noDockerRegistry ? ` (skipped: ${noDockerRegistry})` : ''}`,
  { timeout },
  () => {
    let archive: ScanResult;
    let packages: unknown;
    beforeAll(async () => {
      if (noDockerRegistry) return;
      archive = JSON.parse((await scan(join(scratch.path, 'small.tar'))).stdout);
      ({ packages } = await list(join(scratch.path, 'small.tar')));
    });

    it.each(['small/gzip', 'small/zstd', 'small/plain', 'small/docker'])(
      '%s: the packages and findings of the archive',
      async (repository) => {
        const reference = `registry:${hostOf('plain')}/${repository}:1`;
        const result: ScanResult = JSON.parse((await scan(reference)).stdout);
        expect(judgement(result)).toEqual(judgement(archive));
        expect(result.findings.length).toBeGreaterThan(4);
        expect(result.image).toMatchObject({
          reference,
          id: archive.image.id,
          names: [`${hostOf('plain')}/${repository}:1`],
        });
        expect(result.image.layers.every(({ verified }) => verified)).toBe(true);
        const manifest = [...pushed[repository]!().values()].map(sha256);
        expect(manifest).toContain(result.image.digest);
      },
    );

    it('behind a password', async () => {
      const reference = `registry:${hostOf('basic')}/small/gzip:1`;
      expect((await list(reference, [], dockerConfig(hostOf('basic')))).packages).toEqual(packages);
      const variables = {
        PLIMSOLL_REGISTRY_HOST: hostOf('basic'),
        PLIMSOLL_REGISTRY_USERNAME: login.username,
        PLIMSOLL_REGISTRY_PASSWORD: login.password,
      };
      expect((await list(reference, [], variables)).packages).toEqual(packages);
      expectRefused(await scan(reference), /denies access \(401\)[^\n]*no credentials/);
      expectRefused(
        await scan(reference, [], dockerConfig(hostOf('basic'), 'wrong-pass')),
        /denies access \(401\)[^\n]*with the credentials of [^\n]*config\.json/,
      );
    });

    it('behind TLS of a private authority', async () => {
      const reference = `registry:${hostOf('tls')}/small/gzip:1`;
      const env = dockerConfig(hostOf('tls'));
      expect((await list(reference, ['--registry-ca', authority.ca], env)).packages).toEqual(packages);
      expect((await list(reference, [], { ...env, SSL_CERT_FILE: authority.ca })).packages).toEqual(packages);
      expect((await list(reference, ['--insecure-registry', hostOf('tls')], env)).packages).toEqual(packages);
      expectRefused(await scan(reference, [], env), /certificate[^\n]*--registry-ca/);
    });

    it('behind a token server', async () => {
      const host = hostOf('token');
      tokens!.asked.length = 0;
      expect((await list(`registry:${host}/public/app:1`)).packages).toEqual(packages);
      expect(tokens!.asked).toEqual(['nobody repository:public/app:pull']);
      expect((await list(`registry:${host}/small/zstd:1`, [], dockerConfig(host))).packages).toEqual(packages);
      expect(tokens!.asked.slice(1)).toEqual(['somebody repository:small/zstd:pull']);
      expectRefused(await scan(`registry:${host}/small/zstd:1`), /denies access \(401\)[^\n]*no credentials/);
      expectRefused(
        await scan(`registry:${host}/small/zstd:1`, [], dockerConfig(host, 'wrong-password-1')),
        /the token server [^\n]* denies access \(401\): wrong login/,
      );
    });

    it('through a proxy, by CONNECT for TLS', async () => {
      const [plain, tls] = [await startProxy(hostOf('plain')), await startProxy(hostOf('tls'))];
      stopping.push(plain, tls);
      const secure = await list('registry:registry.test/small/gzip:1', ['--registry-ca', authority.ca], {
        ...dockerConfig('registry.test'),
        HTTPS_PROXY: `http://${tls.host}`,
      });
      expect(secure.packages).toEqual(packages);
      expect(new Set(tls.asked)).toEqual(new Set(['CONNECT registry.test:443']));
      expectRefused(
        await scan('registry:registry.test/small/gzip:1', [], { HTTPS_PROXY: `http://${tls.host}`, NO_PROXY: '.test' }),
        /cannot reach the registry registry.test/,
      );
      const insecure = await list('registry:registry.test/small/gzip:1', ['--insecure-registry', 'registry.test'], {
        HTTP_PROXY: `http://${plain.host}`,
        HTTPS_PROXY: `http://${plain.host}`,
      });
      expect(insecure.packages).toEqual(packages);
      expect(plain.asked).toContain('GET registry.test');
    });

    it('from a mirror of Docker Hub, and from a registry whose mirror is gone', async () => {
      const mirrored = await list('registry:small:1', ['--registry-mirror', `http://${hostOf('plain')}`]);
      expect(mirrored.packages).toEqual(packages);
      expect(mirrored.image.names).toEqual(['small:1']);
      const gone = await list(`registry:${hostOf('plain')}/small/gzip:1`, [
        '--registry-mirror',
        `${hostOf('plain')}=http://127.0.0.1:1/x`,
      ]);
      expect(gone.packages).toEqual(packages);
    });

    it('of every platform of an index, whatever becomes of its tag', async () => {
      const ran = await plimsoll(
        ['sbom', `registry:${hostOf('plain')}/multi:1`, '--platform', 'all', '--no-cache', '--format', 'json'],
        {},
      );
      const { results } = JSON.parse(ran.stdout) as { results: { image: { platform: string; names: string[] } }[] };
      const names = [`${hostOf('plain')}/multi:1`];
      expect(results.map(({ image: { platform, names: found } }) => [platform, found])).toEqual([
        ['linux/amd64', names],
        ['linux/s390x', names],
      ]);
    });

    it('that are none', async () => {
      const host = hostOf('plain');
      expectRefused(await scan(`registry:${host}/chart:1`), /chart:1: a Helm chart \(/);
      expectRefused(await scan(`registry:${host}/none:1`), /the registry [^\n]* has no image [^\n]*none:1/);
      expectRefused(await scan(`registry:${host}/small/gzip:2`), /has no image/);
      expectRefused(await scan(`registry:${host}/small/gzip:1`, ['--offline']), /is not asked for [^\n]*: offline/);
      expectRefused(await scan('registry:127.0.0.1:1/app'), /127\.0\.0\.1:1[^\n]*the connection was refused/);
    });

    it('are told apart by flags that are right', async () => {
      const wrong = async (...flags: string[]) => {
        const { status, stdout, stderr } = await scan('registry:127.0.0.1:1/app', flags);
        expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
        return stderr;
      };
      expect(await wrong('--registry-ca', join(scratch.path, 'none'))).toMatch(/cannot be read: no such file/);
      expect(await wrong('--registry-ca', authority.key)).toMatch(/has no certificate/);
      expect(await wrong('--registry-mirror', 'http://mirror.example')).toMatch(/without TLS/);
      const secret = await wrong('--registry-mirror', 'https://user:secret@mirror.example');
      expect(secret).toMatch(/has a login in it/);
      expect(secret).not.toContain('secret');
      expect(await wrong('--insecure-registry', 'http://r.example')).toMatch(/say a host/);
    });
  },
);
