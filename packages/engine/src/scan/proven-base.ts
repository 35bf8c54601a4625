import { mismatch } from '../image/blob.ts';
import type { OpenImage, ReadImage } from '../image/types.ts';

/** A layer of an image that is the base's if it holds what its config says, by its index. */
export type OpenClaim = number;

/**
 * Compares an image's layers with those of a base whose diff IDs its config repeats: a config can say anything. A layer whose blob
 * is the base's is proven. Of the others the base's content is held against what its config says, and the image's own is left
 * to whoever asks, by `proveLayers`. Layers above the base that claim the diff ID of one of its are looked at, too: they would be
 * taken for it.
 *
 * @returns what is to be proven of the image itself; null: the base's layers cannot be hashed to their end
 * @throws ImageError `DIGEST_MISMATCH` when the base is not what its config says; when a layer of it cannot be read
 */
export async function openClaims(
  image: Pick<ReadImage<unknown>, 'layers' | 'digests'>,
  base: OpenImage,
): Promise<readonly OpenClaim[] | null> {
  const { diffIds, digests, reference } = base;
  const open: OpenClaim[] = [];
  for (const [index, { diffId }] of image.layers.entries()) {
    const below = index < diffIds.length ? index : diffIds.indexOf(diffId ?? '');
    if (below < 0) continue;
    const blob = image.digests.blob(index);
    if (blob !== null && blob === digests.blob(below)) continue;
    const content = await digests.content(below);
    if (content === null) return null;
    if (content !== diffIds[below]) throw mismatch(layerOf(reference, below, diffIds), diffIds[below]!, content);
    open.push(index);
  }
  return open;
}

/**
 * Hashes what these layers hold.
 *
 * @returns whether they are what the image's config says; false: not known
 * @throws ImageError `DIGEST_MISMATCH` when they are not
 */
export async function proveLayers(
  { reference, layers, digests }: Pick<ReadImage<unknown>, 'reference' | 'layers' | 'digests'>,
  claims: readonly OpenClaim[] | null,
): Promise<boolean> {
  if (claims === null) return false;
  for (const index of claims) {
    const content = await digests.content(index);
    if (content === null) return false;
    const stated = layers[index]!.diffId ?? 'none';
    if (content !== stated) throw mismatch(layerOf(reference, index, layers), stated, content);
  }
  return true;
}

function layerOf(reference: string, index: number, { length }: readonly unknown[]): string {
  return `${reference}: layer ${index + 1} of ${length}`;
}
