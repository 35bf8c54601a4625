import type { VersionRange } from '../types.ts';
import type { OsvAffected, OsvEvent } from './osv-schema.ts';

export type Compare = (a: string, b: string) => number | null;

/**
 * Ranges of an affected entry. Events are walked as the OSV specification says: by version, where the scheme has a
 * comparator, else as they stand. Commit ranges (GIT) say nothing about released versions and are left out.
 *
 * @see https://ossf.github.io/osv-schema/#evaluation
 */
export function versionRanges(affected: OsvAffected, compare: Compare | null): VersionRange[] {
  const out: VersionRange[] = [];
  for (const range of affected.ranges ?? []) {
    if (range.type !== 'GIT') out.push(...pairEvents(sortEvents(range.events, compare)));
  }
  return out;
}

function pairEvents(events: readonly OsvEvent[]): VersionRange[] {
  const out: VersionRange[] = [];
  let introduced: string | null | undefined;
  const close = (fixed: string | null, lastAffected: string | null): void => {
    if (introduced === undefined) return;
    out.push({ introduced, fixed, lastAffected });
    introduced = undefined;
  };
  for (const event of events) {
    if (event.introduced !== undefined) {
      // null is "from the beginning", which a later introduction does not narrow
      if (introduced === undefined) introduced = event.introduced === '0' ? null : event.introduced;
    } else if (event.fixed !== undefined) close(event.fixed, null);
    else if (event.last_affected !== undefined) close(null, event.last_affected);
    // `*` is no limit; any other ends what this record speaks about, as a fix would
    else if (event.limit !== undefined && event.limit !== '*') close(event.limit, null);
  }
  close(null, null);
  return out;
}

function sortEvents(events: readonly OsvEvent[], compare: Compare | null): readonly OsvEvent[] {
  if (events.length < 2 || compare === null) return events;
  let comparable = true;
  const sorted = events.toSorted((a, b) => {
    const left = versionOf(a);
    const right = versionOf(b);
    // the sort is stable: events at one version stay in their order
    if (left === right) return 0;
    if (left === '0' && a.introduced !== undefined) return -1;
    if (right === '0' && b.introduced !== undefined) return 1;
    if (left === '*') return 1;
    if (right === '*') return -1;
    const order = compare(left, right);
    if (order === null) comparable = false;
    return order ?? 0;
  });
  return comparable ? sorted : events;
}

function versionOf(event: OsvEvent): string {
  return event.introduced ?? event.fixed ?? event.last_affected ?? event.limit ?? '';
}

/** more than any real record needs; beyond it versions are kept unseen */
const maxComparisons = 2_000_000;

/**
 * Exact versions that the ranges do not already hold. Where versions cannot be compared all are kept: then they are the
 * only thing that can match.
 */
export function extraVersions(
  versions: readonly string[],
  ranges: readonly VersionRange[],
  compare: Compare | null,
): string[] {
  const tooMany = versions.length * ranges.length > maxComparisons;
  if (ranges.length === 0 || compare === null || tooMany) return [...new Set(versions)].sort();
  return [...new Set(versions)].filter((version) => !ranges.some((range) => holds(range, version, compare))).sort();
}

function holds(range: VersionRange, version: string, compare: Compare): boolean {
  const from = range.introduced === null ? 0 : compare(version, range.introduced);
  if (from === null || from < 0) return false;
  if (range.fixed !== null) {
    const end = compare(version, range.fixed);
    if (end === null || end >= 0) return false;
  }
  if (range.lastAffected !== null) {
    const end = compare(version, range.lastAffected);
    if (end === null || end > 0) return false;
  }
  return true;
}
