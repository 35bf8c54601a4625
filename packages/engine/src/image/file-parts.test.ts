import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readImage } from './read-image.ts';
import { dockerArchive, fixtureImage, ociArchive } from './testing/image-builder.ts';
import { temporaryDirectory } from './testing/reading.ts';
import type { FileParts, LayerAnalyser } from './types.ts';

/** Wants what may be run in parts: its size, its first 3 bytes and its last 2, and what lies beyond. */
const analyser: LayerAnalyser<readonly string[]> = {
  recall: () => undefined,
  keep() {},
  begin() {
    const seen: string[] = [];
    const text = (bytes: Buffer | null) => bytes?.toString('latin1') ?? 'none';
    return {
      wants: (path, _size, mode) => ((mode & 0o111) === 0 ? path.endsWith('.txt') : 'parts'),
      file: ({ path }, body) => void seen.push(`${path}: ${body}`),
      parts({ path }, parts) {
        const stretches = [parts.read(0, 3), parts.read(parts.size - 2, 2), parts.read(parts.size - 1, 2)];
        seen.push(`${path}: ${parts.size} ${stretches.map(text).join(' ')}`);
      },
      passing({ path }) {
        let all = '';
        return {
          data: (chunk) => {
            all += chunk.toString('latin1');
          },
          end: () => void seen.push(`${path}: ${all.length} ${all.slice(0, 3)} ${all.slice(-2)} none`),
        };
      },
      finish: () => seen.sort(),
    };
  },
};

const body = `abc${'x'.repeat(300_000)}yz`;
const image = fixtureImage({
  layers: [
    [
      { path: 'run', content: body, mode: 0o755 },
      { path: 'name', type: 'hardlink', linkTarget: 'run' },
      { path: 'read.txt', content: 'text' },
      { path: 'skipped', content: 'nobody wants this' },
      { path: 'small', content: 'abyz', mode: 0o700 },
    ],
  ],
});
const directory = temporaryDirectory();
const expected = ['read.txt: text', `run: ${body.length} abc yz none`, 'small: 4 aby yz none'];

test.each([
  ['plain', 'plain.tar', dockerArchive(image)],
  ['compressed as a whole', 'whole.tar.gz', gzipSync(dockerArchive(image))],
  ['compressed layers', 'oci.tar', ociArchive([image], { compression: 'zstd' })],
])('a file wanted in parts, once for all its names: %s', async (_, name, bytes) => {
  const file = join(directory, name);
  writeFileSync(file, bytes);
  const read = await readImage(file, { analyser, platform: 'linux/amd64' });
  await read.close();
  expect(read.layers[0]!.analysis).toEqual(expected);
});

test('a file that may come either way lasts as long as the image where it lies in a file', async () => {
  const later: FileParts[] = [];
  const whole: string[] = [];
  const either: LayerAnalyser<null> = {
    recall: () => undefined,
    keep() {},
    begin: () => ({
      wants: (path) => path !== 'read.txt' || 'either',
      parts: (_, { later: lasting }) => void later.push(lasting!),
      file({ path }, bytes, lasting) {
        whole.push(`${path}: ${bytes.length}`);
        if (lasting !== undefined) later.push(lasting);
      },
      finish: () => null,
    }),
  };
  const plain = join(directory, 'either.tar');
  writeFileSync(plain, dockerArchive(image));
  const read = await readImage(plain, { analyser: either });
  const bytes = Buffer.alloc(4);
  const said = later.map((parts) => [parts.size, parts.read(0, 4)?.toString(), parts.readInto?.(bytes, 0)]);
  const same = [body.length, 'abcx', true];
  expect(said).toEqual([same, [4, 'text', true], [17, 'nobo', true], [4, 'abyz', true]]);
  await read.close();
  // not what has its descriptor since
  expect(later.map((parts) => [parts.read(0, 4), parts.readInto?.(bytes, 0)])).toEqual(later.map(() => [null, false]));

  const compressed = join(directory, 'either.tar.gz');
  writeFileSync(compressed, gzipSync(dockerArchive(image)));
  whole.length = 0;
  later.length = 0;
  await (await readImage(compressed, { analyser: either })).close();
  expect(whole).toContain('read.txt: 4');
  expect(later).toEqual([]);
});

test('in a root file system, whose digest covers the parts that were read', async () => {
  const root = join(directory, 'root');
  mkdirSync(root);
  writeFileSync(join(root, 'read.txt'), 'text');
  const digestWith = async (run: string) => {
    writeFileSync(join(root, 'run'), run);
    chmodSync(join(root, 'run'), 0o755);
    const read = await readImage(`rootfs:${root}`, { analyser });
    await read.close();
    return { seen: read.rootfs, digest: read.rootfsDigest };
  };
  const first = await digestWith(body);
  expect(first.seen).toEqual(expected.slice(0, 2));
  expect((await digestWith(body)).digest).toBe(first.digest);
  expect((await digestWith(body.replace('abc', 'abd'))).digest).not.toBe(first.digest);
});
