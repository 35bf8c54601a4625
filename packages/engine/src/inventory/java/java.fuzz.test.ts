import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zipOf } from '../testing/zip.ts';
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

/** Flipped bytes, forged lengths and offsets, a cut, a part repeated. */
const mutated = fc
  .record({
    sample: fc.constantFrom(...samples),
    flips: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), { maxLength: 8 }),
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
      fc.oneof({ weight: 9, arbitrary: mutated }, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)),
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
