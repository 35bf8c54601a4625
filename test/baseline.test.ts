import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureImage, ociArchive } from '../packages/engine/src/image/testing/image-builder.ts';
import { cleanLayers, vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';
import type { ScanResult } from './scans.ts';

/* What an image, the base image or every platform of an index has does not close the gate. */

const folder = scratchFolder();
afterAll(folder.remove);
let database = '';
let clean = '';
let vulnerable = '';
const own = [{ path: 'app/node_modules/fine/package.json', content: '{"name":"fine","version":"1.0.0"}' }];

beforeAll(async () => {
  database = await buildDatabase(folder.path);
  clean = writeImage(folder.path, 'clean', cleanLayers);
  vulnerable = writeImage(folder.path, 'vulnerable', vulnerableLayers);
});

const scan = (image: string, ...args: readonly string[]) =>
  plimsoll(['scan', image, '--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn, ...args]);
const json = (text: string) => JSON.parse(text) as ScanResult;

test('an image that is named is scanned as well', async () => {
  const known = await scan(vulnerable, '--baseline', `docker-archive:${vulnerable}`, '--format', 'json');
  expect(known.status).toBe(0);
  const { findings, inputs } = json(known.stdout);
  expect(findings.find(({ kind }) => kind === 'vulnerability')).toMatchObject({
    isNew: false,
    suppressed: [{ by: 'baseline', source: `docker-archive:${vulnerable}` }],
  });
  expect(inputs.history).toEqual({
    baseline: { [`docker-archive:${vulnerable}`]: expect.stringMatching(/^sha256:/) },
  });
  const fresh = await scan(vulnerable, '--baseline', `docker-archive:${clean}`, '--format', 'json');
  expect(fresh.status).toBe(1);
  expect(json(fresh.stdout).findings.every(({ isNew }) => isNew)).toBe(true);
});

test('the base image, as --base names it', async () => {
  const app = writeImage(folder.path, 'app', [...vulnerableLayers, own]);
  expect(await scan(app, '--base', vulnerable, '--baseline', 'base')).toMatchObject({ status: 0 });
  expect(await scan(app, '--baseline', 'base')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: 'plimsoll: --baseline base wants --base IMAGE\n',
  });
});

test('of every platform that of its own: what one has is new to another', async () => {
  const index = (name: string, layers: readonly (typeof cleanLayers)[]) => {
    const path = join(folder.path, name);
    const platforms = ['linux/s390x', 'linux/riscv64'];
    const images = layers.map((each, at) =>
      fixtureImage({ platform: platforms[at]!, layers: each, config: { User: 'app' } }),
    );
    writeFileSync(path, ociArchive(images, { nested: true }));
    return path;
  };
  const before = index('before.tar', [cleanLayers, vulnerableLayers]);
  const after = index('after.tar', [vulnerableLayers, vulnerableLayers]);
  const results = join(folder.path, 'before.json');
  await scan(before, '--platform', 'all', '--format', `json=${results}`);
  for (const baseline of [results, `oci-archive:${before}`]) {
    const { status, stdout } = await scan(after, '--platform', 'all', '--baseline', baseline, '--format', 'json');
    const all = JSON.parse(stdout) as { readonly results: readonly ScanResult[] };
    expect({ status, codes: all.results.map(({ verdict }) => verdict.exitCode) }).toEqual({ status: 1, codes: [1, 0] });
  }
  const one = await scan(clean, '--baseline', results);
  expect({ status: one.status, lines: one.stderr.trimEnd().split('\n') }).toEqual({
    status: 2,
    lines: [expect.stringContaining('before.json holds several platforms')],
  });
});
