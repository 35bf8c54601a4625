import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { ImageError } from './error.ts';
import { LayerScan } from './layer-scan.ts';
import { defaultReadLimits } from './limits.ts';
import { squash } from './squash.ts';
import {
  type DockerArchiveShape,
  dockerArchive,
  fixtureImage,
  ociArchive,
  paxHeader,
  tarArchive,
} from './testing/image-builder.ts';
import { readSeen, recordingAnalyser, temporaryDirectory } from './testing/reading.ts';

const directory = temporaryDirectory();

const rich = Buffer.concat([
  ...paxHeader({ path: 'pax/name', size: '4', 'GNU.sparse.map': '0,4', 'GNU.sparse.name': 'other' }),
  tarArchive(
    [
      { path: 'x', content: 'body' },
      { path: 'etc/os-release', content: 'ID=x\n' },
      { path: `long/${'n/'.repeat(80)}x`, content: 'deep' },
      { path: 'h', type: 'hardlink', linkTarget: 'etc/os-release' },
      { path: 'l', type: 'symlink', linkTarget: `../${'t/'.repeat(80)}` },
      { path: 'd/.wh.x' },
      { path: 'sparse', flag: 'S', content: 'z' },
    ],
    { longNames: 'gnu' },
  ),
]);
const image = fixtureImage({ layers: [rich, [{ path: 'etc/.wh.os-release' }]] });

const shapes: readonly DockerArchiveShape[] = ['docker-save', 'docker-25', 'skopeo', 'kaniko'];
const archives = [
  ...shapes.map((shape) => dockerArchive(image, { shape })),
  ociArchive([image], { nested: true, attestation: true }),
  ociArchive([image], { compression: 'zstd' }),
  ociArchive([image], { compression: 'none' }),
  gzipSync(ociArchive([image])),
  gzipSync(dockerArchive(image)),
];

const damage = fc.record({
  which: fc.nat({ max: archives.length - 1 }),
  flips: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), to: fc.nat(255) }), {
    maxLength: 4,
  }),
  keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
});

it('damaged archives end with our error, or with what could be read', async () => {
  const path = join(directory, 'fuzzed');
  await fc.assert(
    fc.asyncProperty(damage, async ({ which, flips, keep }) => {
      const bytes = Buffer.from(archives[which]!);
      for (const { at, to } of flips) {
        bytes[Math.floor(at * bytes.length)] = to;
      }
      writeFileSync(path, bytes.subarray(0, Math.ceil(keep * bytes.length)));
      try {
        const read = await readSeen(path, { limits: { maxFileBytes: 1_000_000 } });
        squash(read.layers.map((layer) => layer.analysis.listing));
      } catch (error) {
        expect(error).toBeInstanceOf(ImageError);
      }
    }),
    { numRuns: 1500, seed: 11 },
  );
});

it('a layer reads the same in pieces of any size', () => {
  const scanned = (cuts: readonly number[]) => {
    const analyser = recordingAnalyser();
    const scan = new LayerScan(analyser.begin(), defaultReadLimits, 'layer');
    let at = 0;
    for (const cut of cuts) {
      scan.decoder.push(rich.subarray(at, at + cut));
      at += cut;
    }
    scan.decoder.push(rich.subarray(at));
    scan.decoder.finish();
    return scan.finish();
  };
  const whole = scanned([]);
  expect(whole.problems).toHaveLength(2);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1200 }), { maxLength: 60 }), (cuts) => {
      expect(scanned(cuts)).toEqual(whole);
    }),
    { numRuns: 300, seed: 3 },
  );
});

it('random bytes are a config, or our error', () => {
  const config = fc.record(
    {
      created: fc.jsonValue(),
      architecture: fc.jsonValue(),
      config: fc.oneof(fc.jsonValue(), fc.record({ Env: fc.jsonValue(), Labels: fc.jsonValue(), Cmd: fc.jsonValue() })),
      rootfs: fc.oneof(fc.jsonValue(), fc.record({ diff_ids: fc.jsonValue() })),
      history: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.oneof(config, fc.jsonValue(), fc.constant('{"__proto__":{"config":1},"config":{"Labels":{"__proto__":"x"}}}')),
      (value) => {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        try {
          expect(parseConfig(Buffer.from(text), 'config').config.labels).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
        }
      },
    ),
    { numRuns: 2000, seed: 5 },
  );
});
