/** Layers as people know them: by their place and by the line of the Dockerfile that made them. */
import type { ResultImage } from '../result/types.ts';

const maxInstructionChars = 4000;
const longHash = /\b(file|dir|multi):([0-9a-f]{8})[0-9a-f]{24,}/g;

/** The instruction on one line, digests of ADD and COPY shortened. */
export function shortInstruction(instruction: string): string {
  return instruction.slice(0, maxInstructionChars).replace(/\s+/g, ' ').trim().replace(longHash, '$1:$2');
}

export interface LayerPlace {
  /** 1 is the base */
  readonly number: number;
  /** `layer 2 of 4`, `layer 1 of 4 (base)`, and `(base?)` where that is a guess */
  readonly place: string;
  /** shortened; null when the history does not say */
  readonly instruction: string | null;
}

/** `layer 2 of 4: RUN apt-get install …`, or null where no layer is known. */
export function placeWords(place: LayerPlace | null): string | null {
  if (place === null) return null;
  return place.instruction === null ? place.place : `${place.place}: ${place.instruction}`;
}

/** Looks layers up by diff ID. Of layers with the same diff ID the lowest is meant: it is where the files came from. */
export function layerPlaces({
  base,
  layers,
}: Pick<ResultImage, 'base' | 'layers'>): (diffId: string | null | undefined) => LayerPlace | null {
  const places = new Map<string, LayerPlace>();
  const mark = base?.from === 'history' ? ' (base?)' : ' (base)';
  layers.forEach((layer, index) => {
    if (layer.diffId === null || places.has(layer.diffId)) return;
    places.set(layer.diffId, {
      number: index + 1,
      place: `layer ${index + 1} of ${layers.length}${layer.base ? mark : ''}`,
      instruction: layer.instruction === null ? null : shortInstruction(layer.instruction),
    });
  });
  return (diffId) => (diffId ? (places.get(diffId) ?? null) : null);
}
