import { AdvisoryError, reasonOf } from './advisory-error.ts';
import type { FeedGroup, FeedInput, FeedTally } from './feed.ts';
import { readContext } from './feed-reading.ts';
import { verifyShard } from './open-advisories.ts';
import { besideOf } from './shard-names.ts';
import type { FeedFile, FeedSource, Validator } from './sources/feed-source.ts';
import type { FeedState, InputStates } from './store/feed-state.ts';
import { GroupSink, type SunkShard } from './store/group-sink.ts';
import { sqlite } from './store/sqlite.ts';
import { shardPath, tempPath } from './store/store-paths.ts';
import type { ShardInfo } from './types.ts';

/** An upstream file that no source has: what was made from it before stays as it is. */
export interface SkippedFeed {
  readonly feed: string;
  readonly url: string;
}

export interface FailedFeed {
  readonly feed: string;
  readonly code: AdvisoryError['code'];
  readonly message: string;
}

export interface FeedCounts extends Readonly<FeedTally> {
  readonly feed: string;
}

/** One run of the builder: what it was asked, and what it has found so far. */
export interface BuildRun {
  readonly dbDir: string;
  readonly asOf: string;
  /** shards to make; undefined: all */
  readonly only: readonly string[] | undefined;
  readonly signal: AbortSignal | undefined;
  readonly source: FeedSource;
  readonly catalog: Map<string, ShardInfo>;
  state: FeedState;
  readonly skipped: SkippedFeed[];
  readonly failed: FailedFeed[];
  readonly feeds: FeedCounts[];
  readonly made: Set<string>;
  readonly unchanged: Set<string>;
}

export type GroupPhase = 'fetch' | 'read' | 'write' | 'done';

/**
 * Makes the shards of one group, or confirms them where no input has changed.
 *
 * @throws AdvisoryError; the old shards are then untouched
 */
export async function buildGroup(run: BuildRun, group: FeedGroup, report: (phase: GroupPhase) => void): Promise<void> {
  const { dbDir, only, asOf, signal } = run;
  const wanted = only?.filter((shard) => group.makes(shard));
  report('fetch');
  const inputs = group.inputs(wanted);
  const known = knownInputs(run, group, wanted);
  const fetched = await fetchInputs(run.source, inputs, known);
  for (const { url, optional } of inputs) {
    if (fetched.states[url] === null && optional !== true) run.skipped.push({ feed: group.name, url });
  }
  // made from less than before, a shard would know less: it stays, and grows old in the open
  const gone = inputs.some(
    ({ url, optional }) => optional !== true && known?.[url] != null && fetched.states[url] === null,
  );
  if (gone) return;
  if (fetched.unchanged) {
    confirm(run, group, wanted);
    return;
  }
  if (fetched.files.size === 0) return;
  report('read');
  const tally: FeedTally = { read: 0, rejected: 0, firstRejection: null, withdrawn: 0, irrelevant: 0 };
  const sink = new GroupSink(sqlite(), tempPath(dbDir), wanted);
  try {
    await group.read(readContext(fetched.files, sink, tally, tempPath(dbDir), signal));
    if (tally.read === 0 && tally.rejected > 0) {
      throw new AdvisoryError(
        'feed-malformed',
        `${group.name}: not one record could be read (${tally.firstRejection}); what was there before is kept`,
      );
    }
    report('write');
    const written = sink.finish(dbDir);
    const names = new Set(written.map(({ name }) => name));
    for (const shard of written) {
      const inputs = group.inputs([withoutTexts(shard.name)]);
      const used = inputs.filter(({ url, optional }) => optional !== true && fetched.files.has(url));
      run.catalog.set(shard.name, catalogEntry(shard, group, used, asOf));
      run.made.add(shard.name);
    }
    // what the feed no longer speaks about goes; what was not asked for stays
    for (const { name } of ownShards(run, group, wanted)) if (!names.has(name)) run.catalog.delete(name);
    remember(run, group, wanted, names, fetched.states);
    run.feeds.push({ feed: group.name, ...tally });
  } catch (error) {
    throw isStoreError(error) ? storeError(dbDir, error) : error;
  } finally {
    sink.discard();
  }
}

