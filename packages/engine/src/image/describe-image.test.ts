import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { describeImage } from './read-image.ts';
import { fakeEngine } from './testing/fake-engine.ts';
import { dockerArchive, fixtureImage, ociArchive, sha256, writeOciLayout } from './testing/image-builder.ts';
import { readSeen, temporaryDirectory, temporaryFile } from './testing/reading.ts';

const directory = temporaryDirectory();
const image = fixtureImage({
  layers: [[{ path: 'a', content: 'a' }], [{ path: 'b', content: 'b' }]],
  names: ['base:1.0'],
  platform: 'linux/arm64',
});

describe('an image is described', () => {
  const references: readonly (readonly [name: string, reference: string])[] = [
    ['docker-archive', `docker-archive:${temporaryFile(directory, dockerArchive(image))}`],
    ['path', temporaryFile(directory, dockerArchive(image, { shape: 'docker-25' }))],
    ['gzipped whole', `file://${temporaryFile(directory, gzipSync(dockerArchive(image)))}`],
    ['oci-archive', `oci-archive:${temporaryFile(directory, ociArchive([image], { compression: 'gzip' }))}:base:1.0`],
    ['oci-layout', `oci-layout:${join(directory, 'layout')}`],
  ];

  it.each(references)('as reading it says: %s', async (kind, reference) => {
    if (kind === 'oci-layout') {
      await writeOciLayout(join(directory, 'layout'), [image], { compression: 'zstd' });
    }
    const described = await describeImage(reference, {});
    const { names, digest, id, platform, layers } = await readSeen(reference);
    const diffIds = layers.map(({ diffId }) => diffId);
    expect(described).toEqual({ reference, names, digest, id, platform, diffIds });
    expect(diffIds).toEqual(image.layers.map(sha256));
  });

  it('by the engine, without an export', async () => {
    const engine = await fakeEngine(directory, { image });
    try {
      const reference = 'docker:base:1.0';
      expect(await describeImage(reference, { engineHost: engine.unix })).toEqual({
        reference,
        names: ['base:1.0'],
        digest: null,
        id: sha256(image.config),
        platform: 'linux/arm64',
        diffIds: image.layers.map(sha256),
      });
      expect(engine.requests).toEqual(['/images/base:1.0/json']);
    } finally {
      await engine.close();
    }
  });

  it('although the layers are damaged, since they are not read', async () => {
    const archive = dockerArchive(image);
    const at = archive.indexOf(image.layers[1]!);
    archive.fill(0xff, at, at + 512);
    const { diffIds } = await describeImage(temporaryFile(directory, archive), {});
    expect(diffIds).toEqual(image.layers.map(sha256));
  });

  it('or refused by name', async () => {
    await expect(describeImage('rootfs:/', {})).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(describeImage('./none.tar', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const other = temporaryFile(directory, dockerArchive(image));
    await expect(describeImage(other, { platform: 'linux/s390x' })).rejects.toMatchObject({ code: 'PLATFORM_MISSING' });
  });
});
