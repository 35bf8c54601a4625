import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readImage } from '../read-image.ts';
import { type FakeEngineOptions, fakeEngine } from '../testing/fake-engine.ts';
import { fakeRegistry } from '../testing/fake-registry.ts';
import { dockerArchive, fixtureImage, ociLayoutFiles, sha256, tarHeader } from '../testing/image-builder.ts';
import { readSeen, recordingAnalyser, temporaryDirectory, temporaryFile } from '../testing/reading.ts';

const directory = temporaryDirectory();
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) {
    await close();
  }
});

const image = fixtureImage({
  layers: [
    [
      { path: 'etc/os-release', content: 'ID=debian\n' },
      { path: 'big', content: Buffer.alloc(2_000_000, 'ab') },
    ],
    [{ path: 'etc/.wh.os-release' }, { path: 'b', content: 'x' }, { path: 'link', type: 'hardlink', linkTarget: 'b' }],
  ],
  names: ['registry.example.com:5000/team/app:1.0', 'app:latest'],
});

async function engine(options: Partial<FakeEngineOptions> = {}) {
  const started = await fakeEngine(directory, { image, ...options });
  closing.push(started.close);
  return started;
}

describe('an image of the engine', () => {
  it('is the same as its archive, and verified', async () => {
    const { unix, tcp } = await engine();
    const archive = await readSeen(temporaryFile(directory, dockerArchive(image)));
    for (const engineHost of [unix, tcp, unix.slice('unix://'.length)]) {
      const read = await readSeen('docker:app:latest', { engineHost });
      expect(read.layers).toEqual(archive.layers.map((layer) => ({ ...layer, verified: true })));
      expect(read).toMatchObject({ kind: 'docker', id: archive.id, config: archive.config, platform: 'linux/amd64' });
      expect(read.names).toEqual(['app:latest', 'registry.example.com:5000/team/app:1.0']);
    }
  });

  it('is asked over a local socket alone when no connection may be opened', async () => {
    const { unix, tcp } = await engine();
    await readSeen('docker:app:latest', { engineHost: unix, offline: true });
    await expect(readSeen('docker:app:latest', { engineHost: tcp, offline: true })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: `the engine at ${tcp} is not asked for app:latest: offline`,
    });
  });

  it('is found by every name and ID, also without the prefix', async () => {
    const { unix: engineHost } = await engine();
    const id = sha256(image.config);
    for (const name of [id, id.slice(7, 19), id.slice(7), 'registry.example.com:5000/team/app:1.0']) {
      expect((await readSeen(`docker:${name}`, { engineHost })).id).toBe(id);
      expect((await readSeen(name, { engineHost })).kind).toBe('docker');
    }
  });

  it('is kept by diff ID, and read again for single files', async () => {
    const { unix: engineHost, requests } = await engine();
    const analyser = recordingAnalyser(() => false);
    const read = await readImage('docker:app:latest', { analyser, engineHost });
    expect(analyser.keys).toEqual(image.layers.map((layer) => ({ id: sha256(layer), verified: true })));
    expect([...(await read.reread(1, new Set(['b', 'link'])))].map(([path, body]) => [path, String(body)])).toEqual([
      ['b', 'x'],
      ['link', 'x'],
    ]);
    await read.close();
    expect(requests[0]).toBe('/images/app:latest/json');
    // by ID: the tag may have moved in between
    expect(new Set(requests.slice(1))).toEqual(new Set([`/images/${sha256(image.config)}/get`]));
  });
});

/** The same folder 256 times. */
const folders = Buffer.concat(new Array<Buffer>(256).fill(tarHeader({ path: 'x/', type: 'directory' }, 0)));

