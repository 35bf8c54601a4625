/** An image's config can claim any diff IDs: a layer is the base's only when its bytes are. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { fakeEngine } from '../image/testing/fake-engine.ts';
import { fakeRegistry } from '../image/testing/fake-registry.ts';
import {
  type Compression,
  compress,
  dockerArchive,
  type FixtureEntry,
  type FixtureImage,
  fixtureImage,
  ociArchive,
  ociLayoutFiles,
  sha256,
  tarArchive,
} from '../image/testing/image-builder.ts';
import { listImage } from './read-subject.ts';
import type { SubjectRequest } from './request.ts';

const directory = mkdtempSync(join(tmpdir(), 'plimsoll-proven-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const root = tarArchive([{ path: 'etc/motd', content: 'hello' }]);
const app = tarArchive([{ path: 'app/app.js', content: 'app' }]);
/** as long as `root` */
const evil = tarArchive([{ path: 'etc/evil', content: 'hello' }]);
const base = fixtureImage({ layers: [root], names: ['base:1'] });
const honest = fixtureImage({ layers: [root, app] });

/** An image whose config says that these are its layers. */
function claiming(layers: readonly Buffer[], claimed: readonly Buffer[]): FixtureImage {
  return fixtureImage({ layers, top: { rootfs: { type: 'layers', diff_ids: claimed.map(sha256) } } });
}
const below = claiming([evil, app], [root, app]);
const above = claiming([root, evil], [root, root]);

let files = 0;
function file(bytes: Uint8Array): string {
  files += 1;
  const path = join(directory, `image-${files}.tar`);
  writeFileSync(path, bytes);
  return path;
}

const oci = (image: FixtureImage, compression: Compression) => file(ociArchive([image], { compression }));

function list(reference: string, given?: string, more: Partial<SubjectRequest> = {}) {
  const request = { version: '0', evaluatedAt: '2026-01-01', stage: 'pipeline', cacheDir: null } as const;
  return listImage({ ...request, reference, base: given, ...more });
}

const bases = async (reference: string, given?: string, more?: Partial<SubjectRequest>) =>
  (await list(reference, given, more)).image.layers.map((layer) => layer.base);

describe('a layer of another content is not the base’s', () => {
  it.each<[string, FixtureImage, number]>([
    ['under the diff ID of the base’s', below, 1],
    ['above the base, under the diff ID of one of its layers', above, 2],
  ])('%s', async (_, image, layer) => {
    const stored = [
      oci(image, 'gzip'),
      oci(image, 'zstd'),
      oci(image, 'none'),
      file(dockerArchive(image)),
      file(gzipSync(ociArchive([image], { compression: 'gzip' }))),
    ];
    for (const reference of stored) {
      for (const given of [oci(base, 'gzip'), file(dockerArchive(base))]) {
        await expect(list(reference, given)).rejects.toMatchObject({
          code: 'DIGEST_MISMATCH',
          message: `${reference}: layer ${layer} of 2: wrong digest: ${sha256(root)} is stated, its bytes have ${sha256(evil)}`,
        });
      }
    }
  });

  it('with its plain bytes lying where the base’s should', async () => {
    const files = ociLayoutFiles([honest], { compression: 'none' });
    files.set(`blobs/${sha256(root).replace(':', '/')}`, evil);
    const reference = file(tarArchive([...files].map(([path, content]): FixtureEntry => ({ path, content }))));
    await expect(list(reference, oci(base, 'none'))).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringContaining('layer 1 of 2'),
    });
  });

  it('although its analysis is kept from a time when nobody asked for a base', async () => {
    const more = { cacheDir: join(directory, 'kept') };
    const reference = oci(below, 'gzip');
    await list(reference, undefined, more);
    await expect(list(reference, oci(base, 'gzip'), more)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });

  it('in a registry', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([below]) });
    const refused = { code: 'DIGEST_MISMATCH', message: expect.stringContaining('app:1: layer 1 of 2: wrong digest') };
    await expect(list(`registry:${registry.host}/app:1`, oci(base, 'gzip'))).rejects.toMatchObject(refused);
  });

  it('where an annotation names a base beside it', async () => {
    const beside = ociLayoutFiles([base]);
    const manifestsOf = (of: ReadonlyMap<string, Buffer>) => JSON.parse(of.get('index.json')!.toString()).manifests;
    const annotations = { 'org.opencontainers.image.base.digest': manifestsOf(beside)[0].digest };
    const annotated = (image: FixtureImage) => {
      const files = ociLayoutFiles([image], { manifest: (manifest) => ({ ...manifest, annotations }) });
      const manifests = [...manifestsOf(files), ...manifestsOf(beside)];
      const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests }));
      const all = new Map([...beside, ...files, ['index.json', index]]);
      return `${file(tarArchive([...all].map(([path, content]) => ({ path, content }))))}:example:latest`;
    };
    expect(await bases(annotated(honest))).toEqual([true, false]);
    await expect(list(annotated(below))).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  });
});

