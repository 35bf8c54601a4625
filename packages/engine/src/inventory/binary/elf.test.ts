import fc from 'fast-check';
import { expect, test } from 'vitest';
import { executableReaders } from '../catalogers.ts';
import { CatalogError } from '../error.ts';
import { buildElf, buildGo, buildOldGo, buildRust } from '../testing/elf-builder.ts';
import { readElf } from './elf.ts';
import { partsOfBody } from './executable.ts';

const file = buildElf([
  { name: '.text', bytes: Buffer.from('run'), address: 0x1000 },
  { name: '.data', bytes: Buffer.from('write'), address: 0x2000, writable: true },
  { name: '.note.package', bytes: Buffer.from('note') },
]);

test('sections and segments', () => {
  const elf = readElf(partsOfBody(file))!;
  const { offset, size } = elf.section('.note.package')!;
  expect(file.toString('latin1', offset, offset + size)).toBe('note');
  expect(elf.section('.note')).toBeUndefined();
  expect(elf.section('.none')).toBeUndefined();
  expect(elf.segments.map(({ address, writable }) => [address, writable])).toEqual([
    [0x1000, false],
    [0x2000, true],
  ]);
});

test.each<[string, (bytes: Buffer) => void]>([
  ['section headers beyond the end', (bytes) => void bytes.writeBigUInt64LE(2n ** 63n, 0x28)],
  ['more section headers than there is room', (bytes) => void bytes.writeUInt16LE(0xffff, 0x3c)],
  ['entries of one byte', (bytes) => void bytes.writeUInt16LE(1, 0x3a)],
  ['names in a section that is not there', (bytes) => void bytes.writeUInt16LE(99, 0x3e)],
])('a forged section table is none: %s', (_, forge) => {
  const bytes = Buffer.from(file);
  forge(bytes);
  const elf = readElf(partsOfBody(bytes))!;
  expect(elf.section('.note.package')).toBeUndefined();
  expect(elf.hasWholeSections()).toBe(false);
});

test('a file that says it has no sections is whole', () => {
  const elf = readElf(
    partsOfBody(buildElf([{ name: '.text', bytes: Buffer.from('x'), address: 1 }], { stripped: true })),
  );
  expect(elf?.hasWholeSections()).toBe(true);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['another file', () => Buffer.from('#!/bin/sh\n'.repeat(10))],
  ['an unknown class', (bytes) => Buffer.from(bytes).fill(3, 4, 5)],
  ['an unknown byte order', (bytes) => Buffer.from(bytes).fill(0, 5, 6)],
  ['a header that is cut', (bytes) => bytes.subarray(0, 60)],
])('no ELF file: %s', (_, change) => {
  expect(readElf(partsOfBody(change(file)))).toBeNull();
});

const text = 'path\ta\nmod\ta\tv1\ndep\tb\tv2\n=>\tc\tv3\nbuild\t-ldflags="-X main.version=1.2"\n';
const samples: readonly (readonly [string, Buffer])[] = [
  ['go', buildGo('go1.22.1', text)],
  ['old go', buildOldGo('go1.17.1', text)],
  ['old go, 32 bits', buildOldGo('go1.17.1', text, { bits: 32, bigEndian: true })],
  ['go without sections', buildGo('go1.22.1', text, { stripped: true })],
  ['rust', buildRust({ packages: [{ name: 'a', version: '1' }] })],
];

test.each(samples)('any bytes give facts or an error of this room: %s', (_, good) => {
  const flip = fc.record({ at: fc.nat(good.length - 1), byte: fc.constantFrom(0, 1, 8, 0x7f, 0x80, 0xff) });
  const changed = fc
    .record({
      flips: fc.array(flip, { minLength: 1, maxLength: 6 }),
      end: fc.integer({ min: 1, max: good.length * 3 }),
    })
    .map(({ flips, end }) => {
      const copy = Buffer.from(good);
      for (const { at, byte } of flips) copy[at] = byte;
      return copy.subarray(0, end);
    });
  fc.assert(
    fc.property(changed, (bytes) => {
      for (const reader of executableReaders) {
        try {
          const said = reader.parse('usr/bin/prometheus', bytes, { needles: [], proves: () => false });
          expect(JSON.parse(JSON.stringify(said))).toEqual(said);
        } catch (error) {
          if (!(error instanceof CatalogError)) throw error;
        }
      }
    }),
    { seed: 20261123, numRuns: 1500 },
  );
});

test('the tables of sections are read once, whatever is asked for', () => {
  const parts = partsOfBody(buildElf([{ name: '.text', bytes: Buffer.alloc(5000) }]));
  const reads: number[] = [];
  const counted = {
    ...parts,
    read(offset: number, length: number) {
      reads.push(length);
      return parts.read(offset, length);
    },
  };
  const elf = readElf(counted);
  expect(elf?.section('.text')?.size).toBe(5000);
  for (const name of ['.go.buildinfo', '.dep-v0', '.note.package']) expect(elf?.section(name)).toBeUndefined();
  expect(reads).toHaveLength(2);
});
