import { existsSync } from 'node:fs';
import { readCatalog } from './store/catalog.ts';
import { dropOldCatalogs } from './store/kept-catalogs.ts';
import { withWriteLock } from './store/lock.ts';
import { emptyTemp, removeRetiredShards } from './store/retired-shards.ts';

/**
 * Removes what nobody can ask for any more: catalogs that were kept for longer, blobs that none of the others names, shards
 * that lost their place more than a day ago (a reader may have opened the catalog before).
 *
 * @returns how many catalogs went; null: there is no such directory, and none is made
 * @throws AdvisoryError `catalog-malformed`, `store-failed`, `aborted`
 */
export async function collectGarbage(
  dbDir: string,
  keepDays: number,
  nowMs: number,
  signal?: AbortSignal,
): Promise<number | null> {
  if (!existsSync(dbDir)) return null;
  return withWriteLock(dbDir, signal, async () => {
    emptyTemp(dbDir);
    const catalog = readCatalog(dbDir) ?? { schemaVersion: 1, shards: [] };
    const dropped = dropOldCatalogs(dbDir, keepDays, nowMs);
    removeRetiredShards(dbDir, [], catalog, nowMs);
    return dropped;
  });
}
