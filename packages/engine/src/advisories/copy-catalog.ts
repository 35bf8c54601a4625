import { throwIfAborted } from './advisory-error.ts';
import type { BuildProgress } from './build-database.ts';
import { bringShard } from './distribution/bring-shard.ts';
import type { CatalogSource } from './distribution/catalog-source.ts';
import { directoryCatalog } from './distribution/directory-catalog.ts';
import { httpCatalog } from './distribution/http-catalog.ts';
import { besideOf } from './shard-names.ts';
import { parseCatalog, readCatalog, writeCatalog } from './store/catalog.ts';
import { withWriteLock } from './store/lock.ts';
import { emptyTemp, removeRetiredShards } from './store/retired-shards.ts';
import { tempPath } from './store/store-paths.ts';
import type { ShardInfo } from './types.ts';
import type { UpdateReport } from './update-database.ts';

export interface CopyOptions {
  readonly dbDir: string;
  /** directory or http(s) URL of a database directory */
  readonly catalog: string;
  /** shards to bring up to date; texts come along where they are at hand already */
  readonly names: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((event: BuildProgress) => void) | undefined;
}

/** Small shards are mostly waited for. */
const atOnce = 4;

/**
 * Copies shards from a ready-made catalog. Only shards whose digest is not at hand move, compressed where the catalog has
 * them so; every one is verified before the catalog names it. A shard that was confirmed later here than there stays.
 *
 * @throws AdvisoryError `fetch-failed`, `catalog-malformed`, `digest-mismatch`, `store-failed`, `aborted`
 */
export async function copyFromCatalog(options: CopyOptions): Promise<UpdateReport> {
  return withWriteLock(options.dbDir, options.signal, () => copy(options));
}

async function copy(options: CopyOptions): Promise<UpdateReport> {
  const { dbDir, signal } = options;
  emptyTemp(dbDir);
  const source = catalogSource(options);
  const theirs = parseCatalog((await source.catalog()).toString('utf8'), options.catalog);
  const offered = new Map(theirs.shards.map((info) => [info.name, info]));
  const before = readCatalog(dbDir)?.shards ?? [];
  const ours = new Map(before.map((info) => [info.name, info]));
  const wanted = options.names.flatMap((name) => (ours.has(`${name}-texts`) ? [name, `${name}-texts`] : [name]));
  // nobody misses ratings beside a shard that has no rated CVE
  const absent = wanted.filter((name) => !offered.has(name) && besideOf(name) === undefined);
  const due = wanted.flatMap((name) => {
    const [theirs, mine] = [offered.get(name), ours.get(name)];
    return theirs === undefined || (mine !== undefined && mine.checkedAt > theirs.checkedAt) ? [] : [theirs];
  });
  await bringAll(due, source, options);
  // what is compressed there is not here
  for (const { blob: _, ...info } of due) ours.set(info.name, info);
  throwIfAborted(signal);
  const catalog = writeCatalog(dbDir, ours.values());
  removeRetiredShards(dbDir, before, catalog, Date.now());
  return {
    updated: due.map(({ name }) => name).sort(),
    notes: absent.map((name) => `${options.catalog} has no shard ${name}`),
  };
}

async function bringAll(due: readonly ShardInfo[], source: CatalogSource, options: CopyOptions): Promise<void> {
  let next = 0;
  let stopped = false;
  const work = async (): Promise<void> => {
    while (next < due.length && !stopped) {
      const done = next++;
      const info = due[done]!;
      options.progress?.({ group: info.name, done, total: due.length, phase: 'fetch' });
      throwIfAborted(options.signal);
      await bringShard(options.dbDir, info, source, options.signal);
    }
  };
  const running = Array.from({ length: Math.min(atOnce, due.length) }, () =>
    work().catch((error: unknown) => {
      stopped = true;
      throw error;
    }),
  );
  // all are waited for, so that none still writes when the lock is given back
  const failed = (await Promise.allSettled(running)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function catalogSource({ catalog, dbDir, signal, progress }: CopyOptions): CatalogSource {
  if (!/^https?:\/\//.test(catalog)) return directoryCatalog(catalog, dbDir);
  return httpCatalog(catalog, {
    tempDir: tempPath(dbDir),
    signal,
    onBytes: (url, bytes) => progress?.({ group: url, done: 0, total: 0, phase: 'fetch', bytes }),
  });
}
