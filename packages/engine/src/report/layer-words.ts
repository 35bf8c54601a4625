/** Layers as people know them: by their place and by the line of the Dockerfile that made them. */
import type { LayerDescriptor } from '../image/types.ts';

const maxInstructionChars = 4000;
const longHash = /\b(file|dir|multi):([0-9a-f]{8})[0-9a-f]{24,}/g;
const buildArguments = /^(?:RUN )?\|\d+ /;
const argumentValue = /^([A-Za-z_]\w*)=.*/;
const shell = '/bin/sh -c ';

/**
 * The instruction without what builders put around it: `/bin/sh -c #(nop) COPY …`, `RUN /bin/sh -c … # buildkit`,
 * `|1 VERSION=2 /bin/sh -c …` (whose build arguments may be secret).
 */
export function shortInstruction(instruction: string): string {
  let text = instruction.slice(0, maxInstructionChars).replace(/\s+/g, ' ').trim();
  if (text.endsWith('# buildkit')) text = text.slice(0, -'# buildkit'.length).trimEnd();
  const nop = text.indexOf('#(nop)');
  const isRun = text.startsWith('RUN ') || text.startsWith('|') || text.startsWith(shell);
  if (nop >= 0 && nop <= shell.length) {
    text = text.slice(nop + '#(nop)'.length).trim();
  } else if (isRun) {
    const start = text.indexOf(shell);
    text = `RUN ${start >= 0 ? text.slice(start + shell.length).trim() : withoutArguments(text)}`;
  }
  return text.replace(longHash, '$1:$2');
}

/** What another shell runs: build arguments lose their values, which may be secret; a value with spaces ends where a path begins. */
function withoutArguments(text: string): string {
  if (!buildArguments.test(text)) return text.replace(/^RUN /, '');
  const words = text.replace(buildArguments, '').split(' ');
  const command = words.findIndex((word) => word.startsWith('/'));
  const named = command >= 0 ? words.slice(command) : words.map((word) => word.replace(argumentValue, '$1=***'));
  return named.join(' ');
}

export interface LayerPlace {
  /** 1 is the base */
  readonly number: number;
  /** `layer 2 of 4` */
  readonly place: string;
  /** shortened; null when the history does not say */
  readonly instruction: string | null;
}

/** `layer 2 of 4: RUN apt-get install …`, or null where no layer is known. */
export function placeWords(place: LayerPlace | null): string | null {
  if (place === null) return null;
  return place.instruction === null ? place.place : `${place.place}: ${place.instruction}`;
}

/** Characters by which an instruction is known again in a text that may have cut it. */
const tellingChars = 40;

/** Whether a text already names the instruction of that place. */
export function namesPlace(text: string, place: LayerPlace): boolean {
  return place.instruction !== null && text.includes(place.instruction.slice(0, tellingChars));
}

/** Looks layers up by diff ID. Of layers with the same diff ID the lowest is meant: it is where the files came from. */
export function layerPlaces(
  layers: readonly LayerDescriptor[],
): (diffId: string | null | undefined) => LayerPlace | null {
  const places = new Map<string, LayerPlace>();
  layers.forEach((layer, index) => {
    if (layer.diffId === null || places.has(layer.diffId)) return;
    places.set(layer.diffId, {
      number: index + 1,
      place: `layer ${index + 1} of ${layers.length}`,
      instruction: layer.instruction === null ? null : shortInstruction(layer.instruction),
    });
  });
  return (diffId) => (diffId ? (places.get(diffId) ?? null) : null);
}
