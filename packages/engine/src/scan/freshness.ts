import type { ShardInfo } from '../advisories/types.ts';

const dayMs = 24 * 3600 * 1000;

/** An update asks again for what was confirmed on an earlier day than this many days before the evaluation date. */
const confirmAgainDays = 1;

/** Whole days from `checkedAt` to the evaluation date; negative when it was confirmed later. Both `YYYY-MM-DD`. */
function ageInDays(shard: ShardInfo, evaluatedAt: string): number {
  return Math.round((Date.parse(evaluatedAt) - Date.parse(shard.checkedAt)) / dayMs);
}

export interface Freshness {
  /** shard names, sorted */
  readonly missing: readonly string[];
  readonly stale: readonly string[];
  /** missing, or old enough to be confirmed again */
  readonly due: readonly string[];
}

/** How the shards that are needed stand at the evaluation date. `dataDate` never makes one stale. */
export function freshness(
  needed: readonly string[],
  find: (name: string) => ShardInfo | undefined,
  evaluatedAt: string,
  maxDbAgeDays: number,
): Freshness {
  const [missing, stale, due]: [string[], string[], string[]] = [[], [], []];
  for (const name of [...new Set(needed)].sort()) {
    const shard = find(name);
    if (!shard) missing.push(name);
    else if (ageInDays(shard, evaluatedAt) > maxDbAgeDays) stale.push(name);
    if (!shard || ageInDays(shard, evaluatedAt) > confirmAgainDays) due.push(name);
  }
  return { missing, stale, due };
}
