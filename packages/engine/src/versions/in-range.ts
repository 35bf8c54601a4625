import { parseOnce } from './parse-once.ts';
import type { Ordering, VersionScheme } from './scheme.ts';

/** One affected range of an advisory; a bound that is null is open. */
export interface VersionBounds {
  /** inclusive; null, or `0` as OSV writes it: from the beginning, also before 0 (`0~rc1`, `0.dev1`) */
  readonly introduced: string | null;
  /** exclusive */
  readonly fixed: string | null;
  /** inclusive */
  readonly lastAffected: string | null;
}

/**
 * @param version what `scheme.parse` gave
 * @returns `invalid` with the bound that is no version of the scheme, where the answer depends on it: a version that another
 * bound puts outside is outside, and what cannot be judged is not
 */
export function inRange(
  scheme: VersionScheme,
  version: unknown,
  range: VersionBounds,
): boolean | { readonly invalid: string } {
  const introduced = range.introduced === '0' ? null : range.introduced;
  const before = introduced === null ? undefined : compareWith(scheme, version, introduced);
  if (before === -1) return false;
  const fixed = range.fixed === null ? undefined : compareWith(scheme, version, range.fixed);
  if (fixed === 0 || fixed === 1) return false;
  const last = range.lastAffected === null ? undefined : compareWith(scheme, version, range.lastAffected);
  if (last === 1) return false;
  if (typeof before === 'object') return before;
  if (typeof fixed === 'object') return fixed;
  return typeof last === 'object' ? last : true;
}

function compareWith(scheme: VersionScheme, version: unknown, text: string): Ordering | { readonly invalid: string } {
  const bound = parseOnce(scheme, text);
  if (bound === undefined) return { invalid: text };
  return scheme.compareWithBound?.(version, bound) ?? scheme.compare(version, bound);
}
