import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog, ShardInfo } from '../types.ts';
import { keptShards } from './kept-catalogs.ts';
import { blobPath, blobsPath, shardPath, shardsPath, tempPath } from './store-paths.ts';

/** a reader that opened the previous catalog may open its shards for this long */
const graceMs = 24 * 3600 * 1000;

/**
 * Removes shards that the catalog has not named for a day, and blobs that no kept one names either. A file that has just lost its place gets its time
 * set to now; its bytes never change, so the time is free for that. Call with the write lock held.
 *
 * @param before shards of the previous catalog
 */
export function removeRetiredShards(
  dbDir: string,
  before: readonly ShardInfo[],
  catalog: Catalog,
  nowMs: number,
): void {
  const names = (infos: readonly ShardInfo[]): Set<string> =>
    new Set(
      infos.flatMap(({ digest, blob }) => [shardPath(dbDir, digest), ...(blob ? [blobPath(dbDir, blob.digest)] : [])]),
    );
  const [current, previous] = [names(catalog.shards), names(before)];
  for (const { blob } of keptShards(dbDir)) if (blob !== undefined) current.add(blobPath(dbDir, blob.digest));
  for (const folder of [shardsPath(dbDir), blobsPath(dbDir)]) {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (current.has(path)) continue;
      if (previous.has(path)) utimesSync(path, nowMs / 1000, nowMs / 1000);
      else if (nowMs - statSync(path).mtimeMs > graceMs) rmSync(path, { force: true });
    }
  }
}

/** What a writer that was killed left behind. Call with the write lock held. */
export function emptyTemp(dbDir: string): void {
  for (const name of readdirSync(tempPath(dbDir)))
    rmSync(join(tempPath(dbDir), name), { force: true, recursive: true });
}
