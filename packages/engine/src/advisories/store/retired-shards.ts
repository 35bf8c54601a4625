import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../types.ts';
import { shardsPath, tempPath } from './store-paths.ts';

/** a reader that opened the previous catalog may open its shards for this long */
const graceMs = 24 * 3600 * 1000;

/**
 * Removes shards that no catalog has named for a day. A file that has just lost its place gets its time set to now; its
 * bytes never change, so the time is free for that. Call with the write lock held.
 *
 * @param before digests of the previous catalog
 */
export function removeRetiredShards(dbDir: string, before: ReadonlySet<string>, catalog: Catalog, nowMs: number): void {
  const current = new Set(catalog.shards.map(({ digest }) => digest));
  for (const name of readdirSync(shardsPath(dbDir))) {
    const digest = `sha256:${name.replace(/\.sqlite$/, '')}`;
    if (current.has(digest)) continue;
    const path = join(shardsPath(dbDir), name);
    if (before.has(digest)) utimesSync(path, nowMs / 1000, nowMs / 1000);
    else if (nowMs - statSync(path).mtimeMs > graceMs) rmSync(path, { force: true });
  }
}

/** What a writer that was killed left behind. Call with the write lock held. */
export function emptyTemp(dbDir: string): void {
  for (const name of readdirSync(tempPath(dbDir)))
    rmSync(join(tempPath(dbDir), name), { force: true, recursive: true });
}
