import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AdvisoryError } from './advisory-error.ts';
import type { BuildOptions } from './build-database.ts';
import {
  buildGroup,
  type FailedFeed,
  type FeedCounts,
  type GroupOutcome,
  type GroupPhase,
  type GroupRun,
  type SkippedFeed,
} from './build-group.ts';
import { type DiscoveryAnswers, type FoundGroup, findGroups } from './find-groups.ts';
import { inLanes } from './in-lanes.ts';
import { removeTemp } from './make-shards.ts';
import { ShardMakers } from './shard-makers.ts';
import type { FeedSource } from './sources/feed-source.ts';
import { feedSource } from './sources/mirror-chain.ts';
import type { FeedState } from './store/feed-state.ts';
import { keptFeedsPath, tempPath } from './store/store-paths.ts';
import type { ShardInfo } from './types.ts';

/** One run of the builder, and what it has found so far. */
export interface BuildRun extends GroupRun {
  readonly signal: AbortSignal | undefined;
  readonly catalog: Map<string, ShardInfo>;
  state: FeedState;
  readonly skipped: SkippedFeed[];
  readonly failed: FailedFeed[];
  readonly feeds: FeedCounts[];
  readonly made: Set<string>;
  readonly unchanged: Set<string>;
}

/** Several groups at a time; what became of them is put together in the order of the feeds, whichever ended first. */
export async function buildGroups(run: BuildRun, options: BuildOptions, jobs: number): Promise<void> {
  const { dbDir, signal } = run;
  const answers: DiscoveryAnswers = { asOf: run.asOf, only: run.only, files: new Map(), lists: new Map() };
  const source = (tempDir: string, onBytes?: (url: string, bytes: number) => void): FeedSource =>
    feedSource(options.mirrors, { tempDir, signal, onBytes });
  const failed = (feed: string, { code, message }: AdvisoryError): void =>
    void run.failed.push({ feed, code, message });
  const groups = await findGroups(source(tempPath(dbDir)), answers, signal, failed);
  const outcomes = new Map<FoundGroup, GroupOutcome | AdvisoryError>();
  const makers = new ShardMakers(answers, signal, jobs === 1 ? Infinity : options.threadFrom);
  let done = 0;
  const one = async (found: FoundGroup, index: number): Promise<void> => {
    const { feed, group } = found;
    const tempDir = join(tempPath(dbDir), `group-${index}`);
    const report = (phase: GroupPhase, bytes?: number): void =>
      options.progress?.({
        group: group.name,
        done,
        total: groups.length,
        phase,
        ...(bytes === undefined ? {} : { bytes }),
      });
    mkdirSync(tempDir);
    try {
      report('fetch');
      const plain = source(tempDir, (_url, bytes) => report('fetch', bytes));
      const kept = { folder: keptFeedsPath(dbDir), tempDir, origin: run.state.source };
      const from = group.increments?.(plain, kept) ?? plain;
      const outcome = await buildGroup(run, group, from, (files, wanted) =>
        makers.make(group, { feed, group: group.name, dbDir, tempDir, files, wanted }, report),
      );
      outcomes.set(found, outcome);
    } catch (error) {
      if (!(error instanceof AdvisoryError) || error.code === 'aborted' || error.code === 'store-failed') throw error;
      outcomes.set(found, error);
    } finally {
      removeTemp(tempDir);
    }
    done++;
    report('done');
  };
  try {
    // the largest first, so that none is left over for the end
    const order = groups.toSorted((a, b) => Number(b.group.large ?? false) - Number(a.group.large ?? false));
    await inLanes(order, jobs, signal, one);
  } finally {
    await makers.close();
  }
  for (const found of groups) {
    const outcome = outcomes.get(found)!;
    if (outcome instanceof AdvisoryError) failed(found.group.name, outcome);
    else take(run, found.group.name, outcome);
  }
}

function take(run: BuildRun, name: string, outcome: GroupOutcome): void {
  run.skipped.push(...outcome.skipped);
  if (outcome.counts !== undefined) run.feeds.push(outcome.counts);
  for (const info of outcome.shards) {
    run.catalog.set(info.name, info);
    run.made.add(info.name);
    if (outcome.unchanged) run.unchanged.add(info.name);
  }
  for (const gone of outcome.gone) run.catalog.delete(gone);
  const { shardStates, groupState } = outcome;
  run.state = {
    ...run.state,
    shards: { ...run.state.shards, ...shardStates },
    groups: groupState === undefined ? run.state.groups : { ...run.state.groups, [name]: groupState },
  };
}
