import { describe, expect, it } from 'vitest';
import { describeImage, readImage } from '../read-image.ts';
import { fakeRegistry, registryContents } from '../testing/fake-registry.ts';
import { fixtureImage, ociArchive, ociLayoutFiles, sha256 } from '../testing/image-builder.ts';
import { readSeen, recordingAnalyser, temporaryDirectory, temporaryFile } from '../testing/reading.ts';

const directory = temporaryDirectory();

const image = fixtureImage({
  layers: [
    [
      { path: 'etc/os-release', content: 'ID=debian\n' },
      { path: 'big', content: Buffer.alloc(2_000_000, 'ab') },
    ],
    [{ path: 'etc/.wh.os-release' }, { path: 'b', content: 'x' }, { path: 'link', type: 'hardlink', linkTarget: 'b' }],
  ],
});

describe('an image of a registry', () => {
  it.each(['none', 'gzip', 'zstd'] as const)('is the same as its archive, and verified (%s)', async (compression) => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([image], { compression }) });
    const archive = await readSeen(temporaryFile(directory, ociArchive([image], { compression })));
    const reference = `registry:${registry.host}/app:1`;
    const read = await readSeen(reference);
    expect(read.layers).toEqual(archive.layers.map((layer) => ({ ...layer, verified: true })));
    expect(read).toMatchObject({
      reference,
      kind: 'registry',
      names: [`${registry.host}/app:1`],
      id: archive.id,
      digest: archive.digest,
      config: archive.config,
      platform: 'linux/amd64',
    });
    const byDigest = await readSeen(`registry:${registry.host}/app@${read.digest}`);
    expect(byDigest).toMatchObject({ digest: read.digest, names: [`${registry.host}/app@${read.digest}`] });
  });

  it('is chosen from an index by platform', async () => {
    const arm = fixtureImage({ layers: [[{ path: 'arm', content: 'x' }]], platform: 'linux/arm64' });
    const registry = await fakeRegistry({ files: ociLayoutFiles([image, arm], { nested: true, attestation: true }) });
    const read = await readSeen(`registry:${registry.host}/app:1`, { platform: 'linux/arm64' });
    expect(read).toMatchObject({ id: sha256(arm.config), platforms: ['linux/amd64', 'linux/arm64'] });
    await expect(readSeen(`registry:${registry.host}/app:1`, { platform: 'linux/s390x' })).rejects.toMatchObject({
      code: 'PLATFORM_MISSING',
      message: `${registry.host}/app:1: no image for linux/s390x; it has linux/amd64, linux/arm64`,
    });
  });

  it('is asked only for layers that are not known', async () => {
    const base = [{ path: 'a', content: 'x' }];
    const first = fixtureImage({ layers: [base] });
    const second = fixtureImage({ layers: [base, [{ path: 'b', content: 'y' }]] });
    const registry = await fakeRegistry({ files: ociLayoutFiles([first]) });
    const analyser = recordingAnalyser();
    const pulled = async () => {
      registry.asked.length = 0;
      const read = await readImage(`registry:${registry.host}/app:1`, { analyser });
      await read.close();
      const digests = registry.asked.filter(({ path }) => path.includes('/blobs/')).map(({ path }) => path.slice(-71));
      return { layers: read.layers, id: read.id, digests: digests.sort() };
    };
    const cold = await pulled();
    expect(cold.digests).toEqual([cold.id, cold.layers[0]!.digest].sort());
    expect(analyser.keys).toEqual([{ id: cold.layers[0]!.digest, verified: true }]);
    const warm = await pulled();
    expect(warm).toEqual({ ...cold, digests: [cold.id] });
    for (const [path, content] of registryContents(ociLayoutFiles([second]))) registry.contents.set(path, content);
    const onBase = await pulled();
    expect(onBase.layers[0]).toEqual(cold.layers[0]);
    expect(onBase.digests).toEqual([onBase.id, onBase.layers[1]!.digest].sort());
  });

  it('is read again for single files, only the layer that has them', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([image]) });
    const read = await readImage(`registry:${registry.host}/app:1`, { analyser: recordingAnalyser(() => false) });
    registry.asked.length = 0;
    const bodies = await read.reread(1, new Set(['b']));
    expect([...bodies].map(([path, body]) => [path, String(body)])).toEqual([['b', 'x']]);
    expect(registry.asked.map(({ path }) => path)).toEqual([`/v2/app/blobs/${read.layers[1]!.digest}`]);
    await read.close();
  });

  it('is described without its layers', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([image]) });
    const reference = `registry:${registry.host}/app:1`;
    const described = await describeImage(reference, {});
    const asked = registry.asked.map(({ path }) => path);
    const { names, digest, id, platform, layers } = await readSeen(reference);
    expect(described).toEqual({
      reference,
      names,
      digest,
      id,
      platform,
      diffIds: layers.map(({ diffId }) => diffId),
    });
    expect(asked).toEqual(['/v2/app/manifests/1', `/v2/app/blobs/${id}`]);
  });

  it('is not asked for offline', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([image]) });
    await expect(readSeen(`registry:${registry.host}/app:1`, { offline: true })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: `the registry ${registry.host} is not asked for ${registry.host}/app:1: offline`,
    });
    expect(registry.asked).toEqual([]);
  });
});
