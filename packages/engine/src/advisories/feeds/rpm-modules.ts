import { isModularBuild, withoutModuleBuild } from '../../versions/rpm/rpm-build.ts';
import type { VersionRange } from '../types.ts';
import type { Compare } from './osv-ranges.ts';

/**
 * The module that a bulletin's title names (`Moderate: nodejs:14 security update` → `nodejs:14`); `*` where it names none,
 * or several.
 */
export function moduleInTitle(title: string): string {
  const named = new Set(title.match(/(?<![\w.+-])[A-Za-z][\w.+-]*:[\w.+-]*\w(?=\s|,|$)/g) ?? []);
  return named.size === 1 ? [...named][0]! : '*';
}

/** One bulletin may list several builds of a module at one version; each has the fix, so that the first is enough. */
export function oneBuildEach(ranges: readonly VersionRange[], compare: Compare | null): VersionRange[] {
  const lowest = new Map<string, VersionRange>();
  for (const range of ranges) {
    const { fixed } = range;
    const build = fixed === null || !isModularBuild(fixed) ? null : withoutModuleBuild(fixed);
    const key = JSON.stringify(build === null ? range : [range.introduced, build]);
    const other = lowest.get(key);
    if (other === undefined || (compare?.(fixed ?? '', other.fixed ?? '') ?? 0) < 0) lowest.set(key, range);
  }
  return [...lowest.values()];
}
