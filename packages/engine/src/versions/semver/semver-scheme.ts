import { npmRanges } from '../npm/npm-ranges.ts';
import type { VersionScheme } from '../scheme.ts';
import { compareSemanticVersions, explainSemanticVersions, type SemanticVersion } from './semantic-version.ts';
import { parseSemver } from './semver-version.ts';

export const semverScheme: VersionScheme<SemanticVersion> = {
  name: 'semver',
  parse: parseSemver,
  compare: compareSemanticVersions,
  explain: explainSemanticVersions,
  ranges: npmRanges,
};
