import { describe, expect, it } from 'vitest';
import { describeImage, readImage } from '../read-image.ts';
import { fakeRegistry, registryContents, serve } from '../testing/fake-registry.ts';
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

  it('has to have the layers that are not distributed', async () => {
    const mediaType = 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip';
    const urls = ['http://169.254.169.254/latest'];
    const files = ociLayoutFiles([image], {
      manifest: ({ layers, ...rest }) => ({
        ...rest,
        layers: (layers as object[]).map((layer, index) => (index === 0 ? { ...layer, mediaType, urls } : layer)),
      }),
    });
    const registry = await fakeRegistry({ files });
    const reference = `registry:${registry.host}/app:1`;
    const { layers } = await readSeen(reference);
    expect(layers[0]).toMatchObject({ mediaType, verified: true });
    registry.contents.delete(`blobs/${layers[0]!.digest}`);
    await expect(readSeen(reference)).rejects.toMatchObject({
      code: 'MISSING_BLOB',
      message: `layer 1 of 2 (${layers[0]!.digest}): the registry has no copy of it (${mediaType}), and no other place is asked`,
    });
  });

  it.each<[string, string, unknown, string, RegExp]>([
    [
      'schema 1',
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      { schemaVersion: 1 },
      'UNSUPPORTED',
      /schema 1/,
    ],
    ['schema 1 by its version', 'application/json', { schemaVersion: 1, fsLayers: [] }, 'UNSUPPORTED', /schema 1/],
    [
      'an index that is a manifest, too',
      'application/vnd.oci.image.index.v1+json',
      { schemaVersion: 2, manifests: [], config: {}, layers: [] },
      'CORRUPT',
      /both an index and a manifest/,
    ],
    [
      'a manifest that is sent as an index',
      'application/vnd.oci.image.index.v1+json',
      { schemaVersion: 2, config: {}, layers: [] },
      'CORRUPT',
      /not of the shape/,
    ],
    [
      'a manifest that says otherwise than its head',
      'application/vnd.oci.image.manifest.v1+json',
      { schemaVersion: 2, mediaType: 'application/vnd.docker.distribution.manifest.v2+json', config: {}, layers: [] },
      'CORRUPT',
      /says that it is/,
    ],
    [
      'an index of nothing',
      'application/vnd.oci.image.index.v1+json',
      { manifests: [] },
      'NOT_AN_IMAGE',
      /lists no image/,
    ],
    [
      'a layer of exabytes',
      '',
      { config: {}, layers: [{ digest: sha256(Buffer.of()), size: 2 ** 60 }] },
      'CORRUPT',
      /not an amount/,
    ],
    [
      'a layer of terabytes',
      '',
      { config: {}, layers: [{ digest: sha256(Buffer.of()), size: 2 ** 42 }] },
      'TOO_LARGE',
      /a layer of 4398046511104 bytes/,
    ],
    [
      'more layers than an image has',
      '',
      { config: {}, layers: Array.from({ length: 1001 }, () => ({ digest: sha256(Buffer.of()), size: 0 })) },
      'TOO_LARGE',
      /1001 layers \(the limit is 1000\)/,
    ],
    [
      'a layer without its size',
      '',
      { config: {}, layers: [{ digest: sha256(Buffer.of()) }] },
      'CORRUPT',
      /without digest or size/,
    ],
  ])('is refused when it is %s', async (_, type, manifest, code, message) => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([image]) });
    registry.contents.set('manifests/1', { bytes: Buffer.from(JSON.stringify(manifest)), type });
    await expect(readSeen(`registry:${registry.host}/app:1`)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('is not made of more indexes than an image has', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([image]) });
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const put = (value: unknown) => {
      const bytes = Buffer.from(JSON.stringify(value));
      registry.contents.set(`manifests/${sha256(bytes)}`, { bytes, type: mediaType });
      return { mediaType, digest: sha256(bytes), size: bytes.length };
    };
    const many = Array.from({ length: 100 }, (_, number) => put({ manifests: [], number }));
    registry.contents.set('manifests/1', { bytes: Buffer.from(JSON.stringify({ manifests: many })), type: mediaType });
    await expect(readSeen(`registry:${registry.host}/app:1`)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(registry.asked.length).toBeLessThan(40);
  });

  it('comes from a mirror, from the next one, or from the registry itself', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([image]) });
    const broken = await fakeRegistry({
      files: ociLayoutFiles([image]),
      repository: 'hub/app',
      // has the manifests, and half of each layer
      intercept: (_, response, body) => body[0] === 0x1f && Boolean(response.end(body.subarray(0, body.length / 2))),
    });
    const gone = await serve(() => {});
    await gone.close();
    const mirrors = [gone.host, `${broken.host}/hub/`].map((at) => ({ host: registry.host, url: `http://${at}` }));
    const options = { mirrors, retryDelayMs: 1 };
    const direct = await readSeen(`registry:${registry.host}/app:1`);
    registry.asked.length = 0;
    const mirrored = await readSeen(`registry:${registry.host}/app:1`, { registry: options });
    expect(mirrored).toEqual({
      ...direct,
      digests: expect.anything(),
      reread: expect.anything(),
      close: expect.anything(),
    });
    expect(broken.asked[0]!.path).toBe('/v2/hub/app/manifests/1');
    expect(registry.asked.map(({ path }) => path).filter((path) => path.includes('manifests'))).toEqual([]);
    // what had come of a layer is not asked for again
    expect(registry.asked.filter(({ headers }) => headers.range !== undefined)).toHaveLength(registry.asked.length);
  });

  it('is not passed over to the registry when a mirror sends other bytes', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([image]) });
    const liar = await fakeRegistry({
      files: ociLayoutFiles([image]),
      intercept: ({ url }, response, body) =>
        url!.includes('/blobs/') &&
        body[0] === 0x1f &&
        Boolean(response.end(Buffer.from(body).fill(7, body.length - 4))),
    });
    const mirrors = [{ host: registry.host, url: `http://${liar.host}` }];
    await expect(readSeen(`registry:${registry.host}/app:1`, { registry: { mirrors } })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(registry.asked).toEqual([]);
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
