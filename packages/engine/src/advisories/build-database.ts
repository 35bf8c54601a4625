import { availableParallelism } from 'node:os';
import { isAdvisoryError, throwIfAborted } from './advisory-error.ts';
import { buildBeside } from './build-beside.ts';
import { type FailedFeed, type FeedCounts, type GroupPhase, type SkippedFeed, withoutTexts } from './build-group.ts';
import { type BuildRun, buildGroups } from './build-groups.ts';
import { signerOf } from './distribution/catalog-signature.ts';
import { besideOf } from './shard-names.ts';
import { readCatalog, writeCatalog } from './store/catalog.ts';
import { emptyState, readState, writeState } from './store/feed-state.ts';
import { defaultKeepDays, dropOldCatalogs, publishCatalog } from './store/kept-catalogs.ts';
import { withWriteLock } from './store/lock.ts';
import { packShards } from './store/pack-shards.ts';
import { emptyTemp, removeRetiredShards } from './store/retired-shards.ts';
import type { ShardInfo } from './types.ts';

export interface BuildProgress {
  readonly group: string;
  /** groups done and in all */
  readonly done: number;
  readonly total: number;
  readonly phase: GroupPhase;
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
  /** the directory is one that others fetch from: compresses every shard for them */
  readonly forOthers?: boolean | undefined;
  /** private key (PEM) that the catalog is signed with, for others */
  readonly signKey?: string | undefined;
  /** groups of feeds that are read at a time, the larger ones in threads of their own; the bytes are the same for any number */
  readonly jobs?: number | undefined;
  /** groups with more bytes than these are read in a thread */
  readonly threadFrom?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((event: BuildProgress) => void) | undefined;
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

/** Each needs up to 300 MB of memory for a large feed. */
const defaultMaxJobs = 2;

/**
 * Makes shards from the upstream feeds, or from mirrors of them, and puts them in the catalog. A feed that fails or is
 * absent leaves its old shards with their old dates, and is named in the report.
 *
 * @throws AdvisoryError `aborted`, `store-failed`, `catalog-malformed`
 */
export async function buildDatabase(options: BuildOptions): Promise<BuildReport> {
  return withWriteLock(options.dbDir, options.signal, () => build(options));
}

async function build(options: BuildOptions): Promise<BuildReport> {
  const { dbDir, signal } = options;
  emptyTemp(dbDir);
  const known = catalogBefore(options);
  const before = known?.shards ?? [];
  const origin = options.mirrors.length === 0 ? 'upstream' : JSON.stringify(options.mirrors);
  const run: BuildRun = {
    dbDir,
    asOf: options.asOf,
    only: options.only?.map(withoutTexts).filter((name) => besideOf(name) === undefined),
    signal,
    catalog: new Map(before.map((info) => [info.name, info])),
    // A feed that did not change would otherwise be passed over, although its shards are in no catalog any more.
    state: known === undefined ? emptyState(origin) : readState(dbDir, origin),
    skipped: [],
    failed: [],
    feeds: [],
    made: new Set(),
    unchanged: new Set(),
  };
  const jobs = options.jobs ?? Math.min(availableParallelism(), defaultMaxJobs);
  try {
    await buildGroups(run, options, jobs);
  } finally {
    emptyTemp(dbDir);
  }
  throwIfAborted(signal);
  makeBeside(run, options.only);
  if (options.forOthers === true) {
    const report = (done: number, total: number): void =>
      options.progress?.({ group: 'compressing', done, total, phase: 'write' });
    await packShards(dbDir, run.catalog, before, signal, report, jobs);
  }
  const catalog =
    options.forOthers === true
      ? publishCatalog(dbDir, run.catalog.values(), signerOf(options.signKey))
      : writeCatalog(dbDir, run.catalog.values());
  dropOldCatalogs(dbDir, defaultKeepDays, Date.now());
  writeState(dbDir, run.state);
  removeRetiredShards(dbDir, before, catalog, Date.now());
  return {
    shards: catalog.shards.filter(({ name }) => run.made.has(name)),
    unchanged: [...run.unchanged].sort(),
    skipped: run.skipped,
    failed: run.failed,
    feeds: run.feeds,
  };
}

/** Ratings beside advisory shards: of a whole build for all of them, else for those that are asked for. */
function makeBeside(run: BuildRun, only: readonly string[] | undefined): void {
  const all = [...run.catalog.values()].filter(({ kind }) => kind === 'advisories').map(({ name }) => name);
  const wanted = only === undefined ? all : only.flatMap((name) => besideOf(name) ?? []);
  if (wanted.length === 0) return;
  const { dbDir, catalog, signal } = run;
  const abort = (): void => throwIfAborted(signal);
  const { keys, made, unchanged } = buildBeside(
    { dbDir, catalog, keys: run.state.beside, throwIfAborted: abort },
    wanted,
  );
  run.state = { ...run.state, beside: keys };
  for (const name of [...made, ...unchanged]) run.made.add(name);
  for (const name of unchanged) run.unchanged.add(name);
}

/** Who builds everything need not read what was there, so that this is the way out of a damaged catalog. */
function catalogBefore({ dbDir, only }: BuildOptions): ReturnType<typeof readCatalog> {
  try {
    return readCatalog(dbDir);
  } catch (error) {
    if (only === undefined && isAdvisoryError(error, 'catalog-malformed')) return undefined;
    throw error;
  }
}
