import { gzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { parseConfig } from './config.ts';
import {
  dockerArchive,
  type FixtureEntry,
  fixtureImage,
  ociArchive,
  ociLayoutFiles,
  sha256,
  tarArchive,
} from './testing/image-builder.ts';
import { readSeen, temporaryDirectory, temporaryFile } from './testing/reading.ts';

const directory = temporaryDirectory();
const clean = fixtureImage({ layers: [[{ path: 'clean' }]] });
const evil = fixtureImage({ layers: [[{ path: 'evil' }]] });

/** The member files of a docker-archive, for changing them. */
function dockerFiles(manifest: (text: string) => readonly string[], image = evil): FixtureEntry[] {
  const id = sha256(image.config).slice(7);
  const layer = { path: `${id}/layer.tar`, content: image.layers[0]! };
  const text = JSON.stringify([{ Config: `${id}.json`, RepoTags: image.names, Layers: [layer.path] }]);
  const manifests = manifest(text).map((content) => ({ path: 'manifest.json', content }));
  return [layer, { path: `${id}.json`, content: image.config }, ...manifests];
}

const packed = (entries: readonly FixtureEntry[]) => [tarArchive(entries), gzipSync(tarArchive(entries))];

async function filesOf(bytes: Buffer): Promise<readonly string[]> {
  const { layers } = await readSeen(temporaryFile(directory, bytes), { platform: 'linux/amd64' });
  return layers.flatMap(({ analysis }) => analysis.listing.entries.map(({ path }) => path));
}

describe('JSON means what it means to the engines', () => {
  it('a field may be written in another case', async () => {
    const config = Buffer.from(
      evil.config.toString().replace('"diff_ids"', '"Diff_IDs"').replace('"rootfs"', '"rootFS"'),
    );
    const entries = dockerFiles((text) => [text.replace('"Layers"', '"layers"')], { ...evil, config });
    for (const bytes of packed(entries)) expect(await filesOf(bytes)).toEqual(['evil']);
  });

  test.each([
    ['a field in two cases', '{"config":{"User":"app","user":"root"}}', 'which are one field'],
    ['with a letter that is like another', '{"config":{"User":"app","u\u017fer":"root"}}', 'which are one field'],
    ['a key twice', '{"rootfs":{"diff_ids":["x"]},"rootfs":{"type":"layers"}}', '"rootfs" twice'],
    ['a key twice, once escaped', '{"config":{"\\u0055ser":"root","User":"app"}}', '"User" twice'],
  ])('%s is an error', (_, text, message) => {
    expect(() => parseConfig(Buffer.from(text), 'config')).toThrow(message);
  });

  it('labels are names of their own', () => {
    const text = '{"config":{"Labels":{"A":"1","a":"2","q\\"":"{\\"a\\":1,\\"a\\":2}","\\\\":"3"}}}';
    expect(Object.keys(parseConfig(Buffer.from(text), 'config').config.labels)).toHaveLength(4);
  });
});

describe('an archive that is another image to another engine is an error', () => {
  test.each([
    ['two manifests', dockerFiles((text) => [text, '[]'])],
    [
      'two manifests, of which one does not begin like JSON',
      dockerFiles((text) => [`\n${text}`, text.replace('example', 'other')]),
    ],
    [
      'a manifest and a link to another',
      [...dockerFiles((text) => [text]), { path: './manifest.json', type: 'symlink', linkTarget: 'x' } as const],
    ],
  ])('%s', async (_, entries) => {
    for (const bytes of packed(entries)) await expect(filesOf(bytes)).rejects.toThrow('manifest.json is there twice');
  });

  it('two plain layers of one name: nothing says which one was meant', async () => {
    const [layer, ...rest] = dockerFiles((text) => [text]);
    const bytes = tarArchive([layer!, { ...layer!, content: clean.layers[0]! }, ...rest]);
    await expect(filesOf(bytes)).rejects.toThrow('layer.tar is there twice');
    // the same layer twice, as some builders write an empty one
    expect(await filesOf(tarArchive([layer!, layer!, ...rest]))).toEqual(['evil']);
  });

  it('manifest.json of one image with index.json of another', async () => {
    const index = [...ociLayoutFiles([evil], { compression: 'none' })].map(([path, content]) => ({ path, content }));
    for (const bytes of packed([...dockerFiles((text) => [text], clean), ...index])) {
      await expect(filesOf(bytes)).rejects.toMatchObject({ code: 'AMBIGUOUS' });
    }
    for (const bytes of packed([...dockerFiles((text) => [text]), ...index])) {
      expect(await filesOf(bytes)).toEqual(['evil']);
    }
    expect(await filesOf(dockerArchive(evil, { shape: 'docker-25' }))).toEqual(['evil']);
  });
});

describe('in an image index', () => {
  const indexed = (change: (manifests: Record<string, unknown>[]) => void) => {
    const files = ociLayoutFiles([evil, clean], { nested: true });
    const top = JSON.parse(files.get('index.json')!.toString());
    const inner = JSON.parse(files.get(`blobs/${top.manifests[0].digest.replace(':', '/')}`)!.toString());
    change(inner.manifests);
    const bytes = Buffer.from(JSON.stringify(inner));
    files.set(`blobs/${sha256(bytes).replace(':', '/')}`, bytes);
    top.manifests = [{ ...top.manifests[0], digest: sha256(bytes), size: bytes.length }];
    files.set('index.json', Buffer.from(JSON.stringify(top)));
    return tarArchive([...files].map(([path, content]) => ({ path, content })));
  };

  it('an image is one though an annotation calls it an attestation', async () => {
    const bytes = indexed(([first]) => {
      first!.annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
    });
    expect(await filesOf(bytes)).toEqual(['evil']);
  });

  it('one that states its platform comes before one that does not', async () => {
    const bytes = indexed((manifests) => {
      manifests.reverse();
      delete manifests[0]!.platform;
    });
    expect(await filesOf(bytes)).toEqual(['evil']);
    expect(await filesOf(ociArchive([evil], { attestation: true }))).toEqual(['evil']);
  });
});
