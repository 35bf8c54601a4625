import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readImage } from '../read-image.ts';
import { type FakeEngineOptions, fakeEngine } from '../testing/fake-engine.ts';
import { dockerArchive, fixtureImage, sha256 } from '../testing/image-builder.ts';
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

describe('what can go wrong', () => {
  const cases: readonly (readonly [string, string, Partial<FakeEngineOptions>, string, string])[] = [
    ['no such image', 'docker:other', {}, 'NOT_FOUND', 'has no image other'],
    ['no such image, bare', 'other', {}, 'NOT_FOUND', 'has no image other'],
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
    await expect(readSeen(reference, { engineHost })).rejects.toMatchObject({
      name: 'ImageError',
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
