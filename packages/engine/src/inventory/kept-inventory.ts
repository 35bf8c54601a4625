import { createHash } from 'node:crypto';
import type { ReadImage } from '../image/types.ts';
import { readSealed, sealed } from './kept-bytes.ts';
import type { LayerStore } from './layer-analyser.ts';
import type { LayerAnalysis } from './layer-analysis.ts';
import { takeInventory } from './take-inventory.ts';
import type { FactName, FileQuery, Inventory, Package } from './types.ts';

const magic = Buffer.from('plimsoll inventory 3\n');
const packagesAtOnce = 256;

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
  const key = kept && inventoryKey(image, facts, kept, queries);
  if (!kept || key === null) return takeInventory(image, facts, queries);
  const bytes = kept.store.get(key);
  const texts = bytes && readSealed(magic, key, bytes);
  if (texts) return fromTexts(texts());
  const inventory = await takeInventory(image, facts, queries);
  if (isLasting(inventory)) kept.store.put(key, sealed(magic, key, textsOf(inventory)));
  return inventory;
}

/** All but the packages, then these, some at once: a large image has thousands. */
function* textsOf(inventory: Inventory): Generator<string> {
  yield JSON.stringify({ ...inventory, packages: [] } satisfies Inventory);
  const { packages } = inventory;
  for (let at = 0; at < packages.length; at += packagesAtOnce) {
    yield JSON.stringify(packages.slice(at, at + packagesAtOnce));
  }
}

function fromTexts(texts: Generator<string>): Inventory {
  const packages: Package[] = [];
  const inventory = JSON.parse(texts.next().value ?? '{}') as Inventory;
  for (const text of texts) for (const each of JSON.parse(text) as Package[]) packages.push(each);
  return { ...inventory, packages };
}

/** Whether the next time finds the same: what could not be read may be readable then. */
export function isLasting({ incomplete }: Pick<Inventory, 'incomplete'>): boolean {
  return !incomplete.some(({ code }) => code === 'file-unreadable' || code === 'limit-reached');
}

/** Of all that an inventory is made from; null where the analysis of a layer is not kept, for whichever reason. */
export function inventoryKey(
  image: ReadImage<LayerAnalysis>,
  facts: readonly FactName[],
  { keyOf: keyOfLayer, program }: InventoryStore,
  queries: readonly FileQuery[] = [],
): string | null {
  if (image.rootfs !== null) return null;
  const asked = [facts.toSorted(), queries.map(({ key, sha256, content }) => [key, sha256, content])];
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
