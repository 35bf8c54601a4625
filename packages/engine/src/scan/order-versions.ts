import { ecosystemShard } from '../advisories/shard-names.ts';
import { compareVersions } from '../versions/compare-versions.ts';

/** As packages of this purl type compare; null where they cannot be. */
export function orderForType(type: string, a: string, b: string): number | null {
  const scheme = ecosystemShard(type)?.scheme ?? type;
  const answer = compareVersions(scheme, a, b);
  return 'ordering' in answer ? answer.ordering : null;
}

/** The same; by code unit where they cannot be compared. */
export function compareForType(type: string, a: string, b: string): number {
  return orderForType(type, a, b) ?? (a < b ? -1 : a > b ? 1 : 0);
}
