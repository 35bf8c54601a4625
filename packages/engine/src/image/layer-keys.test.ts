/** Under which keys analyses are kept: a digest alone when these bytes were hashed and found to have it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readImage } from './read-image.ts';
import { type FakeEngine, fakeEngine } from './testing/fake-engine.ts';
import {
  type Compression,
  compress,
  type DockerArchiveShape,
  dockerArchive,
  type FixtureImage,
  fixtureImage,
  ociArchive,
  sha256,
  writeOciLayout,
} from './testing/image-builder.ts';
import { recordingAnalyser, temporaryDirectory, temporaryFile } from './testing/reading.ts';

const directory = temporaryDirectory();
const engines: FakeEngine[] = [];
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

const layers = [[{ path: 'a', content: 'aaaa' }], [{ path: 'b', content: 'bbbb' }]];
const image = fixtureImage({ layers, names: ['app:1'] });

/** What was kept for the layers of an image. */
async function keysOf(reference: string, engineHost?: string) {
  const analyser = recordingAnalyser();
  const failed = await readImage(reference, { analyser, engineHost }).then(
    (read) => read.close(),
    (error: Error) => error,
  );
  return { failed, keys: analyser.keys, kept: analyser.kept };
}

/** The bytes that may stand for a layer, by their digest. */
function honest(of: FixtureImage): ReadonlyMap<string, string> {
  const forms = of.layers.flatMap((layer, index) =>
    [layer, gzipSync(layer), compress(layer, 'gzip'), compress(layer, 'zstd'), zstdCompressSync(layer)].map(
      (bytes) => [sha256(bytes), 'ab'[index]!] as const,
    ),
  );
  return new Map(forms);
}

const docker = (shape: DockerArchiveShape) => temporaryFile(directory, dockerArchive(image, { shape }));
const oci = (compression: Compression) => temporaryFile(directory, ociArchive([image], { compression }));

describe('an analysis is kept', () => {
  it.each([
    ['docker save', docker('docker-save'), 'file'],
    ['Docker 25 and later', docker('docker-25'), 'file'],
    ['skopeo', docker('skopeo'), 'file'],
    ['kaniko, gzipped layers', docker('kaniko'), 'digest'],
    ['docker save, gzipped whole', temporaryFile(directory, gzipSync(dockerArchive(image))), 'digest'],
    [
      'Docker 25, zstd whole',
      temporaryFile(directory, zstdCompressSync(dockerArchive(image, { shape: 'docker-25' }))),
      'digest',
    ],
    ['oci-archive, plain layers', oci('none'), 'file'],
    ['oci-archive, gzipped layers', oci('gzip'), 'digest'],
    ['oci-archive, zstd layers', oci('zstd'), 'digest'],
    [
      'oci-archive, gzipped whole',
      temporaryFile(directory, gzipSync(ociArchive([image], { compression: 'zstd' }))),
      'digest',
    ],
  ])('%s', async (_, reference, kind) => {
    const { failed, keys, kept } = await keysOf(reference);
    expect(failed).toBeUndefined();
    expect(keys.length).toBe(2);
    for (const { id, verified } of keys) {
      expect(verified).toBe(kind === 'digest');
      if (kind === 'file') expect(id).toMatch(/^file:\d+:\d+:\d+:\d+:\d+$/);
      else expect(kept.get(id)!.listing.entries.map(({ path }) => path)).toEqual([honest(image).get(id)]);
    }
  });

  it.each<Compression>(['none', 'gzip'])('oci-layout, %s', async (compression) => {
    const folder = join(directory, `layout-${compression}`);
    await writeOciLayout(folder, [image], { compression });
    const { keys } = await keysOf(`oci-layout:${folder}`);
    expect(keys.map(({ verified }) => verified)).toEqual([compression !== 'none', compression !== 'none']);
    if (compression !== 'none') for (const { id } of keys) expect(honest(image).has(id)).toBe(true);
  });

  it('the engine’s export', async () => {
    const engine = await fakeEngine(directory, { image });
    engines.push(engine);
    const { keys } = await keysOf('docker:app:1', engine.unix);
    expect(keys).toEqual(image.layers.map((layer) => ({ id: sha256(layer), verified: true })));
  });
});

/** An image whose second layer is not the one that its config names. */
const lying: FixtureImage = {
  ...image,
  layers: [image.layers[0]!, fixtureImage({ layers: [[{ path: 'evil', content: 'eeee' }]] }).layers[0]!],
};
const stated = sha256(image.layers[1]!);

describe('and never under a digest that is only claimed', () => {
  it.each([
    ['plain, by position', () => dockerArchive(lying)],
    ['plain, named by its digest', () => swapped(dockerArchive(image, { shape: 'docker-25' }))],
    ['gzipped whole', () => gzipSync(dockerArchive(lying))],
    ['gzipped whole, named by its digest', () => gzipSync(swapped(dockerArchive(image, { shape: 'docker-25' })))],
    [
      'gzipped layers under the digest of others',
      () => swappedBlob(ociArchive([image], { compression: 'gzip' }), 'gzip'),
    ],
    ['zstd layers under the digest of others', () => swappedBlob(ociArchive([image], { compression: 'zstd' }), 'zstd')],
  ])('%s', async (_, archive) => {
    const { failed, keys, kept } = await keysOf(temporaryFile(directory, archive()));
    for (const { id } of keys.filter(({ verified }) => verified)) {
      expect(kept.get(id)!.listing.entries.map(({ path }) => path)).toEqual([honest(image).get(id)]);
    }
    expect(keys.map(({ id }) => id)).not.toContain(stated);
    // what is hashed and found different is no image; what is not hashed is kept for this machine alone
    if (failed === undefined) expect(keys.every(({ verified }) => !verified)).toBe(true);
    else expect(failed).toMatchObject({ code: expect.stringMatching(/^(?:DIGEST_MISMATCH|CORRUPT)$/) });
  });

  it('in the engine’s export', async () => {
    const engine = await fakeEngine(directory, {
      image,
      onExport: (response) => response.end(dockerArchive({ ...lying, names: [] })),
    });
    engines.push(engine);
    const { failed, keys } = await keysOf('docker:app:1', engine.unix);
    expect(failed).toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(keys.map(({ id }) => id)).not.toContain(stated);
  });

  it('for a plain file that changes while it is read', async () => {
    const path = temporaryFile(directory, dockerArchive(image));
    const analyser = recordingAnalyser();
    const begin = analyser.begin.bind(analyser);
    analyser.begin = () => {
      writeFileSync(path, dockerArchive(image));
      return begin();
    };
    await readImage(path, { analyser }).then((read) => read.close());
    expect(analyser.keys).toEqual([]);
  });
});

/** The second layer's bytes replaced where they lie, by others of the same length. */
function swapped(archive: Buffer): Buffer {
  const at = archive.indexOf(image.layers[1]!);
  lying.layers[1]!.copy(archive, at);
  return archive;
}

function swappedBlob(archive: Buffer, compression: Compression): Buffer {
  const blob = compress(image.layers[1]!, compression);
  const at = archive.indexOf(blob);
  // the other layer's bytes as far as they go, and padding that decompressors refuse or pass over
  compress(image.layers[0]!, compression).copy(archive, at, 0, blob.length);
  return archive;
}
