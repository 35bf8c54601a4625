import type { AdvisoryError } from './advisory-error.ts';
import { type FeedGroup, type FeedInput, type FeedTally, notThisFeed } from './feed.ts';
import type { MadeShards } from './make-shards.ts';
import { verifyShard } from './open-advisories.ts';
import { besideOf } from './shard-names.ts';
import type { FeedFile, FeedSource, Validator } from './sources/feed-source.ts';
import type { FeedState, InputStates } from './store/feed-state.ts';
import type { SunkShard } from './store/group-sink.ts';
import { shardPath } from './store/store-paths.ts';
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

/** What groups are built from and held against. Nothing of it changes while they are built, several at a time. */
export interface GroupRun {
  readonly dbDir: string;
  readonly asOf: string;
  /** shards to make; undefined: all */
  readonly only: readonly string[] | undefined;
  readonly catalog: ReadonlyMap<string, ShardInfo>;
  readonly state: FeedState;
}

export type GroupPhase = 'fetch' | 'read' | 'write' | 'done';

/** What became of one group; `buildDatabase` puts them together in the order of the feeds. */
export interface GroupOutcome {
  readonly skipped: readonly SkippedFeed[];
  readonly counts?: FeedCounts;
  /** entries of the catalog that were made or confirmed */
  readonly shards: readonly ShardInfo[];
  /** the shards are as they were */
  readonly unchanged: boolean;
  /** entries that the group no longer makes */
  readonly gone: readonly string[];
  /** inputs as they were, by shard, and of the group as a whole */
  readonly shardStates: Readonly<Record<string, InputStates>>;
  readonly groupState?: InputStates;
}

/**
 * Makes the shards of one group, or confirms them where no input has changed.
 *
 * @param make from the group's files
 * @throws AdvisoryError; the old shards are then untouched
 */
export async function buildGroup(
  run: GroupRun,
  group: FeedGroup,
  source: FeedSource,
  make: (files: ReadonlyMap<string, FeedFile>, wanted: readonly string[] | undefined) => Promise<MadeShards>,
): Promise<GroupOutcome> {
  const { only, asOf } = run;
  const wanted = only?.filter((shard) => group.makes(shard));
  const inputs = group.inputs(wanted);
  const known = knownInputs(run, group, wanted);
  const fetched = await fetchInputs(source, inputs, known);
  const skipped = inputs
    .filter(({ url, optional }) => fetched.states[url] === null && optional !== true)
    .map(({ url }) => ({ feed: group.name, url }));
  const nothing = { skipped, shards: [], unchanged: false, gone: [], shardStates: {} };
  // made from less than before, a shard would know less: it stays, and grows old in the open
  const before = ownShards(run, group, wanted);
  const usedBefore = new Set(before.flatMap(({ feeds }) => feeds));
  const lost = inputs.some(
    ({ url, optional }) =>
      optional !== true && fetched.states[url] === null && (known?.[url] != null || usedBefore.has(url)),
  );
  if (lost) return nothing;
  if (fetched.unchanged) {
    const shards = before.map((info) => ({ ...info, checkedAt: asOf }));
    return { ...nothing, shards, unchanged: true };
  }
  if (fetched.files.size === 0) return nothing;
  const { written, tally } = await make(fetched.files, wanted);
  if (tally.read === 0 && before.some(({ records }) => records > 0))
    throw notThisFeed([...fetched.files.keys()].sort()[0]!, 'it holds no records any more');
  const names = new Set(written.map(({ name }) => name));
  const shards = written.map((shard) => {
    const inputs = group.inputs([withoutTexts(shard.name)]);
    const used = inputs.filter(({ url, optional }) => optional !== true && fetched.files.has(url));
    return catalogEntry(shard, group, used, asOf);
  });
  // what the feed no longer speaks about goes; what was not asked for stays
  const gone = before.flatMap(({ name }) => (names.has(name) ? [] : [name]));
  return {
    skipped,
    counts: { feed: group.name, ...tally },
    shards,
    unchanged: false,
    gone,
    shardStates: shardStates(group, names, fetched.states),
    ...(wanted === undefined ? { groupState: fetched.states } : {}),
  };
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
function knownInputs(run: GroupRun, group: FeedGroup, wanted: readonly string[] | undefined): InputStates | null {
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
function ownShards(run: GroupRun, group: FeedGroup, wanted: readonly string[] | undefined): ShardInfo[] {
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

function shardStates(
  group: FeedGroup,
  names: ReadonlySet<string>,
  states: InputStates,
): Readonly<Record<string, InputStates>> {
  const shards: Record<string, InputStates> = {};
  for (const name of names) {
    if (name.endsWith('-texts')) continue;
    const urls = new Set(group.inputs([name]).map(({ url }) => url));
    shards[name] = Object.fromEntries(Object.entries(states).filter(([url]) => urls.has(url)));
  }
  return shards;
}
