import { createHash } from 'node:crypto';
import type { ReadImage } from '../image/types.ts';
import { readSealed, sealed } from './kept-bytes.ts';
import type { LayerStore } from './layer-analyser.ts';
import type { LayerAnalysis } from './layer-analysis.ts';
import { takeInventory } from './take-inventory.ts';
import type { FactName, FileQuery, Inventory } from './types.ts';

const magic = Buffer.from('plimsoll inventory 1\n');

export interface InventoryStore {
  readonly store: LayerStore;
  /** Key under which the analysis of a layer is kept; undefined: it is not. */
  readonly keyOf: (analysis: LayerAnalysis) => string | undefined;
  /** digest of the program's own code: what it makes of the same layers, another version might not */
  readonly program: string;
}

/**
 * The inventory of an image. Where all of its layers are kept, so is what they add up to: the same image again costs
 * neither squashing nor assembling. Null: nothing is kept.
 */
export async function inventoryOf(
  image: ReadImage<LayerAnalysis>,
  facts: readonly FactName[],
  kept: InventoryStore | null,
  queries: readonly FileQuery[] = [],
): Promise<Inventory> {
  const key =
    kept && keyOf(image, [facts.toSorted(), queries.map(({ key, sha256, content }) => [key, sha256, content])], kept);
  if (!kept || key === null) return takeInventory(image, facts, queries);
  const bytes = kept.store.get(key);
  const text = bytes && readSealed(magic, key, bytes);
  if (text) return JSON.parse(text()) satisfies Inventory;
  const inventory = await takeInventory(image, facts, queries);
  // what could not be read may be readable next time
  const unread = inventory.incomplete.some(({ code }) => code === 'file-unreadable' || code === 'limit-reached');
  if (!unread) kept.store.put(key, sealed(magic, key, JSON.stringify(inventory)));
  return inventory;
}

/** Of all that an inventory is made from; null where the analysis of a layer is not kept, for whichever reason. */
function keyOf(
  image: ReadImage<LayerAnalysis>,
  asked: unknown,
  { keyOf: keyOfLayer, program }: InventoryStore,
): string | null {
  if (image.rootfs !== null) return null;
  const analyses: string[] = [];
  for (const { analysis } of image.layers) {
    const key = keyOfLayer(analysis);
    if (key === undefined) return null;
    analyses.push(key);
  }
  const layers = image.layers.map(({ analysis: _, ...layer }) => layer);
  const made = JSON.stringify([program, asked, analyses, layers, image.config, image.platform]);
  return createHash('sha256').update(`inventory\n${made}`).digest('hex');
}
