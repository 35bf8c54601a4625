import { ecosystemShard } from '../advisories/shard-names.ts';
import { parseOnce } from '../versions/parse-once.ts';
import { findScheme } from '../versions/schemes.ts';

/** As packages of this purl type compare; null where they cannot be. */
export function orderForType(type: string, a: string, b: string): number | null {
  const scheme = findScheme(ecosystemShard(type)?.scheme ?? type);
  if (scheme === undefined) return null;
  const [left, right] = [parseOnce(scheme, a), parseOnce(scheme, b)];
  return left === undefined || right === undefined ? null : scheme.compare(left, right);
}

/** The same; by code unit where they cannot be compared. */
export function compareForType(type: string, a: string, b: string): number {
  return orderForType(type, a, b) ?? (a < b ? -1 : a > b ? 1 : 0);
}
