import { randomBytes } from 'node:crypto';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dockerArchive,
  type FixtureImage,
  fixtureImage,
  ociArchive,
  writeOciLayout,
} from '../packages/engine/src/image/testing/image-builder.ts';
import { dpkgStatus, osRelease } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';
import type { InventoryResult } from './scans.ts';

/*
 * An image on a base whose layers are known: only its own are read. What is read is counted by the kernel, all of it: the
 * program, its settings, and the image.
 */

const folder = scratchFolder();
afterAll(folder.remove);

const megabyte = 1024 * 1024;
/** Does not compress, so that an archive is as large however its layers are stored. */
const heavy = { path: 'usr/lib/heavy.bin', content: randomBytes(12 * megabyte) };
const base = [[osRelease, dpkgStatus({ bash: '5.2.15-2' }), heavy]];
const own = [
  { path: 'app/node_modules/lodash/package.json', content: '{"name":"lodash","version":"4.17.20"}' },
  { path: 'app/data.bin', content: randomBytes(2 * megabyte) },
];
const images = { base: fixtureImage({ layers: base }), app: fixtureImage({ layers: [...base, own] }) };

/** At its end the program says how many bytes it read (`rchar`). */
const counting = `data:text/javascript,${encodeURIComponent(
  `import{readFileSync}from'node:fs';process.on('exit',()=>process.stderr.write('read '+/rchar: (\\d+)/.exec(readFileSync('/proc/self/io','utf8'))[1]+'\\n'))`,
)}`;

async function read(reference: string, cache: string) {
  const args = ['sbom', reference, '--quiet', '--cache-dir', join(folder.path, cache)];
  const { status, stdout, stderr } = await plimsoll(args, { env: { NODE_OPTIONS: `--import ${counting}` } });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^read \d+\n$/) });
  return { bytes: Number(/\d+/.exec(stderr)![0]), result: JSON.parse(stdout) as InventoryResult };
}

/** Writes both images, each into a file or folder of its own. */
async function write(name: string, form: (image: FixtureImage, path: string) => unknown) {
  const path = (of: string) => join(folder.path, `${name}-${of}`);
  await form(images.base, path('base'));
  await form(images.app, path('app'));
  return { base: path('base'), app: path('app') };
}

describe.skipIf(process.platform !== 'linux')('an image on a known base (needs /proc/self/io)', () => {
  let start = 0;
  beforeAll(async () => {
    const small = join(folder.path, 'small.tar');
    writeFileSync(small, dockerArchive(fixtureImage({ layers: [[osRelease, dpkgStatus({ bash: '5.2.15-2' })]] })));
    // the first run also compiles
    await read(small, 'small');
    start = (await read(small, 'small')).bytes;
  });

  it('reads its own layers alone: OCI archives, gzipped layers', async () => {
    const { base: below, app } = await write('oci', (image, path) =>
      writeFileSync(path, ociArchive([image], { compression: 'gzip' })),
    );
    const cold = await read(app, 'oci-cold');
    expect(cold.bytes - start).toBeGreaterThan(14 * megabyte);
    await read(below, 'oci');
    const onKnown = await read(app, 'oci');
    expect(onKnown.bytes - start).toBeGreaterThan(2 * megabyte);
    expect(onKnown.bytes - start).toBeLessThan(2.5 * megabyte);
    const again = await read(app, 'oci');
    expect(again.bytes - start).toBeLessThan(0.2 * megabyte);
    expect(onKnown.result).toEqual(cold.result);
    expect(again.result).toEqual(cold.result);
  });

  it('reads its own layers alone: one OCI layout, plain layers', async () => {
    const layout = join(folder.path, 'layout');
    await writeOciLayout(layout, [images.base, { ...images.app, names: ['app:1'] }], { compression: 'none' });
    const cold = await read(`oci-layout:${layout}:app:1`, 'layout-cold');
    await read(`oci-layout:${layout}:example:latest`, 'layout');
    const onKnown = await read(`oci-layout:${layout}:app:1`, 'layout');
    expect(onKnown.bytes - start).toBeLessThan(0.5 * megabyte);
    expect(onKnown.result).toEqual(cold.result);
  });

  it('reads no body that nobody wants: docker save, plain layers, which nothing names', async () => {
    const { base: below, app } = await write('docker', (image, path) => writeFileSync(path, dockerArchive(image)));
    await read(below, 'docker');
    const onKnown = await read(app, 'docker');
    expect(statSync(app).size).toBeGreaterThan(14 * megabyte);
    expect(onKnown.bytes - start).toBeLessThan(0.5 * megabyte);
    expect((await read(app, 'docker')).result).toEqual(onKnown.result);
  });

  it('and reads all of it when the cache was removed meanwhile', async () => {
    const { base: below, app } = await write('gone', (image, path) =>
      writeFileSync(path, ociArchive([image], { compression: 'zstd' })),
    );
    await read(below, 'gone');
    rmSync(join(folder.path, 'gone'), { recursive: true });
    expect((await read(app, 'gone')).bytes - start).toBeGreaterThan(14 * megabyte);
  });
});