describe('a base that is not what its config says', () => {
  /** says that it is `evil`, which an image then has in earnest */
  const lying = claiming([root], [evil]);
  const onIt = fixtureImage({ layers: [evil, app] });

  it.each<Compression>(['none', 'gzip'])('proves nothing (%s)', async (compression) => {
    const given = oci(lying, compression);
    await expect(list(oci(onIt, 'gzip'), given)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: `the base image: ${given}: layer 1 of 1: wrong digest: ${sha256(evil)} is stated, its bytes have ${sha256(root)}`,
    });
  });

  it('in a registry and in an engine that keeps blobs', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([lying]) });
    const reference = oci(onIt, 'gzip');
    const refused = { code: 'DIGEST_MISMATCH', message: expect.stringContaining('the base image: ') };
    await expect(list(reference, `registry:${registry.host}/app:1`)).rejects.toMatchObject(refused);
    const answer = { Id: sha256(lying.config), Os: 'linux', Architecture: 'amd64', Size: 1 };
    const engine = await fakeEngine(directory, {
      image: lying,
      onInspect: (response) => response.end(JSON.stringify({ ...answer, RootFS: { Layers: [sha256(evil)] } })),
    });
    try {
      const more = { engineHost: engine.unix };
      await expect(list(reference, 'docker:example:latest', more)).rejects.toMatchObject(refused);
    } finally {
      await engine.close();
    }
  });
});

describe('the base’s layers are found', () => {
  const forms = { oci: oci(honest, 'gzip'), plain: file(dockerArchive(honest)) };

  it.each<[string, string]>([
    ['zstd', oci(base, 'zstd')],
    ['plain', oci(base, 'none')],
    ['docker-archive', file(dockerArchive(base))],
    ['gzipped layers named by digest', file(dockerArchive(base, { shape: 'kaniko' }))],
    ['gzipped whole', file(gzipSync(ociArchive([base], { compression: 'zstd' })))],
  ])('in another form: %s', async (_, given) => {
    expect(await bases(forms.oci, given)).toEqual([true, false]);
    expect(await bases(forms.plain, given)).toEqual([true, false]);
  });

  it('by their blobs, without a look at those of the base', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([base]) });
    expect(await bases(forms.oci, `registry:${registry.host}/app:1`)).toEqual([true, false]);
    const layer = sha256(compress(root, 'gzip'));
    expect(registry.asked.filter(({ path }) => path.endsWith(layer))).toEqual([]);
  });

  it('by what an engine unpacked, without an export', async () => {
    const engine = await fakeEngine(directory, { image: base, graphDriver: { Name: 'overlay2' } });
    try {
      expect(await bases(forms.oci, 'docker:base:1', { engineHost: engine.unix })).toEqual([true, false]);
      expect(engine.requests).toEqual(['/images/base:1/json']);
    } finally {
      await engine.close();
    }
  });

  it('and once more when one of them is repeated above', async () => {
    expect(await bases(oci(fixtureImage({ layers: [root, app, root] }), 'gzip'), oci(base, 'zstd'))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('by what was kept of them, without being hashed again', async () => {
    const registry = await fakeRegistry({ files: ociLayoutFiles([base], { compression: 'zstd' }) });
    const blobs = () => registry.asked.filter(({ path }) => path.endsWith(sha256(compress(root, 'zstd')))).length;
    const more = { cacheDir: join(directory, 'digests') };
    for (let round = 0; round < 2; round += 1) {
      expect(await bases(forms.oci, `registry:${registry.host}/app:1`, more)).toEqual([true, false]);
      expect(blobs()).toBe(1);
    }
    // a plain layer is known by its file, which a change ends
    const reference = file(dockerArchive(honest));
    expect(await bases(reference, `registry:${registry.host}/app:1`, more)).toEqual([true, false]);
    const archive = readFileSync(reference);
    evil.copy(archive, archive.indexOf(root));
    writeFileSync(reference, archive);
    await expect(list(reference, `registry:${registry.host}/app:1`, more)).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
  });

  it('but not beyond a limit', async () => {
    const limits = { maxLayerBytes: root.length - 1 };
    const { image, incomplete } = await list(forms.oci, oci(base, 'zstd'), { limits });
    expect(image.base).toBeNull();
    expect(incomplete.find(({ code }) => code === 'base-mismatch')?.message).toMatch(
      /its layers are too large to be compared; all findings count as the image's own$/,
    );
  });

  it('of which there may be none', async () => {
    const empty = fixtureImage({ layers: [] });
    expect(await bases(forms.oci, file(dockerArchive(empty)))).toEqual([false, false]);
    expect(await bases(file(dockerArchive(empty)), file(dockerArchive(empty)))).toEqual([]);
  });
});