describe('what can go wrong', () => {
  const cases: readonly (readonly [string, string, Partial<FakeEngineOptions>, string, string])[] = [
    ['no such image', 'docker:other', {}, 'NOT_FOUND', 'has no image other'],
    ['no such image, bare', 'other', {}, 'REGISTRY_UNREACHABLE', 'has no image other'],
    ['a name that is none', 'docker:../containers', {}, 'NOT_FOUND', 'not the name'],
    ['a name with a query', 'docker:a?b', {}, 'NOT_FOUND', 'not the name'],
    [
      'an error of the engine',
      'docker:app:latest',
      { onInspect: (response) => response.writeHead(500).end('{"message":"disk on fire"}') },
      'ENGINE_ERROR',
      'answered 500: disk on fire',
    ],
    ['no JSON', 'docker:app:latest', { onInspect: (response) => response.end('hello') }, 'CORRUPT', 'JSON'],
    [
      'an error while it exports',
      'docker:app:latest',
      { onExport: (response) => response.writeHead(500).end('{"message":"layer gone"}') },
      'ENGINE_ERROR',
      'layer gone',
    ],
    [
      'an export that is broken off',
      'docker:app:latest',
      {
        onExport: (response, archive) => {
          response.writeHead(200, { 'content-length': archive.length });
          response.write(archive.subarray(0, 100_000), () => response.destroy());
        },
      },
      'ENGINE_ERROR',
      'broke off',
    ],
    [
      'an export that ends early without a word',
      'docker:app:latest',
      { onExport: (response, archive) => response.end(archive.subarray(0, 100_000)) },
      'TRUNCATED',
      'truncated',
    ],
    [
      'an export with other bytes',
      'docker:app:latest',
      {
        onExport: (response, archive) => {
          const changed = Buffer.from(archive);
          changed[changed.indexOf('abababab')] = 0x7a;
          response.end(changed);
        },
      },
      'DIGEST_MISMATCH',
      'wrong digest',
    ],
  ];
  it.each(cases)('%s', async (_, reference, options, code, message) => {
    const { unix: engineHost } = await engine(options);
    await expect(readSeen(reference, { engineHost, offline: true })).rejects.toMatchObject({
      name: 'ImageError',
      code,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['garbage', (response: ServerResponse) => response.end(Buffer.alloc(100_000, 'garbage')), {}, 'CORRUPT'],
    ['nothing', (response: ServerResponse) => response.end(), {}, 'MISSING_BLOB'],
    ['a member without end', endless(tarHeader({ path: 'x' }, 2 ** 40)), { maxLayerBytes: 2 ** 20 }, 'TOO_LARGE'],
    [
      'a layer without end',
      endless(tarHeader({ path: 'x/layer.tar' }, 2 ** 40)),
      { maxLayerBytes: 2 ** 20 },
      'TOO_LARGE',
    ],
    ['headers without end', endless(folders, folders), {}, 'TOO_LARGE'],
  ])('an export of %s', async (_, onExport, limits, code) => {
    const { unix: engineHost } = await engine({ onExport });
    await expect(readSeen('docker:app:latest', { engineHost, limits })).rejects.toMatchObject({
      name: 'ImageError',
      code,
      message: expect.not.stringContaining('\n'),
    });
  });

  it('an export that goes on after its end: what follows is not waited for', async () => {
    const { unix: engineHost } = await engine({
      onExport: (response, archive) => endless(archive)(response),
    });
    expect((await readSeen('docker:app:latest', { engineHost })).id).toBe(sha256(image.config));
  });

  it.each([
    [
      'a description without end',
      endless(Buffer.from('{"Id":"'), Buffer.alloc(65536, 'a')),
      'ENGINE_ERROR',
      'more than',
    ],
    [
      'half a description',
      (to: ServerResponse) => to.writeHead(200, { 'content-length': 9 }).write('{', () => to.destroy()),
      'ENGINE_ERROR',
      'broke off',
    ],
    ['a description of nothing', (to: ServerResponse) => to.end('[]'), 'CORRUPT', 'not a JSON object'],
    ['no ID', (to: ServerResponse) => to.end('{}'), 'ENGINE_ERROR', 'names no image ID'],
  ])('%s', async (_, onInspect, code, message) => {
    const { unix: engineHost } = await engine({ onInspect });
    await expect(readSeen('docker:app:latest', { engineHost })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('another platform than the one that was asked for', async () => {
    const { unix: engineHost, requests } = await engine();
    await expect(readSeen('docker:app:latest', { engineHost, platform: 'linux/arm64' })).rejects.toMatchObject({
      code: 'PLATFORM_MISSING',
    });
    expect(requests).toHaveLength(1);
  });

  it('no engine', async () => {
    const noSocket = `unix://${join(directory, 'none.sock')}`;
    await expect(readSeen('docker:app', { engineHost: noSocket })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('is the engine running?'),
    });
    await expect(readSeen('app', { engineHost: noSocket })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('app: no such file, and cannot reach the engine'),
    });
    const notASocket = join(directory, 'plain');
    writeFileSync(notASocket, '');
    await expect(readSeen('docker:app', { engineHost: notASocket })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
    });
    await expect(readSeen('docker:app', { engineHost: 'ssh://host' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('an interruption while it streams', async () => {
    const controller = new AbortController();
    const { unix: engineHost } = await engine({
      onExport: (response, archive) => response.write(archive.subarray(0, 50_000), () => controller.abort()),
    });
    await expect(readSeen('docker:app:latest', { engineHost, signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
  });
});

const registry = await fakeRegistry({ files: ociLayoutFiles([image]) });

describe('a bare name', () => {
  const podman = async (options: Partial<FakeEngineOptions> = {}) => ({
    CONTAINER_HOST: (await engine(options)).unix,
  });

  it('is that of Docker where both have it', async () => {
    const [{ unix: engineHost }, environment] = [await engine(), await podman()];
    expect(await readSeen('app:latest', { engineHost, environment })).toMatchObject({
      kind: 'docker',
      foundIn: 'docker',
    });
    expect(await readSeen('podman:app:latest', { environment })).not.toHaveProperty('foundIn');
  });

  it('is that of Podman where Docker does not have it', async () => {
    const [{ unix: engineHost }, environment] = [await engine({ names: [] }), await podman()];
    for (const name of ['app:latest', sha256(image.config).slice(7, 19)]) {
      expect(await readSeen(name, { engineHost, environment })).toMatchObject({
        kind: 'podman',
        foundIn: 'podman',
        reference: name,
      });
    }
  });

  it('that nobody has: one line says who was asked', async () => {
    const [{ unix: engineHost }, { CONTAINER_HOST }] = [await engine({ names: [] }), await podman({ names: [] })];
    const failure: unknown = await readSeen('0123456789ab', { engineHost, environment: { CONTAINER_HOST } }).catch(
      (e) => e,
    );
    expect(failure).toMatchObject({ code: 'NOT_FOUND' });
    expect(String(failure)).toMatch(
      /^ImageError: 0123456789ab: no such file, and the engine at [^\n]* has no image 0123456789ab; Podman at [^\n]* has no image 0123456789ab; [^\n]*containerd at [^\n]*$/,
    );
  });

  it('is that of the registry where no engine has it, and never without a connection', async () => {
    const [{ unix: engineHost }, environment] = [await engine({ names: [] }), await podman({ names: [] })];
    const name = `${registry.host}/app:1`;
    expect((await readSeen(name, { engineHost, environment })).foundIn).toBe('registry');
    const asked = registry.asked.length;
    await expect(readSeen(name, { engineHost, environment, offline: true })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringMatching(
        /no such file, and the engine .* has no image .*; Podman .*; the registry .*: offline$/,
      ),
    });
    expect(registry.asked.length).toBe(asked);
  });

  it('is looked up nowhere else when an engine that is there fails: elsewhere it may be another image', async () => {
    const environment = await podman();
    const { unix: failing } = await engine({ onInspect: (to) => to.writeHead(500).end('{"message":"disk on fire"}') });
    await expect(readSeen('app:latest', { engineHost: failing, environment })).rejects.toMatchObject({
      code: 'ENGINE_ERROR',
    });
    const gone = `unix://${join(directory, 'gone.sock')}`;
    await expect(readSeen('app:latest', { engineHost: gone, environment })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining('no other place is asked'),
    });
  });
});

/** Sends this, and then the same again and again until nobody listens. */
function endless(first: Buffer, again: Buffer = Buffer.alloc(65_536)): (response: ServerResponse) => void {
  return (response) => {
    const more = () => {
      while (!response.destroyed && response.write(again));
      if (!response.destroyed) response.once('drain', more);
    };
    response.write(first, more);
  };
}
