import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { takeInventory } from '../take-inventory.ts';
import { buildElf, buildRust } from '../testing/elf-builder.ts';
import { fakeImage } from '../testing/fake-image.ts';

async function inventoryOf(executable: Buffer) {
  return takeInventory(fakeImage([{ 'opt/app': { executable } }]));
}

const list = {
  packages: [
    { name: 'app', version: '0.1.0', source: 'local', dependencies: [1, 2], root: true },
    { name: 'serde', version: '1.0.217', source: 'crates.io' },
    { name: 'cc', version: '1.1.0', source: 'crates.io', kind: 'build' },
    { name: 'a b', version: '1' },
    { name: 'no-version' },
    null,
  ],
};

test.each([{ bits: 64 }, { bits: 32 }, { bits: 64, bigEndian: true }, { bits: 32, bigEndian: true }] as const)(
  'crates that are in the binary: %o',
  async (options) => {
    const { packages } = await inventoryOf(buildRust(list, options));
    expect(packages.map(({ purl }) => purl)).toEqual(['pkg:cargo/app@0.1.0', 'pkg:cargo/serde@1.0.217']);
  },
);

test.each([
  ['no zlib', Buffer.from('x'.repeat(30)), 'package-manifest-damaged'],
  ['no JSON', deflateSync('{'), 'package-manifest-damaged'],
  ['no list', deflateSync('[]'), 'package-manifest-damaged'],
  ['a bomb', deflateSync(Buffer.alloc(20 * 1024 * 1024)), 'package-manifest-damaged'],
  ['a small bomb', deflateSync(`{"packages":[]${' '.repeat(1024 * 1024)}}`), 'package-manifest-damaged'],
  ['too large', Buffer.alloc(5 * 1024 * 1024), 'file-too-large'],
])('damage is told: %s', async (_, bytes, code) => {
  const { packages, incomplete } = await inventoryOf(buildElf([{ name: '.dep-v0', bytes }]));
  expect(packages).toEqual([]);
  expect(incomplete).toMatchObject([{ code, path: '/opt/app' }]);
});

test.each<[string, (file: Buffer) => void]>([
  ['beyond the end', (file) => void file.writeBigUInt64LE(2n ** 63n, 0x28)],
  ['none in number', (file) => void file.writeUInt16LE(0, 0x3c)],
  ['names in a section that is not there', (file) => void file.writeUInt16LE(99, 0x3e)],
])('a forged section table hides no crates: %s', async (_, forge) => {
  const file = buildRust(list);
  forge(file);
  const { packages, incomplete } = await inventoryOf(file);
  expect(packages).toEqual([]);
  expect(incomplete).toMatchObject([{ code: 'package-manifest-damaged', path: '/opt/app' }]);
});
