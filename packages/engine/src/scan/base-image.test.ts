import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  dockerArchive,
  type FixtureImageInput,
  fixtureImage,
  ociArchive,
  ociLayoutFiles,
  sha256,
  tarArchive,
} from '../image/testing/image-builder.ts';
import { listImage } from './read-subject.ts';

const directory = mkdtempSync(join(tmpdir(), 'plimsoll-base-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const nameKey = 'org.opencontainers.image.base.name';
const digestKey = 'org.opencontainers.image.base.digest';

const root = [{ path: 'etc/motd', content: 'hello' }];
const tools = [{ path: 'usr/share/tools', content: 'tools' }];
const app = [{ path: 'app/node_modules/lodash/package.json', content: '{"name":"lodash","version":"4.17.20"}' }];
const base = fixtureImage({ layers: [root, tools], names: ['base:1'] });
const built = (more: Partial<FixtureImageInput> = {}) =>
  fixtureImage({ layers: [root, tools, app], names: ['app:1'], ...more });

let files = 0;
function file(bytes: Uint8Array): string {
  files += 1;
  const path = join(directory, `image-${files}.tar`);
  writeFileSync(path, bytes);
  return path;
}

function list(reference: string, given?: string) {
  return listImage({
    reference,
    base: given,
    version: '0',
    evaluatedAt: '2026-01-01',
    stage: 'pipeline',
    cacheDir: null,
  });
}

/** An OCI archive whose manifest has these annotations, and one of the base beside it. */
function annotated(annotations: Readonly<Record<string, string>>, beside: boolean): string {
  const image = built();
  const members = ociLayoutFiles(beside ? [image, base] : [image], { compression: 'gzip' });
  const index = JSON.parse(members.get('index.json')!.toString());
  const [descriptor] = index.manifests;
  const manifest = JSON.parse(members.get(`blobs/${descriptor.digest.replace(':', '/')}`)!.toString());
  const bytes = Buffer.from(JSON.stringify({ ...manifest, annotations }));
  members.set(`blobs/${sha256(bytes).replace(':', '/')}`, bytes);
  Object.assign(descriptor, { digest: sha256(bytes), size: bytes.length });
  members.set('index.json', Buffer.from(JSON.stringify(index)));
  return `${file(tarArchive([...members].map(([path, content]) => ({ path, content }))))}:app:1`;
}

function manifestDigest(): string {
  return JSON.parse(ociLayoutFiles([base], { compression: 'gzip' }).get('index.json')!.toString()).manifests[0].digest;
}

describe('a base that was given', () => {
  it.each([
    ['docker-archive', file(dockerArchive(base))],
    ['oci-archive', file(ociArchive([base], { compression: 'zstd' }))],
  ])('is found by its layers: %s', async (_, reference) => {
    const { image, inputs, incomplete, packages } = await list(file(dockerArchive(built())), reference);
    expect(image.base).toMatchObject({ reference, id: sha256(base.config), layers: 2, from: 'option' });
    expect(image.layers.map((layer) => layer.base)).toEqual([true, true, false]);
    expect(inputs.base).toEqual({ reference, id: sha256(base.config), digest: image.base?.digest });
    expect(incomplete).toEqual([]);
    expect(packages[0]?.locations[0]?.layer).toBe(image.layers[2]?.diffId);
  });

  it.each([
    ['another base', fixtureImage({ layers: [root, app] }), 1],
    ['more layers than the image has', fixtureImage({ layers: [root, tools, app, root] }), 3],
    ['the same layers in another order', fixtureImage({ layers: [tools, root] }), 0],
  ])('and not claimed when the image is not built on it: %s', async (_, other, common) => {
    const reference = file(dockerArchive(other));
    const { image, inputs, incomplete } = await list(file(dockerArchive(built())), reference);
    expect(image.base).toBeNull();
    expect(image.layers.map((layer) => layer.base)).toEqual([null, null, null]);
    expect(inputs.base?.reference).toBe(reference);
    expect(incomplete).toEqual([
      {
        code: 'base-mismatch',
        message: `the image is not built on ${reference}: it begins with ${common} of its ${other.layers.length} layers; all findings count as the image's own`,
      },
    ]);
  });

  it('has its packages as long as no layer of the image’s own upgrades them', async () => {
    const status = (...packages: readonly (readonly [name: string, version: string])[]) => [
      {
        path: 'var/lib/dpkg/status',
        content: packages
          .map(
            ([name, version]) =>
              `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`,
          )
          .join('\n'),
      },
    ];
    const below = status(['bash', '5.2'], ['openssl', '3.0.1']);
    const layers = [below, status(['bash', '5.2'], ['openssl', '3.0.2'], ['curl', '7.88'])];
    const reference = file(dockerArchive(fixtureImage({ layers: [below] })));
    const { image, packages } = await list(file(dockerArchive(fixtureImage({ layers }))), reference);
    const inBase = new Map(image.layers.map((layer) => [layer.diffId, layer.base]));
    expect(packages.map(({ name, locations: [place] }) => [name, inBase.get(place!.layer)])).toEqual([
      ['bash', true],
      ['curl', false],
      ['openssl', false],
    ]);
  });

  it('goes before what the image says itself', async () => {
    const labelled = built({ config: { Labels: { [nameKey]: 'somewhere/else:1' } } });
    const { image } = await list(file(dockerArchive(labelled)), file(dockerArchive(base)));
    expect(image.base).toMatchObject({ layers: 2, from: 'option' });
  });

  it('ends the scan when it cannot be read', async () => {
    await expect(list(file(dockerArchive(built())), './no-such-base.tar')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^the base image: /),
    });
  });

  it('ends the scan when it is an SBOM', async () => {
    const sbom = file(Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}'));
    await expect(list(file(dockerArchive(built())), sbom)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: `the base image: ${sbom}: is an SBOM, which has no layers to compare`,
    });
  });
});

