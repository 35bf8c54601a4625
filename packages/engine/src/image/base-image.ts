import type { HistoryEntry, ImageConfig } from './types.ts';

/** What an image says of the image that it was built on. At least one of the two is there. */
export interface StatedBase {
  readonly reference: string | null;
  /** of its manifest or image index */
  readonly digest: string | null;
}

const nameKey = 'org.opencontainers.image.base.name';
const digestKey = 'org.opencontainers.image.base.digest';
const referenceForm = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,511}$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;

/**
 * What annotations or labels say of the base; null where they say nothing that could be a name or a digest.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys
 */
export function statedBase(said: Readonly<Record<string, string>>): StatedBase | null {
  const [name, digest] = [own(said, nameKey), own(said, digestKey)];
  const reference = referenceForm.test(name) ? name : null;
  const known = digestForm.test(digest) ? digest : null;
  return reference === null && known === null ? null : { reference, digest: known };
}

function own(said: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(said, key) ? said[key]! : '';
}

/** How many layers, from the base up, two images have in common. */
export function commonLayers(one: readonly string[], other: readonly string[]): number {
  const differs = one.findIndex((diffId, index) => diffId !== other[index]);
  return differs < 0 ? one.length : differs;
}

/** Within this time steps count as one build, milliseconds. */
const oneBuild = 60 * 60 * 1000;

/**
 * Guesses from the history how many layers the base has: up to the last step that ends an image (a CMD, or the last one
 * of another builder) and is followed by layers that were made more than an hour later. Null where nothing suggests one.
 * A history is what the builder wrote, or whoever changed it since.
 */
export function guessedBaseLayers({ history }: ImageConfig, layers: number): number | null {
  if (history.filter(({ emptyLayer }) => !emptyLayer).length !== layers) {
    return null;
  }
  let below = layers;
  let next: HistoryEntry | null = null;
  for (let end = history.length - 1; end >= 0; end -= 1) {
    const entry = history[end]!;
    if (next !== null && endsImage(entry, history[end + 1]!) && isLater(next, entry)) {
      return below === 0 ? null : below;
    }
    if (!entry.emptyLayer) {
      next = entry;
      below -= 1;
    }
  }
  return null;
}

/**
 * How many entries of the history are the base's. Entries without layers that stand between its last layer and the next
 * one are as long as they are of its time; where all of them are (times are made equal for reproducible builds), up to the
 * last that sets what a container runs. Null when the history does not tell of every layer.
 *
 * @param below layers of the base
 */
export function baseEntries({ history }: ImageConfig, below: number, layers: number): number | null {
  const made = history.flatMap(({ emptyLayer }, index) => (emptyLayer ? [] : [index]));
  if (made.length !== layers || below < 1 || below > layers) return null;
  const from = made[below - 1]!;
  const to = made[below] ?? history.length;
  const between = history.slice(from + 1, to);
  const own = between.findIndex((entry) => isLater(entry, history[from]!));
  if (own >= 0) return from + 1 + own;
  const next = history[to];
  if (next !== undefined && isLater(next, history[from]!)) return to;
  return from + 1 + between.findLastIndex(({ instruction }) => /^(?:CMD|ENTRYPOINT)\b/.test(instruction ?? '')) + 1;
}

function endsImage(entry: HistoryEntry, following: HistoryEntry): boolean {
  const isCommand = entry.emptyLayer && /^CMD\b/.test(entry.instruction ?? '');
  return isCommand || (entry.comment ?? '') !== (following.comment ?? '');
}

function isLater(entry: HistoryEntry, than: HistoryEntry): boolean {
  return Date.parse(entry.created ?? '') - Date.parse(than.created ?? '') > oneBuild;
}
