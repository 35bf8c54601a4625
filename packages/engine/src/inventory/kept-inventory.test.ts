import { expect, test } from 'vitest';
import { type InventoryStore, inventoryOf } from './kept-inventory.ts';
import type { LayerAnalysis } from './layer-analysis.ts';
import { takeInventory } from './take-inventory.ts';
import { fakeImage } from './testing/fake-image.ts';

const image = fakeImage([
  { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' },
  { 'var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n' },
]);

function memory(program = 'one'): InventoryStore & { readonly kept: Map<string, Buffer> } {
  const kept = new Map<string, Buffer>();
  const store = {
    get: (at: string) => kept.get(at),
    put: (at: string, pieces: Iterable<Buffer>) => void kept.set(at, Buffer.concat([...pieces])),
  };
  return { kept, store, program, keyOf: () => 'a' };
}

/** The same image, into whose layers nobody may look. */
const closed: LayerAnalysis = {
  get listing(): never {
    throw new Error('looked into');
  },
  get parsed(): never {
    throw new Error('looked into');
  },
};
const again = { ...image, layers: image.layers.map((layer) => ({ ...layer, analysis: closed })) };

test('the same image again is not looked into, and has the same inventory', async () => {
  const kept = memory();
  const first = await inventoryOf(image, [], kept);
  expect(first).toEqual(await takeInventory(image));
  expect(JSON.stringify(await inventoryOf(again, [], kept))).toBe(JSON.stringify(first));
});

test.each<[string, () => Promise<unknown>]>([
  ['another program', () => inventoryOf(again, [], { ...filled, program: 'two' })],
  ['another key of a layer', () => inventoryOf(again, [], { ...filled, keyOf: () => 'b' })],
  ['other facts', () => inventoryOf(again, ['licenses' as never], filled)],
  ['another platform', () => inventoryOf({ ...again, platform: 'linux/s390x' }, [], filled)],
  ['another config', () => inventoryOf({ ...again, config: { user: 'x' } as never }, [], filled)],
  ['fewer layers', () => inventoryOf({ ...again, layers: again.layers.slice(1) }, [], filled)],
  ['a layer that is not kept', () => inventoryOf(again, [], { ...filled, keyOf: () => undefined })],
  ['no store', () => inventoryOf(again, [], null)],
])('%s: the image is looked into', async (_, ask) => {
  await inventoryOf(image, [], filled);
  await expect(ask()).rejects.toThrow('looked into');
});
const filled = memory();

test('bytes that were changed are not used', async () => {
  const kept = memory();
  await inventoryOf(image, [], kept);
  for (const bytes of kept.kept.values()) bytes[bytes.length - 1]! ^= 1;
  await expect(inventoryOf(again, [], kept)).rejects.toThrow('looked into');
});

test('an inventory that could not be completed is not kept', async () => {
  const kept = memory();
  const link = { 'etc/os-release': { link: '/x' }, x: 'ID=debian\n' };
  const unreadable = { ...fakeImage([link]), reread: async () => new Map<string, Buffer>() };
  const { incomplete } = await inventoryOf(unreadable, [], kept);
  expect(incomplete.map(({ code }) => code)).toContain('file-unreadable');
  expect(kept.kept.size).toBe(0);
});
