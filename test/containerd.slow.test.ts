import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Compression,
  compress,
  type FixtureImage,
  ociArchive,
  sha256,
} from '../packages/engine/src/image/testing/image-builder.ts';
import { type Containerd, noContainerd, startContainerd, withoutFolders } from './containerd-engine.ts';
import { oddImage } from './odd-image.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { listPackages } from './scans.ts';
import { smallImage } from './small-mirror.ts';

const scratch = scratchFolder();
let engine: Containerd;

beforeAll(async () => {
  if (!noContainerd) engine = await startContainerd();
});
afterAll(async () => {
  await engine?.stop();
  scratch.remove();
});

/** Imports an image under `docker.io/library/NAME:1`. */
function load(name: string, images: readonly FixtureImage[], compression: Compression = 'gzip', ...options: string[]) {
  const file = join(scratch.path, `${name}.tar`);
  const named = images.map((image, index) => ({ ...image, names: index === 0 ? ['1'] : [] }));
  writeFileSync(file, ociArchive(named, { compression, nested: images.length > 1 }));
  engine.ctr('images', 'import', '--no-unpack', '--base-name', `docker.io/library/${name}`, ...options, file);
  return file;
}

describe.skipIf(noContainerd)(
  `an image of a real containerd${noContainerd ? ` (skipped: ${noContainerd})` : ''}`,
  () => {
    const inventory = async (reference: string, address = engine.address) => {
      const env = { CONTAINERD_ADDRESS: address };
      const { image, packages, facts, incomplete } = await listPackages(reference, [], { env });
      return { id: image.id, layers: image.layers, packages, facts, incomplete };
    };
    const refused = async (reference: string, ...more: string[]) => {
      const env = { CONTAINERD_ADDRESS: engine.address };
      const outcome = await plimsoll(['sbom', reference, '--no-cache', '--format', 'json', ...more], { env });
      expect(outcome).toMatchObject({ status: 3, stdout: '' });
      expect(outcome.stderr).toMatch(/^plimsoll: [^\n]+\n$/);
      return outcome.stderr;
    };

    it.each([
      ['small', smallImage, 'gzip'],
      ['odd', oddImage, 'zstd'],
      ['plain', oddImage, 'none'],
    ] as const)(
      'the %s one: what its archive has, from files and from the service',
      async (name, make, compression) => {
        const wanted = await inventory(load(name, [make()], compression));
        expect(wanted.packages.length).toBeGreaterThan(2);
        const far = await withoutFolders(engine);
        for (const [reference, address] of [
          [`containerd:${name}:1`, engine.address],
          [`containerd:docker.io/library/${name}:1`, far.address],
        ] as const) {
          const { layers, ...content } = await inventory(reference, address);
          const verified = compression !== 'none' || address === far.address;
          expect({ ...content, layers: layers.map((layer) => ({ ...layer, verified })) }).toEqual({
            ...wanted,
            layers: wanted.layers.map((layer) => ({ ...layer, verified })),
          });
          expect(layers.every((layer) => layer.verified === verified)).toBe(true);
        }
        await far.stop();
      },
    );

    it('says 3 and one line for what it does not have, and which namespace was asked', async () => {
      expect(await refused('containerd:none:1')).toContain('(namespace default) has no image docker.io/library/none:1');
    });

    it('by digest and ID, also their first 12 digits', async () => {
      const wanted = await inventory(load('named', [smallImage()], 'gzip'));
      const name = 'docker.io/library/named:1';
      const digest = new RegExp(`^${name}\\s+\\S+\\s+(sha256:\\S+)`, 'm').exec(engine.ctr('images', 'ls'))![1]!;
      // as Kubernetes does
      engine.ctr('images', 'tag', name, wanted.id!);
      for (const reference of [digest.slice(7, 19), wanted.id!, wanted.id!.slice(7, 19)]) {
        expect((await inventory(`containerd:${reference}`)).packages).toEqual(wanted.packages);
      }
      expect((await inventory(`containerd:named@${digest}`)).id).toBe(wanted.id);
      expect(await refused(`containerd:other@${digest}`)).toContain(`has no image docker.io/library/other@${digest}`);
      expect(await refused('containerd:0123456789ab')).toContain('has no image docker.io/library/0123456789ab:latest');
    });

    it('a layer that is missing or has other bytes is an error that names it', async () => {
      const image = smallImage();
      load('broken', [image], 'zstd');
      const layer = compress(image.layers[1]!, 'zstd');
      const blob = join(engine.blobs, sha256(layer).slice(7));
      renameSync(blob, `${blob}.gone`);
      expect(await refused('containerd:broken:1')).toMatch(/layer 2 of .* is missing in containerd at /);
      const changed = readFileSync(`${blob}.gone`);
      changed[changed.length - 20]! ^= 1;
      writeFileSync(blob, changed);
      expect(await refused('containerd:broken:1')).toMatch(/layer 2 of /);
      renameSync(`${blob}.gone`, blob);
    });
  },
);

it('without containerd: one line', async () => {
  const outcome = await plimsoll(['sbom', 'containerd:app', '--format', 'json'], {
    env: { CONTAINERD_ADDRESS: join(scratch.path, 'none.sock') },
  });
  expect(outcome).toMatchObject({ status: 3, stdout: '' });
  expect(outcome.stderr).toMatch(/^plimsoll: cannot reach containerd at [^\n]*no such socket[^\n]*\n$/);
});
