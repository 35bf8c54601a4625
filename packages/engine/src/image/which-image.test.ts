import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dockerArchive, fixtureImage, ociArchive } from './testing/image-builder.ts';
import { readSeen, type Seen, temporaryDirectory, temporaryFile } from './testing/reading.ts';
import type { ReadImage } from './types.ts';

const directory = temporaryDirectory();
const file = (content: Uint8Array | string, name?: string) => temporaryFile(directory, content, name);

describe('which image', () => {
  const arm = fixtureImage({ layers: [[{ path: 'arm' }]], platform: 'linux/arm64', names: ['multi:1'] });
  const amd = fixtureImage({ layers: [[{ path: 'amd' }]], platform: 'linux/amd64', names: ['multi:1'] });
  const other = fixtureImage({ layers: [[{ path: 'other' }]], names: ['other:1'] });
  const pathsOf = (read: ReadImage<Seen>) =>
    read.layers.flatMap((layer) => layer.analysis.listing.entries.map((e) => e.path));

  for (const nested of [true, false]) {
    it(`takes the platform that was asked for (${nested ? 'nested' : 'flat'} index)`, async () => {
      const path = file(ociArchive([arm, amd], { nested, attestation: true }));
      for (const platform of ['linux/arm64', 'linux/arm64/v8', 'linux/amd64']) {
        const read = await readSeen(path, { platform });
        expect(pathsOf(read)).toEqual([platform.startsWith('linux/arm64') ? 'arm' : 'amd']);
      }
      await expect(readSeen(path, { platform: 'linux/s390x' })).rejects.toMatchObject({
        code: 'PLATFORM_MISSING',
        message: expect.stringContaining('it has linux/amd64, linux/arm64'),
      });
    });
  }

  it('of all platforms, takes those of one name as one image, nested or not', async () => {
    for (const nested of [true, false]) {
      const path = file(ociArchive([arm, amd], { nested, attestation: true }));
      expect((await readSeen(path, { platform: 'any' })).platforms).toEqual(['linux/arm64', 'linux/amd64']);
    }
    const twice = fixtureImage({ layers: [[{ path: 'twice' }]], platform: 'linux/amd64', names: ['multi:1'] });
    for (const images of [
      [arm, amd, twice],
      [arm, other],
    ]) {
      const path = file(ociArchive(images));
      await expect(readSeen(path, { platform: 'any' })).rejects.toMatchObject({ code: 'AMBIGUOUS' });
    }
  });

  it('takes the only image there is, unless another platform was asked for', async () => {
    const odd = fixtureImage({ layers: [[]], platform: 'linux/riscv64' });
    for (const archive of [ociArchive([odd], { attestation: true }), dockerArchive(odd)]) {
      const path = file(archive);
      expect((await readSeen(path)).platform).toBe('linux/riscv64');
      await expect(readSeen(path, { platform: 'linux/s390x' })).rejects.toMatchObject({ code: 'PLATFORM_MISSING' });
    }
  });

  it('asks which of several images is meant, and takes the one that is named', async () => {
    for (const archive of [dockerArchive([amd, other]), ociArchive([amd, other])]) {
      const path = file(archive);
      await expect(readSeen(path)).rejects.toMatchObject({
        code: 'AMBIGUOUS',
        message: expect.stringContaining('multi:1, other:1'),
      });
      expect(pathsOf(await readSeen(`${path}:other:1`))).toEqual(['other']);
      await expect(readSeen(`${path}:none`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

describe('references', () => {
  const empty = join(directory, 'empty-directory');
  mkdirSync(empty);
  const cases: readonly (readonly [string, string, string])[] = [
    ['', 'NOT_FOUND', 'empty'],
    ['./missing.tar', 'NOT_FOUND', 'no such file'],
    ['/missing', 'NOT_FOUND', 'no such file'],
    ['missing.tar', 'NOT_FOUND', 'no such file'],
    ['docker-archive:missing', 'NOT_FOUND', 'no such file'],
    ['oci-layout:missing', 'NOT_FOUND', 'no such file'],
    ['rootfs:missing', 'NOT_FOUND', 'no such file'],
    [empty, 'NOT_AN_IMAGE', 'rootfs:'],
    [`oci-layout:${empty}`, 'NOT_AN_IMAGE', 'index.json'],
    ['/dev/null', 'NOT_AN_IMAGE', 'regular file'],
  ];
  it.each(cases)('%j is %s', async (ref, code, message) => {
    await expect(readSeen(ref)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('tells archives of the other kind', async () => {
    const image = fixtureImage({ layers: [] });
    await expect(readSeen(`oci-archive:${file(dockerArchive(image))}`)).rejects.toMatchObject({ code: 'NOT_AN_IMAGE' });
    await expect(readSeen(`docker-archive:${file(ociArchive([image]))}`)).rejects.toMatchObject({
      code: 'NOT_AN_IMAGE',
    });
  });
});

it('takes a name with a tag for an image beside a folder of that name', async () => {
  // the tests run in the root of the repository
  const folder = 'packages';
  const engineHost = join(directory, 'no-engine.sock');
  await expect(readSeen(`${folder}:1.0`, { engineHost })).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
  await expect(readSeen(folder, { engineHost })).rejects.toMatchObject({
    code: 'NOT_AN_IMAGE',
    message: expect.stringContaining(`docker:${folder}`),
  });
});
