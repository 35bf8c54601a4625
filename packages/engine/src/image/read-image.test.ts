import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { needsShared, shared } from '../../../../test/shared.ts';
import { readImage } from './read-image.ts';
import {
  type DockerArchiveShape,
  dockerArchive,
  fixtureImage,
  ociArchive,
  sha256,
  tarArchive,
  writeOciLayout,
} from './testing/image-builder.ts';
import { readSeen, recordingAnalyser, type Seen, temporaryDirectory, temporaryFile } from './testing/reading.ts';
import type { ReadImage } from './types.ts';

const directory = temporaryDirectory();
const file = (content: Uint8Array | string, name?: string) => temporaryFile(directory, content, name);

const image = fixtureImage({
  layers: [
    [
      { path: './', type: 'directory' },
      { path: './etc/', type: 'directory' },
      { path: './etc/os-release', content: 'ID=debian\n', mode: 0o644 },
      { path: './etc/motd', content: 'hello' },
      { path: './bin/su', content: 'x'.repeat(300_000), mode: 0o4755, uid: 0, gid: 5 },
      { path: './lib', type: 'symlink', linkTarget: '/usr/lib' },
    ],
    [{ path: 'etc/.wh.motd' }, { path: 'var/.wh..wh..opq' }, { path: '.wh..wh.plnk', type: 'directory' }],
    [{ path: `very/${'long/'.repeat(40)}name`, content: 'deep' }],
  ],
  config: { User: 'app', ExposedPorts: { '80/tcp': {}, '22/tcp': {} }, Labels: { b: '2', a: '1' } },
  names: ['shop:2', 'shop:1'],
});

/** What must be the same whatever the image came in. */
function essence(read: ReadImage<Seen>) {
  return {
    id: read.id,
    platform: read.platform,
    config: read.config,
    layers: read.layers.map(({ analysis, diffId, instruction }) => ({ analysis, diffId, instruction })),
  };
}

const reference = essence(await readSeen(file(dockerArchive(image))));

describe('the same image in every form', () => {
  const shapes: readonly DockerArchiveShape[] = ['docker-save', 'docker-25', 'skopeo', 'kaniko'];
  for (const shape of shapes) {
    for (const [packed, pack] of [
      ['plain', (bytes: Buffer) => bytes],
      ['gzip', (bytes: Buffer) => gzipSync(bytes)],
      ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
    ] as const) {
      it(`docker-archive as ${shape}, ${packed}`, async () => {
        const path = file(pack(dockerArchive(image, { shape })));
        const read = await readSeen(`docker-archive:${path}`);
        expect(essence(read)).toEqual(reference);
        expect(read.kind).toBe('docker-archive');
        expect(read.names).toEqual(['shop:1', 'shop:2']);
        const verified = shape === 'kaniko' || packed !== 'plain';
        expect(read.layers.map((layer) => layer.verified)).toEqual([verified, verified, verified]);
        expect(read.layers.map((layer) => layer.digest)).toEqual([null, null, null]);
        expect((await readSeen(`file://${path}`)).kind).toBe('docker-archive');
      });
    }
  }

  for (const compression of ['none', 'gzip', 'zstd'] as const) {
    it(`OCI with ${compression} layers`, async () => {
      const path = file(ociArchive([image], { compression }));
      const layout = join(directory, `layout-${compression}`);
      await writeOciLayout(layout, [image], { compression });
      const packed = file(gzipSync(ociArchive([image], { compression, nested: true, attestation: true })));
      for (const ref of [`oci-archive:${path}`, path, `oci-layout:${layout}`, layout, packed]) {
        const read = await readSeen(ref);
        expect(essence(read)).toEqual(reference);
        expect(read.digest).toMatch(/^sha256:/);
        const verified = compression !== 'none' || ref === packed;
        expect(read.layers.map((layer) => layer.verified)).toEqual([verified, verified, verified]);
        expect(read.layers.every((layer) => layer.digest !== null)).toBe(true);
      }
    });
  }
});

it('takes an archive of Docker 25 as the OCI layout that it also is, when asked for', async () => {
  const read = await readSeen(`oci-archive:${file(dockerArchive(image, { shape: 'docker-25' }))}`);
  expect(essence(read)).toEqual(reference);
  expect(read).toMatchObject({ kind: 'oci-archive', digest: expect.stringMatching(/^sha256:/) });
});

