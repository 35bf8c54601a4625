import { type Interval, intervalRanges, parseIntervals } from '../intervals.ts';
import type { VersionScheme } from '../scheme.ts';
import { compareSemanticVersions, explainSemanticVersions, type SemanticVersion } from '../semver/semantic-version.ts';
import { parseNugetVersion } from './nuget-version.ts';

/**
 * One interval; a bare version means itself or later. Floating versions (`1.*`) choose among what a feed offers and are no
 * ranges here.
 * @see https://learn.microsoft.com/en-us/nuget/concepts/package-versioning#version-ranges
 */
export function nugetIntervals(text: string): readonly Interval[] | undefined {
  const intervals = parseIntervals(text);
  if (intervals !== undefined) return intervals.length === 1 ? intervals : undefined;
  if (parseNugetVersion(text) === undefined) return undefined;
  return [{ lower: text.trim(), upper: undefined, includesLower: true, includesUpper: false }];
}

export const nugetScheme: VersionScheme<SemanticVersion> = {
  name: 'nuget',
  parse: parseNugetVersion,
  compare: compareSemanticVersions,
  explain: explainSemanticVersions,
  ranges: intervalRanges({ parse: parseNugetVersion, compare: compareSemanticVersions }, nugetIntervals),
};
