import type { PolicySubject } from './types.ts';

/** Says of the layers that brought something whether they are the base image's. */
export type BaseLayers = (layers: readonly (string | null | undefined)[]) => {
  readonly inBase: boolean;
  readonly inBaseKnown: boolean;
  readonly inBaseClaimed: boolean;
};

export function baseLayers({ image: { base }, inventory }: PolicySubject): BaseLayers {
  const ofBase = new Set(inventory.layers.slice(0, base?.layers ?? 0).map(({ diffId }) => diffId));
  return (layers) => {
    const told = base !== null && base.layers !== null && layers.length > 0 && layers.every((layer) => layer != null);
    const inBase = told && layers.every((layer) => ofBase.has(layer ?? null));
    const given = base?.from === 'option';
    return { inBase: inBase && given, inBaseKnown: told && given, inBaseClaimed: inBase && !given };
  };
}
