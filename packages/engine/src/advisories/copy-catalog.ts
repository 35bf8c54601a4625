import { closeSync, copyFileSync, fsyncSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AdvisoryError, reasonOf, throwIfAborted } from './advisory-error.ts';
import type { BuildProgress } from './build-database.ts';
import { verifyShard } from './open-advisories.ts';
import { upstreamSource } from './sources/http-source.ts';
import { parseCatalog, readCatalog, writeCatalog } from './store/catalog.ts';
import { withWriteLock } from './store/lock.ts';
import { emptyTemp, removeRetiredShards } from './store/retired-shards.ts';
import { catalogPath, shardPath, tempPath } from './store/store-paths.ts';
import type { Catalog, ShardInfo } from './types.ts';
import type { UpdateReport } from './update-database.ts';

export interface CopyOptions {
  readonly dbDir: string;
  /** directory or http(s) URL with `catalog.json` and `shards/HEX.sqlite` */
  readonly catalog: string;
  /** shards to bring up to date; their texts come along */
  readonly names: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((event: BuildProgress) => void) | undefined;
}

const maxCatalogBytes = 64 << 20;
const maxShardBytes = 4 * 2 ** 30;

/** One place that catalogs and shards are copied from. */
interface CatalogSource {
  catalog(): Promise<string>;
  /** puts the shard's bytes into a new file and returns its path */
  shard(info: ShardInfo): Promise<string>;
}

/**
 * Copies shards from a ready-made catalog. Only shards whose digest is not at hand move; every one is verified before the
 * catalog names it. A shard that was confirmed later here than there stays.
 *
 * @throws AdvisoryError `fetch-failed`, `catalog-malformed`, `digest-mismatch`, `store-failed`, `aborted`
 */
export async function copyFromCatalog(options: CopyOptions): Promise<UpdateReport> {
  return withWriteLock(options.dbDir, options.signal, () => copy(options));
}

async function copy(options: CopyOptions): Promise<UpdateReport> {
  const { dbDir, names, signal, progress } = options;
  emptyTemp(dbDir);
  const source = catalogSource(options);
  const theirs = parseCatalog(await source.catalog(), options.catalog);
  const offered = new Map(theirs.shards.map((info) => [info.name, info]));
  const before = readCatalog(dbDir)?.shards ?? [];
  const ours = new Map(before.map((info) => [info.name, info]));
  const notes: string[] = [];
  const updated: string[] = [];
  for (const [index, name] of names.entries()) {
    progress?.({ group: name, done: index, total: names.length, phase: 'fetch' });
    if (!offered.has(name)) notes.push(`${options.catalog} has no shard ${name}`);
    for (const info of [offered.get(name), offered.get(`${name}-texts`)]) {
      throwIfAborted(signal);
      if (info === undefined) continue;
      const mine = ours.get(info.name);
      if (mine !== undefined && mine.checkedAt > info.checkedAt) continue;
      await bring(dbDir, info, source);
      ours.set(info.name, info);
      updated.push(info.name);
    }
  }
  const catalog: Catalog = writeCatalog(dbDir, ours.values());
  removeRetiredShards(dbDir, new Set(before.map(({ digest }) => digest)), catalog, Date.now());
  return { updated: updated.sort(), notes };
}

async function bring(dbDir: string, info: ShardInfo, source: CatalogSource): Promise<void> {
  const path = shardPath(dbDir, info.digest);
  if (verifyShard(path, info.digest)) return;
  const temp = await source.shard(info);
  if (statSync(temp).size !== info.size || !verifyShard(temp, info.digest)) {
    throw new AdvisoryError(
      'digest-mismatch',
      `shard ${info.name}: its bytes are not those that the catalog names; the old one is kept`,
    );
  }
  const fd = openSync(temp, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temp, path);
}

function catalogSource({ catalog, dbDir, signal, progress }: CopyOptions): CatalogSource {
  if (!/^https?:\/\//.test(catalog)) return directoryCatalog(catalog, dbDir);
  const base = catalog.replace(/\/(?:catalog\.json)?$/, '');
  const http = upstreamSource({
    tempDir: tempPath(dbDir),
    signal,
    onBytes: (url, bytes) => progress?.({ group: url, done: 0, total: 0, phase: 'fetch', bytes }),
  });
  const get = async (url: string, maxBytes: number): Promise<string> => {
    const result = await http.fetch(url, null, maxBytes);
    if (result.state === 'file') return result.file.path;
    throw new AdvisoryError('fetch-failed', `${url}: is not there; check --catalog`);
  };
  return {
    catalog: async () => readFileSync(await get(`${base}/catalog.json`, maxCatalogBytes), 'utf8'),
    shard: ({ digest, size }) =>
      get(`${base}/shards/${digest.slice('sha256:'.length)}.sqlite`, Math.min(size, maxShardBytes)),
  };
}

function directoryCatalog(directory: string, dbDir: string): CatalogSource {
  const failed = (what: string, error: unknown): AdvisoryError =>
    new AdvisoryError(
      'fetch-failed',
      `${directory}: ${what} cannot be read (${reasonOf(error)}); check --catalog`,
      error,
    );
  return {
    catalog: async () => {
      try {
        return readFileSync(catalogPath(directory), 'utf8');
      } catch (error) {
        throw failed('catalog.json', error);
      }
    },
    shard: async ({ name, digest }) => {
      const temp = join(tempPath(dbDir), `copy-${process.pid}-${digest.slice(-16)}`);
      try {
        copyFileSync(shardPath(directory, digest), temp);
      } catch (error) {
        throw failed(`shard ${name}`, error);
      }
      return temp;
    },
  };
}
