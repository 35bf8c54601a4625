import type { VersionScheme } from '../scheme.ts';
import { compareSemanticVersions, explainSemanticVersions, type SemanticVersion } from '../semver/semantic-version.ts';
import { npmRanges } from './npm-ranges.ts';
import { parseNpmVersion } from './npm-version.ts';

export const npmScheme: VersionScheme<SemanticVersion> = {
  name: 'npm',
  parse: parseNpmVersion,
  compare: compareSemanticVersions,
  explain: explainSemanticVersions,
  ranges: npmRanges,
};
