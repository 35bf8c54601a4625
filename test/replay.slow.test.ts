import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, fixtureImage, ociArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { cleanLayers, vulnerableLayers } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay, scan } from './scans.ts';
import { smallImage, smallMirrorShards, writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const path = (...names: string[]) => join(scratch.path, ...names);

beforeAll(async () => {
  writeSmallMirror(path('mirror'));
  await buildDatabase(path('db'), path('mirror'), smallMirrorShards);
  writeFileSync(path('image.tar'), dockerArchive([smallImage()]));
  const index = ['linux/s390x', 'linux/riscv64'].map((platform, at) =>
    fixtureImage({ platform, layers: at === 0 ? cleanLayers : vulnerableLayers }),
  );
  writeFileSync(path('index.tar'), ociArchive(index, { nested: true }));
  const sbom = await plimsoll(['sbom', path('image.tar'), '--no-cache', '--format', 'cyclonedx', '--at', feedsDay]);
  writeFileSync(path('app.cdx.json'), sbom.stdout);
  mkdirSync(path('rootfs', 'etc'), { recursive: true });
  writeFileSync(path('rootfs', 'etc', 'os-release'), 'ID=debian\nVERSION_ID="12"\n');
});

describe('the same judgement again gives the same bytes', () => {
  it.each([
    ['every platform of an index', () => [path('index.tar'), '--platform', 'all']],
    ['an SBOM', () => [`sbom:${path('app.cdx.json')}`]],
    ['a root file system without packages', () => [`rootfs:${path('rootfs')}`]],
    ['an image with all facts', () => [path('image.tar'), '--facts', 'all', '--policy', 'nist-800-190']],
  ] as const)('%s', async (_, args) => {
    const [image = '', ...more] = args();
    const first = await scan(image, path('db'), more);
    writeFileSync(path('again.json'), first.stdout);
    const again = await plimsoll(['replay', path('again.json'), '--db-dir', path('db'), '--format', 'json']);
    expect({ status: again.status, stderr: again.stderr }).toEqual({ status: first.status, stderr: '' });
    expect(again.stdout === first.stdout).toBe(true);
  });
});