describe('an SBOM of ours', () => {
  it('says itself what it was built on, unless a base is given that cannot be compared', async () => {
    const said = { reference: 'debian:12', digest: null, id: null, layers: 2, from: 'option' };
    const properties = [
      { name: 'plimsoll:schema', value: '1' },
      { name: 'plimsoll:image:reference', value: 'app:1' },
      { name: 'plimsoll:image:base', value: JSON.stringify(said) },
    ];
    const component = { type: 'container', name: 'app', properties };
    const sbom = { bomFormat: 'CycloneDX', specVersion: '1.6', metadata: { component }, components: [] };
    const reference = `sbom:${file(Buffer.from(JSON.stringify(sbom)))}`;
    expect((await list(reference)).image.base).toMatchObject({ layers: 2, from: 'annotation' });
    const { image, incomplete } = await list(reference, 'debian:12');
    expect(image.base).toBeNull();
    expect(incomplete.filter(({ code }) => code === 'base-mismatch')).toEqual([
      { code: 'base-mismatch', message: expect.stringMatching(/all findings count as the image's own$/) },
    ]);
  });
});

describe('what the image says of its base', () => {
  it('is named by a label, without a count of layers', async () => {
    const labels = { [nameKey]: 'debian:12', [digestKey]: `sha256:${'12'.repeat(32)}` };
    const { image, inputs } = await list(file(dockerArchive(built({ config: { Labels: labels } }))));
    expect(image.base).toEqual({
      reference: 'debian:12',
      digest: labels[digestKey],
      id: null,
      layers: null,
      from: 'annotation',
    });
    expect(image.layers.map((layer) => layer.base)).toEqual([null, null, null]);
    expect(inputs.base).toBeNull();
  });

  it('is found by an annotation when the base lies in the same archive', async () => {
    const digest = manifestDigest();
    const { image } = await list(annotated({ [nameKey]: 'debian:12', [digestKey]: digest }, true));
    expect(image.base).toEqual({
      reference: 'debian:12',
      digest,
      id: sha256(base.config),
      layers: 2,
      from: 'annotation',
    });
    expect(image.layers.map((layer) => layer.base)).toEqual([true, true, false]);
  });

  it('and only named when it does not', async () => {
    const { image } = await list(annotated({ [nameKey]: 'debian:12', [digestKey]: manifestDigest() }, false));
    expect(image.base).toMatchObject({ reference: 'debian:12', layers: null, from: 'annotation' });
  });

  it('is guessed from the history, which says nothing of a name', async () => {
    const history = [
      { created: '2026-01-01T00:00:00Z', created_by: 'ADD file:1 in /' },
      { created: '2026-01-01T00:00:00Z', created_by: 'COPY tools /usr/share/tools' },
      { created: '2026-01-01T00:00:00Z', created_by: 'CMD ["bash"]', empty_layer: true },
      { created: '2026-03-01T00:00:00Z', created_by: 'COPY app /app' },
    ];
    const labels = { [nameKey]: 'inherited/from-the-base:1' };
    const { image } = await list(file(dockerArchive(built({ top: { history }, config: { Labels: labels } }))));
    expect(image.base).toEqual({ reference: null, digest: null, id: null, layers: 2, from: 'history' });
  });

  it('is nothing for most images made in code, and for a root file system', async () => {
    expect((await list(file(dockerArchive(built())))).image.base).toBeNull();
    expect((await list(`rootfs:${directory}`)).image).toMatchObject({ base: null, layers: [] });
  });
});