/** SQLite's errors, and those of the file system (a full disk). */
function isStoreError(error: unknown): boolean {
  const code = error instanceof AdvisoryError ? undefined : (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(?:ERR_SQLITE|E[A-Z]+$)/.test(code);
}

function storeError(dbDir: string, cause: unknown): AdvisoryError {
  return new AdvisoryError(
    'store-failed',
    `cannot write below ${dbDir}: ${reasonOf(cause)}; check space and rights`,
    cause,
  );
}

function catalogEntry(
  shard: SunkShard,
  { licenses }: FeedGroup,
  used: readonly FeedInput[],
  checkedAt: string,
): ShardInfo {
  const { name, digest, size, records, kind, dataDate } = shard;
  return { name, digest, size, records, kind, licenses, feeds: used.map(({ url }) => url).sort(), dataDate, checkedAt };
}

/**
 * Inputs as they were when every shard that is asked for was made; null: something has to be made anyway, also because
 * a file is missing or damaged.
 */
function knownInputs(run: BuildRun, group: FeedGroup, wanted: readonly string[] | undefined): InputStates | null {
  const shards = ownShards(run, group, wanted);
  const whole = ({ digest }: ShardInfo): boolean => verifyShard(shardPath(run.dbDir, digest), digest);
  if (wanted === undefined) {
    const state = run.state.groups[group.name];
    return state !== undefined && shards.every(whole) ? state : null;
  }
  const merged: Record<string, Validator | null> = {};
  for (const name of wanted) {
    const state = run.catalog.has(name) ? run.state.shards[name] : undefined;
    if (state === undefined) return null;
    for (const [url, validator] of Object.entries(state)) {
      if (Object.hasOwn(merged, url) && JSON.stringify(merged[url]) !== JSON.stringify(validator)) return null;
      merged[url] = validator;
    }
  }
  return shards.every(whole) ? merged : null;
}

/** Shards of the catalog, with those of texts, that this group makes and that are asked for. */
function ownShards(run: BuildRun, group: FeedGroup, wanted: readonly string[] | undefined): ShardInfo[] {
  return [...run.catalog.values()].filter(({ name }) => {
    const base = withoutTexts(name);
    return group.makes(base) && besideOf(name) === undefined && (wanted === undefined || wanted.includes(base));
  });
}

/** The shard that a shard of texts stands beside. */
export function withoutTexts(name: string): string {
  return name.replace(/-texts$/, '');
}

interface Fetched {
  readonly files: ReadonlyMap<string, FeedFile>;
  readonly states: InputStates;
  /** every input is as it was known */
  readonly unchanged: boolean;
}

/** Asks what changed; when anything did, the rest is fetched too, since shards are made from all inputs together. */
async function fetchInputs(
  source: FeedSource,
  inputs: readonly FeedInput[],
  known: InputStates | null,
): Promise<Fetched> {
  const ask = (input: FeedInput, validator: Validator | null) => source.fetch(input.url, validator, input.maxBytes);
  // all are waited for, so that none still writes when the next group begins
  const settled = await Promise.allSettled(inputs.map((input) => ask(input, known?.[input.url] ?? null)));
  const first = settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  const same = first.every((result, index) => {
    if (known === null || !Object.hasOwn(known, inputs[index]!.url)) return false;
    return result.state === 'unchanged' || (result.state === 'absent' && known[inputs[index]!.url] === null);
  });
  const files = new Map<string, FeedFile>();
  const states: Record<string, Validator | null> = {};
  for (const [index, input] of inputs.entries()) {
    let result = first[index]!;
    if (!same && result.state === 'unchanged') result = await ask(input, null);
    if (result.state === 'file') files.set(input.url, result.file);
    states[input.url] =
      result.state === 'absent' ? null : result.state === 'file' ? result.file.validator : result.validator;
  }
  return { files, states, unchanged: same };
}

/** The same data: only the day of checking moves. */
function confirm(run: BuildRun, group: FeedGroup, wanted: readonly string[] | undefined): void {
  for (const info of ownShards(run, group, wanted)) {
    run.catalog.set(info.name, { ...info, checkedAt: run.asOf });
    run.made.add(info.name);
    run.unchanged.add(info.name);
  }
}

function remember(
  run: BuildRun,
  group: FeedGroup,
  wanted: readonly string[] | undefined,
  names: ReadonlySet<string>,
  states: InputStates,
): void {
  const shards: Record<string, InputStates> = { ...run.state.shards };
  for (const name of names) {
    if (name.endsWith('-texts')) continue;
    const urls = new Set(group.inputs([name]).map(({ url }) => url));
    shards[name] = Object.fromEntries(Object.entries(states).filter(([url]) => urls.has(url)));
  }
  run.state = { ...run.state, shards };
  if (wanted === undefined) run.state = { ...run.state, groups: { ...run.state.groups, [group.name]: states } };
}
