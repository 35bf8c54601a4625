import { AdvisoryError, throwIfAborted } from './advisory-error.ts';
import type { Discovery, FeedGroup, FeedInput, FeedTally } from './feed.ts';
import { parseJsonFile, readContext, readText } from './feed-reading.ts';
import { feeds } from './feeds.ts';
import type { FeedFile, FeedSource, Validator } from './sources/feed-source.ts';
import { feedSource } from './sources/mirror-chain.ts';
import { readCatalog, writeCatalog } from './store/catalog.ts';
import { type FeedState, type InputStates, readState, writeState } from './store/feed-state.ts';
import { GroupSink } from './store/group-sink.ts';
import { withWriteLock } from './store/lock.ts';
import { emptyTemp, removeRetiredShards } from './store/retired-shards.ts';
import { sqlite } from './store/sqlite.ts';
import { tempPath } from './store/store-paths.ts';
import type { ShardInfo } from './types.ts';

export interface BuildProgress {
  readonly group: string;
  /** groups done and in all */
  readonly done: number;
  readonly total: number;
  readonly phase: 'fetch' | 'read' | 'write' | 'done';
  /** of the file that is being fetched */
  readonly bytes?: number;
}

export interface BuildOptions {
  readonly dbDir: string;
  /** URLs or directories that stand for every upstream host; none: the hosts themselves */
  readonly mirrors: readonly string[];
  /** day that goes into `checkedAt`, `YYYY-MM-DD` */
  readonly asOf: string;
  /** names of the shards to make; absent: all */
  readonly only?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((event: BuildProgress) => void) | undefined;
}

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

export interface BuildReport {
  /** made or confirmed in this run, sorted by name */
  readonly shards: readonly ShardInfo[];
  /** names among them whose bytes did not have to be made again */
  readonly unchanged: readonly string[];
  readonly skipped: readonly SkippedFeed[];
  readonly failed: readonly FailedFeed[];
  readonly feeds: readonly FeedCounts[];
}

/**
 * Makes shards from the upstream feeds, or from mirrors of them, and puts them in the catalog. A feed that fails or is
 * absent leaves its old shards with their old dates, and is named in the report.
 *
 * @throws AdvisoryError `aborted`, `store-failed`, `catalog-malformed`
 */
export async function buildDatabase(options: BuildOptions): Promise<BuildReport> {
  return withWriteLock(options.dbDir, options.signal, () => build(options));
}

interface Run {
  readonly options: BuildOptions;
  readonly source: FeedSource;
  readonly catalog: Map<string, ShardInfo>;
  state: FeedState;
  readonly skipped: SkippedFeed[];
  readonly failed: FailedFeed[];
  readonly feeds: FeedCounts[];
  readonly made: Set<string>;
  readonly unchanged: Set<string>;
}

async function build(options: BuildOptions): Promise<BuildReport> {
  const { dbDir, mirrors, signal } = options;
  emptyTemp(dbDir);
  let group = '';
  let at = { done: 0, total: 0 };
  const source = feedSource(mirrors, {
    tempDir: tempPath(dbDir),
    signal,
    onBytes: (_url, bytes) => options.progress?.({ group, ...at, phase: 'fetch', bytes }),
  });
  const before = readCatalog(dbDir)?.shards ?? [];
  const run: Run = {
    options: { ...options, only: options.only?.map((name) => name.replace(/-texts$/, '')) },
    source,
    catalog: new Map(before.map((info) => [info.name, info])),
    state: readState(dbDir, mirrors.length === 0 ? 'upstream' : JSON.stringify(mirrors)),
    skipped: [],
    failed: [],
    feeds: [],
    made: new Set(),
    unchanged: new Set(),
  };
  const groups = await findGroups(run);
  for (const [index, each] of groups.entries()) {
    throwIfAborted(signal);
    group = each.name;
    at = { done: index, total: groups.length };
    const report = (phase: BuildProgress['phase']): void => options.progress?.({ group, ...at, phase });
    try {
      await buildGroup(run, each, report);
    } catch (error) {
      if (!(error instanceof AdvisoryError) || error.code === 'aborted' || error.code === 'store-failed') throw error;
      run.failed.push({ feed: each.name, code: error.code, message: error.message });
    } finally {
      emptyTemp(dbDir);
    }
    report('done');
  }
  const catalog = writeCatalog(dbDir, run.catalog.values());
  writeState(dbDir, run.state);
  removeRetiredShards(dbDir, new Set(before.map(({ digest }) => digest)), catalog, Date.now());
  return {
    shards: catalog.shards.filter(({ name }) => run.made.has(name)),
    unchanged: [...run.unchanged].sort(),
    skipped: run.skipped,
    failed: run.failed,
    feeds: run.feeds,
  };
}

