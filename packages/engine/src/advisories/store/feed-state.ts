import { readFileSync } from 'node:fs';
import type { Validator } from '../sources/feed-source.ts';
import { replaceFile } from './catalog.ts';
import { shardFormat } from './shard-format.ts';
import { statePath } from './store-paths.ts';

/** Upstream files by URL as they were; null: the source had none. */
export type InputStates = Readonly<Record<string, Validator | null>>;

/** What was asked and what came, so that the next update asks only for what changed. Losing it costs a download. */
export interface FeedState {
  readonly format: number;
  /** where from: mirrors or upstream; other sources have other entity tags */
  readonly source: string;
  /** groups that were built whole */
  readonly groups: Readonly<Record<string, InputStates>>;
  readonly shards: Readonly<Record<string, InputStates>>;
  /** shards that were made from others: what those were */
  readonly beside: Readonly<Record<string, string>>;
}

/** Nothing is known of the feeds, so that all of them are read. */
export function emptyState(source: string): FeedState {
  return { format: shardFormat, source, groups: {}, shards: {}, beside: {} };
}

/** State for this source; an empty one where there is none, or one that cannot be used. */
export function readState(dbDir: string, source: string): FeedState {
  try {
    const state = JSON.parse(readFileSync(statePath(dbDir), 'utf8')) as Partial<FeedState> | null;
    if (state?.format !== shardFormat || state.source !== source) return emptyState(source);
    return {
      ...emptyState(source),
      groups: state.groups ?? {},
      shards: state.shards ?? {},
      beside: state.beside ?? {},
    };
  } catch {
    return emptyState(source);
  }
}

export function writeState(dbDir: string, state: FeedState): void {
  replaceFile(dbDir, statePath(dbDir), `${JSON.stringify(state)}\n`);
}
