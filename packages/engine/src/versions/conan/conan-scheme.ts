import type { VersionScheme } from '../scheme.ts';
import { conanRanges } from './conan-ranges.ts';
import { type ConanVersion, compareConanVersions, explainConanVersions, parseConanVersion } from './conan-version.ts';

export const conanScheme: VersionScheme<ConanVersion> = {
  name: 'conan',
  parse: parseConanVersion,
  compare: compareConanVersions,
  explain: explainConanVersions,
  ranges: conanRanges,
};
