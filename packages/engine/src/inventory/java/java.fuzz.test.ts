import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partsOfBody } from '../binary/executable.ts';
import { zipOf } from '../testing/zip.ts';
import { ArchiveParts } from './archive-parts.ts';
import { readJavaArchive } from './java-archive.ts';

const library = zipOf({
  'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\r\nBundle-Version: 1.0\r\nBundle-License: MIT\r\n',
  'META-INF/maven/g/a/pom.properties': 'version=1\ngroupId=g\nartifactId=a\n',
  'META-INF/maven/g/a/pom.xml':
    '<project><groupId>g</groupId><licenses><license><name>MIT</name></license></licenses></project>',
  'a/A.class': 'x',
});
const samples: readonly Buffer[] = [
  library,
  zipOf({ 'WEB-INF/lib/l-1.jar': library, 'WEB-INF/lib/m-1.jar': { body: library, stored: true } }),
  zipOf({ 'a.jar': { body: library, zip64: true } }, { zip64: true, prefix: '#!/bin/sh\n', comment: 'c' }),
];

/** More than is read of an end, so that parts are read one by one. */
const padding = { body: Buffer.alloc(70_000), stored: true };
const largeSamples: readonly Buffer[] = [
  zipOf({ 'WEB-INF/lib/l-1.jar': library, 'a/A.class': 'x', pad: padding, 'META-INF/MANIFEST.MF': 'A: b\r\n' }),
  zipOf({ pad: padding, 'a.jar': { body: library, stored: true } }, { zip64: true, comment: 'c'.repeat(500) }),
];

/** Flipped bytes, forged lengths and offsets, a cut, a part repeated. */
const mutated = (of: readonly Buffer[]) =>
  fc
    .record({
      sample: fc.constantFrom(...of),
      flips: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), {
        maxLength: 8,
      }),
      forged: fc.array(
        fc.record({
          // most are near the end, where directories are
          fromEnd: fc.oneof(fc.nat(600), fc.nat(3000)),
          value: fc.oneof(fc.constantFrom(0, 1, 0xffff, 0x7fffffff, 0xfffffffe, 0xffffffff), fc.nat(4000)),
        }),
        { maxLength: 3 },
      ),
      cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      again: fc.nat(2),
    })
    .map(({ sample, flips, forged, cut, again }) => {
      const copy = Buffer.from(sample);
      for (const { at, byte } of flips) copy[Math.floor(at * (copy.length - 1))] = byte;
      for (const { fromEnd, value } of forged) {
        const at = copy.length - 4 - fromEnd;
        if (at >= 0) copy.writeUInt32LE(value, at);
      }
      const part = cut === null ? copy : copy.subarray(0, Math.floor(cut * copy.length));
      return Buffer.concat(Array.from({ length: again + 1 }, () => part));
    });

test('any bytes end in facts or damage that are JSON values', () => {
  let damages = 0;
  fc.assert(
    fc.property(
      fc.oneof({ weight: 9, arbitrary: mutated(samples) }, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)),
      (bytes) => {
        const before = Buffer.from(bytes);
        const said = readJavaArchive('lib/x-1.0.jar', bytes);
        expect(JSON.parse(JSON.stringify(said))).toEqual(said);
        expect(bytes).toEqual(before);
        if (said.damage !== null) damages += 1;
        expect(said.damage?.message.length ?? 0).toBeLessThan(400);
        for (const { name, version } of said.facts?.packages ?? [])
          expect(`${name}${version}`).toMatch(/^[^\s\u0000-\u001f]+$/);
      },
    ),
    { seed: 20261123, numRuns: 5000 },
  );
  expect(damages).toBeGreaterThan(1000);
});

test('an archive that is read in parts says the same, and costs no more than twice its bytes', () => {
  let damages = 0;
  let inParts = 0;
  fc.assert(
    fc.property(mutated(largeSamples), (bytes) => {
      let read = 0;
      const parts = partsOfBody(bytes);
      const counted = {
        ...parts,
        read(offset: number, length: number) {
          read += length;
          return parts.read(offset, length);
        },
      };
      const said = readJavaArchive('lib/x-1.0.jar', new ArchiveParts(counted, 0));
      expect(said).toEqual(readJavaArchive('lib/x-1.0.jar', bytes));
      expect(read).toBeLessThanOrEqual(2 * bytes.length + 65_557);
      if (said.damage !== null) damages += 1;
      if (read < bytes.length) inParts += 1;
    }),
    { seed: 20261127, numRuns: 1000 },
  );
  expect(damages).toBeGreaterThan(100);
  expect(inParts).toBeGreaterThan(20);
});