describe('what is read', () => {
  it('lists entries cleanly, with modes, owners and links', () => {
    const [base] = reference.layers;
    expect(
      base?.analysis.listing.entries.map(({ path, type, mode, gid, size, linkTarget }) => [
        path,
        type,
        mode,
        gid,
        size,
        linkTarget,
      ]),
    ).toEqual([
      ['', 'directory', 0o755, 0, 0, null],
      ['etc', 'directory', 0o755, 0, 0, null],
      ['etc/os-release', 'file', 0o644, 0, 10, null],
      ['etc/motd', 'file', 0o644, 0, 5, null],
      ['bin/su', 'file', 0o4755, 5, 300_000, null],
      ['lib', 'symlink', 0o777, 0, 0, '/usr/lib'],
    ]);
    expect(base?.analysis.files.map(([path, text]) => [path, text.length])).toEqual([
      ['etc/os-release', 10],
      ['etc/motd', 5],
      ['bin/su', 300_000],
    ]);
  });

  it('takes whiteouts and opaque marks out of the entries, and ignores what AUFS left', () => {
    const { listing } = reference.layers[1]!.analysis;
    expect(listing).toMatchObject({
      entries: [],
      whiteouts: [{ path: 'etc/motd', at: 0 }],
      opaque: [{ path: 'var', at: 0 }],
      problems: [],
    });
  });

  it('keeps in which order they and entries stand', async () => {
    const paths = ['.wh.a', 'b', '.wh.c', 'd/.wh..wh..opq', 'e'];
    const image = fixtureImage({ layers: [paths.map((path) => ({ path }))] });
    const { layers } = await readSeen(file(dockerArchive(image)));
    expect(layers[0]?.analysis.listing).toMatchObject({
      whiteouts: [
        { path: 'a', at: 0 },
        { path: 'c', at: 1 },
      ],
      opaque: [{ path: 'd', at: 1 }],
    });
  });

  it('reads config and history', () => {
    expect(reference.platform).toBe('linux/amd64');
    expect(reference.config).toMatchObject({
      user: 'app',
      exposedPorts: ['22/tcp', '80/tcp'],
      labels: { a: '1', b: '2' },
    });
    expect(reference.layers.map((layer) => layer.instruction)).toEqual(['RUN step 0', 'RUN step 1', 'RUN step 2']);
  });

  it('says nothing about instructions when the history does not fit the layers', async () => {
    const odd = fixtureImage({ layers: [[]], top: { history: [{ created_by: 'a' }, { created_by: 'b' }] } });
    expect((await readSeen(file(dockerArchive(odd)))).layers[0]?.instruction).toBeNull();
  });

  it('counts history entries of layers only', async () => {
    const history = [{ created_by: 'ENV A=1', empty_layer: true }, { created_by: 'COPY . /' }];
    const odd = fixtureImage({ layers: [[]], top: { history } });
    expect((await readSeen(file(dockerArchive(odd)))).layers[0]?.instruction).toBe('COPY . /');
  });

  it('opens only the bodies that are wanted', async () => {
    const analyser = recordingAnalyser((path) => path === 'etc/motd');
    const read = await readImage(file(dockerArchive(image)), { analyser });
    expect(read.layers[0]?.analysis.files).toEqual([['etc/motd', 'hello']]);
    await read.close();
  });

  for (const pack of [(bytes: Buffer) => bytes, (bytes: Buffer) => gzipSync(bytes)]) {
    it('rereads single files later', async () => {
      for (const archive of [dockerArchive(image), ociArchive([image])]) {
        const read = await readImage(file(pack(archive)), { analyser: recordingAnalyser(() => false) });
        expect([...(await read.reread(0, new Set(['etc/motd', 'nothing'])))]).toEqual([
          ['etc/motd', Buffer.from('hello')],
        ]);
        await read.close();
      }
    });
  }

  it('reports progress up to the end of each layer', async () => {
    const done: number[] = [];
    await readSeen(file(ociArchive([image])), {
      progress: { layer: (event) => event.done && done.push(event.index) },
    });
    expect(done.sort()).toEqual([0, 1, 2]);
  });
});

describe('hard links', () => {
  const links = fixtureImage({
    layers: [
      [
        { path: 'store/ab12', content: 'the body' },
        { path: 'app/package.json', type: 'hardlink', linkTarget: './store/ab12', mode: 0o600 },
        { path: 'app/again.json', type: 'hardlink', linkTarget: '/app/package.json' },
        { path: 'app/unwanted', type: 'hardlink', linkTarget: 'store/ab12' },
        { path: 'app/through.json', type: 'hardlink', linkTarget: 'app/unwanted' },
        { path: 'store/ab12', content: 'replaced later' },
        { path: 'app/below.json', type: 'hardlink', linkTarget: 'in/another/layer' },
      ],
    ],
  });

  for (const [form, archive] of [
    ['plain', dockerArchive(links)],
    ['gzip', ociArchive([links])],
    ['whole', gzipSync(dockerArchive(links))],
  ] as const) {
    it(`reads the body of a wanted link where its target was passed (${form})`, async () => {
      const analyser = recordingAnalyser((path) => path.endsWith('.json'));
      const read = await readImage(file(archive), { analyser });
      const { files, listing } = read.layers[0]!.analysis;
      expect(files).toEqual([
        ['app/package.json', 'the body'],
        ['app/again.json', 'the body'],
        ['app/through.json', 'the body'],
      ]);
      expect(listing.entries.map(({ path, type, size, linkTarget }) => [path, type, size, linkTarget])).toEqual([
        ['store/ab12', 'file', 8, null],
        ['app/package.json', 'file', 8, null],
        ['app/again.json', 'file', 8, null],
        ['app/unwanted', 'hardlink', 0, 'store/ab12'],
        ['app/through.json', 'file', 8, null],
        ['store/ab12', 'file', 14, null],
        ['app/below.json', 'hardlink', 0, 'in/another/layer'],
      ]);
      expect([...(await read.reread(0, new Set(['app/unwanted'])))].map(([, body]) => String(body))).toEqual([
        'the body',
      ]);
      await read.close();
    });
  }
});

