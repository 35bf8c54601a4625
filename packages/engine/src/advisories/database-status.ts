import { statSync } from 'node:fs';
import { verifyShard } from './open-advisories.ts';
import { readCatalog } from './store/catalog.ts';
import { shardPath } from './store/store-paths.ts';
import type { ShardInfo } from './types.ts';

export interface ShardStatus extends ShardInfo {
  /** whole days from `checkedAt` to the day that was asked about; negative when it lies later */
  readonly ageDays: number;
  /** confirmed too long ago for a gate to rely on; the age of the data itself never counts */
  readonly stale: boolean;
  readonly file: 'ok' | 'missing' | 'damaged';
}

const dayMs = 24 * 3600 * 1000;

/**
 * How every shard of a database stands, sorted by name.
 *
 * @param at `YYYY-MM-DD`
 * @param maxAgeDays `--max-db-age`
 * @param verify hashes every file; else only sizes are looked at
 * @throws AdvisoryError `catalog-malformed`, `store-failed`
 */
export function databaseStatus(dbDir: string, at: string, maxAgeDays: number, verify = false): readonly ShardStatus[] {
  return (readCatalog(dbDir)?.shards ?? []).map((info) => {
    const ageDays = Math.round((Date.parse(at) - Date.parse(info.checkedAt)) / dayMs);
    return {
      ...info,
      ageDays,
      stale: ageDays > maxAgeDays,
      file: fileState(shardPath(dbDir, info.digest), info, verify),
    };
  });
}

function fileState(path: string, info: ShardInfo, verify: boolean): ShardStatus['file'] {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return 'missing';
  return size === info.size && (!verify || verifyShard(path, info.digest)) ? 'ok' : 'damaged';
}
