import { intervalRanges, parseIntervals } from '../intervals.ts';
import type { VersionScheme } from '../scheme.ts';
import { compareMavenVersions, explainMavenVersions, type MavenVersion, parseMavenVersion } from './maven-version.ts';

export const mavenScheme: VersionScheme<MavenVersion> = {
  name: 'maven',
  parse: parseMavenVersion,
  compare: compareMavenVersions,
  explain: explainMavenVersions,
  /** A bare version is only a wish in Maven, which any other version fulfils: it is no range here. */
  ranges: intervalRanges({ parse: parseMavenVersion, compare: compareMavenVersions }, parseIntervals),
};
