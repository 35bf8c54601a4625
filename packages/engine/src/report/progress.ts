/**
 * What a long scan says while it runs, as text. Pure: whoever owns the terminal keeps the state, decides when to show
 * it (work over a second), and writes nothing where no terminal is.
 */
import { byteWords } from './byte-words.ts';
import { plural } from './finding-words.ts';
import { asciiText, safeText } from './safe-text.ts';
import { textWidth, truncate } from './terminal/text-width.ts';

export interface LayerProgress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly done: boolean;
}

export interface ShardProgress {
  readonly done: number;
  readonly total: number;
  /** the one that is being fetched or built; null between two */
  readonly current: string | null;
}

export interface ProgressState {
  /** the image as the user wrote it */
  readonly subject: string;
  /** base first; empty until the image is open */
  readonly layers: readonly LayerProgress[];
  readonly shards: ShardProgress | null;
}

export function startProgress(subject: string): ProgressState {
  return { subject, layers: [], shards: null };
}

/** Takes in one event of the image reader (`ReadProgress.layer`). Layers are read several at once, in any order. */
export function withLayer(
  state: ProgressState,
  event: LayerProgress & { readonly index: number; readonly count: number },
): ProgressState {
  const waiting: LayerProgress = { bytesRead: 0, bytesTotal: 0, done: false };
  const { bytesRead, bytesTotal, done } = event;
  const layers = Array.from({ length: event.count }, (_, index) => state.layers[index] ?? waiting);
  if (event.index >= 0 && event.index < event.count) layers[event.index] = { bytesRead, bytesTotal, done };
  return { ...state, layers };
}

export function withShards(state: ProgressState, shards: ShardProgress | null): ProgressState {
  return { ...state, shards };
}

function sum(layers: readonly LayerProgress[], of: (layer: LayerProgress) => number): number {
  return layers.reduce((total, layer) => total + of(layer), 0);
}

function layerWords({ layers }: ProgressState): string | null {
  if (layers.length === 0) return null;
  const done = layers.filter((layer) => layer.done).length;
  const read = sum(layers, (layer) => layer.bytesRead);
  const total = sum(layers, (layer) => layer.bytesTotal);
  const bytes = total > read ? `${byteWords(read)} of ${byteWords(total)}` : byteWords(read);
  return `layers ${done}/${layers.length}, ${bytes}`;
}

function shardWords({ shards }: ProgressState): string | null {
  if (shards === null) return null;
  return `advisories ${shards.done}/${shards.total}${shards.current === null ? '' : ` ${shards.current}`}`;
}

function finished(state: ProgressState): boolean {
  return state.layers.length > 0 && state.layers.every((layer) => layer.done);
}

/** One line for a terminal of `columns` cells, to be drawn over the one before; it leaves the last cell free. */
export function progressLine(state: ProgressState, columns: number, unicode = true): string {
  const clean = unicode ? safeText : asciiText;
  const ellipsis = unicode ? '…' : '...';
  const width = Math.max(1, columns - 1);
  const counts = [layerWords(state), shardWords(state)].filter((part) => part !== null).map((part) => clean(part));
  const work = counts.length === 0 ? `opening${ellipsis}` : counts.join(unicode ? ' · ' : ' - ');
  // The counts matter more than the name, which the user typed.
  const room = width - textWidth(work) - 2;
  const minName = 8;
  if (room < minName) return truncate(work, width, ellipsis);
  return `${truncate(clean(state.subject), room, ellipsis)}  ${work}`;
}

/** Plain lines for a log: one for every layer and shard that got done between the two states, none for bytes. */
export function progressMessages(before: ProgressState, after: ProgressState): readonly string[] {
  const lines: string[] = [];
  const total = after.layers.length;
  after.layers.forEach((layer, index) => {
    if (!layer.done || before.layers[index]?.done) return;
    lines.push(`read layer ${index + 1} of ${total} (${byteWords(layer.bytesRead)})`);
  });
  if (finished(after) && !finished(before)) lines.push(`read ${plural(total, 'layer')} of ${after.subject}`);
  const was = before.shards?.done ?? 0;
  if (after.shards !== null && after.shards.done > was) {
    lines.push(`advisories ${after.shards.done} of ${after.shards.total} at hand`);
  }
  return lines.map((line) => asciiText(line));
}