async function findGroups(run: Run): Promise<FeedGroup[]> {
  const { asOf, only, signal } = run.options;
  const fetched = new Map<string, Promise<FeedFile | undefined>>();
  const file = (url: string): Promise<FeedFile | undefined> => {
    let result = fetched.get(url);
    if (result === undefined) {
      result = run.source
        .fetch(url, null, maxDiscoveryBytes)
        .then((answer) => (answer.state === 'file' ? answer.file : undefined));
      fetched.set(url, result);
    }
    return result;
  };
  const discovery: Discovery = {
    asOf,
    only,
    json: async (url) => {
      const found = await file(url);
      return found === undefined ? undefined : parseJsonFile(found, signal);
    },
    text: async (url) => {
      const found = await file(url);
      return found === undefined ? undefined : readText(found, signal);
    },
    list: (url) => run.source.list(url),
  };
  const groups: FeedGroup[] = [];
  for (const feed of feeds) {
    try {
      for (const group of await feed.groups(discovery)) {
        if (only === undefined || only.some((shard) => group.makes(shard))) groups.push(group);
      }
    } catch (error) {
      if (!(error instanceof AdvisoryError) || error.code === 'aborted') throw error;
      run.failed.push({ feed: feed.name, code: error.code, message: error.message });
    }
  }
  return groups;
}

const maxDiscoveryBytes = 16 << 20;

async function buildGroup(run: Run, group: FeedGroup, report: (phase: BuildProgress['phase']) => void): Promise<void> {
  const { dbDir, only, asOf, signal } = run.options;
  const wanted = only?.filter((shard) => group.makes(shard));
  report('fetch');
  const inputs = group.inputs(wanted);
  const known = knownInputs(run, group, wanted);
  const fetched = await fetchInputs(run.source, inputs, known);
  for (const { url, optional } of inputs) {
    if (fetched.states[url] === null && optional !== true) run.skipped.push({ feed: group.name, url });
  }
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
      const base = shard.name.replace(/-texts$/, '');
      const feeds = group.inputs([base]).filter(({ url, optional }) => optional !== true && fetched.files.has(url));
      const info: ShardInfo = {
        name: shard.name,
        digest: shard.digest,
        size: shard.size,
        records: shard.records,
        kind: shard.kind,
        licenses: group.licenses,
        feeds: feeds.map(({ url }) => url).sort(),
        dataDate: shard.dataDate,
        checkedAt: asOf,
      };
      run.catalog.set(shard.name, info);
      run.made.add(shard.name);
    }
    // what the feed no longer speaks about goes; what was not asked for stays
    for (const name of run.catalog.keys()) {
      const base = name.replace(/-texts$/, '');
      if (group.makes(base) && !names.has(name) && (wanted === undefined || wanted.includes(base)))
        run.catalog.delete(name);
    }
    remember(run, group, wanted, names, fetched.states);
    run.feeds.push({ feed: group.name, ...tally });
  } finally {
    sink.discard();
  }
}

/** Inputs as they were when every shard that is asked for was made; null: something has to be made anyway. */
function knownInputs(run: Run, group: FeedGroup, wanted: readonly string[] | undefined): InputStates | null {
  if (wanted === undefined) return run.state.groups[group.name] ?? null;
  const states = wanted.map((shard) => (run.catalog.has(shard) ? run.state.shards[shard] : undefined));
  const first = states[0];
  if (first === undefined) return null;
  const merged: Record<string, Validator | null> = {};
  for (const state of states) {
    if (state === undefined) return null;
    for (const [url, validator] of Object.entries(state)) {
      if (Object.hasOwn(merged, url) && JSON.stringify(merged[url]) !== JSON.stringify(validator)) return null;
      merged[url] = validator;
    }
  }
  return merged;
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
  const first = await Promise.all(inputs.map((input) => ask(input, known?.[input.url] ?? null)));
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
function confirm(run: Run, group: FeedGroup, wanted: readonly string[] | undefined): void {
  for (const [name, info] of run.catalog) {
    const base = name.replace(/-texts$/, '');
    if (!group.makes(base) || (wanted !== undefined && !wanted.includes(base))) continue;
    run.catalog.set(name, { ...info, checkedAt: run.options.asOf });
    run.made.add(name);
    run.unchanged.add(name);
  }
}

function remember(
  run: Run,
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