describe('analyses that are kept', () => {
  it('keeps compressed layers under the digest of their blob, once it was found equal', async () => {
    const analyser = recordingAnalyser();
    const path = file(ociArchive([image]));
    const first = await readSeen(path, { analyser });
    expect(new Set(analyser.keys.map((key) => key.id))).toEqual(new Set(first.layers.map((layer) => layer.digest)));
    expect(analyser.keys.every((key) => key.verified)).toBe(true);
    const second = await readSeen(path, { analyser });
    expect(analyser.begun).toBe(3);
    expect(second).toEqual({
      ...first,
      reread: expect.any(Function),
      digests: expect.anything(),
      close: expect.any(Function),
    });
  });

  it('keeps plain layers under the identity of their file, which a change ends', async () => {
    const analyser = recordingAnalyser();
    const path = file(dockerArchive(image));
    const first = await readSeen(path, { analyser });
    expect(analyser.keys.map((key) => key.verified)).toEqual([false, false, false]);
    expect(analyser.keys.every((key) => /^file:\d+:\d+:\d+:\d+:\d+$/.test(key.id))).toBe(true);
    await readSeen(path, { analyser });
    expect(analyser.begun).toBe(3);
    appendFileSync(path, Buffer.alloc(512));
    const changed = await readSeen(path, { analyser });
    expect(analyser.begun).toBe(6);
    expect(essence(changed)).toEqual(essence(first));
  });

  it('keeps no analysis that was cut at a limit', async () => {
    const analyser = recordingAnalyser();
    const read = await readSeen(file(dockerArchive(image)), { analyser, limits: { maxFileBytes: 1000 } });
    expect(read.layers[0]?.analysis.listing.problems).toMatchObject([{ code: 'file-too-large', path: 'bin/su' }]);
    expect(analyser.keys).toHaveLength(2);
  });
});

describe('interruption', () => {
  it('ends with ABORTED before and while it reads', async () => {
    const path = file(ociArchive([fixtureImage({ layers: [[{ path: 'a', content: Buffer.alloc(3_000_000) }]] })]));
    await expect(readSeen(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    const controller = new AbortController();
    const analyser = recordingAnalyser(() => {
      controller.abort();
      return true;
    });
    await expect(readSeen(path, { analyser, signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

it('takes an image without layers', async () => {
  const scratch = fixtureImage({ layers: [] });
  for (const archive of [dockerArchive(scratch), ociArchive([scratch])]) {
    expect((await readSeen(file(archive))).layers).toEqual([]);
  }
});

it('names the layers by the digests that they have', async () => {
  const layer = tarArchive([{ path: 'a' }]);
  const read = await readSeen(file(ociArchive([fixtureImage({ layers: [layer] })], { compression: 'none' })));
  expect(read.layers[0]).toMatchObject({ digest: sha256(layer), diffId: sha256(layer), size: layer.length });
});

it('reads a blob that stands for several layers once', async () => {
  const same = [{ path: 'a', content: 'x' }];
  const analyser = recordingAnalyser();
  const read = await readSeen(file(ociArchive([fixtureImage({ layers: [same, [], same, []] })])), { analyser });
  expect(read.layers.map((layer) => layer.analysis.files.length)).toEqual([1, 0, 1, 0]);
  expect(analyser.begun).toBe(2);
});

it('lets faults of the analyser through as they are', async () => {
  const fault = new TypeError('a bug');
  for (const archive of [dockerArchive(image), ociArchive([image]), gzipSync(dockerArchive(image))]) {
    const analyser = recordingAnalyser(() => {
      throw fault;
    });
    await expect(readSeen(file(archive), { analyser })).rejects.toBe(fault);
  }
});

describe.skipIf(shared('images') === undefined)(`real images (${needsShared})`, () => {
  const cases: readonly (readonly [string, string, readonly number[]])[] = [
    ['alpine-3.12.oci.tar', 'linux/amd64', [519]],
    ['alpine-3.16.docker.tar', 'linux/amd64', [517, 11, 3]],
    ['alpine-3.18-multiarch.oci.tar', 'linux/arm64', [527]],
    ['distroless-base-debian11.docker.tar', 'linux/amd64', [1966, 492]],
    ['debian-8-dpkgdb.docker.tar.gz', 'linux/amd64', [6]],
    ['app-web-shop.oci.tar', 'linux/amd64', [4204, 1985, 152, 4114, 384, 18, 46]],
  ];
  it.each(cases)('%s', async (name, platform, entries) => {
    const read = await readSeen(shared(join('images', name))!, { platform, analyser: recordingAnalyser(() => false) });
    expect(read.platform).toBe(platform);
    expect(read.layers.map((layer) => layer.analysis.listing.entries.length)).toEqual(entries);
    expect(read.layers.flatMap((layer) => layer.analysis.listing.problems)).toEqual([]);
    expect(read.layers.every((layer) => layer.instruction !== null)).toBe(true);
  });
});
