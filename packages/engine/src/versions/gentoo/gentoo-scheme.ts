import type { VersionScheme } from '../scheme.ts';
import {
  compareGentooVersions,
  explainGentooVersions,
  type GentooVersion,
  parseGentooVersion,
} from './gentoo-version.ts';

export const gentooScheme: VersionScheme<GentooVersion> = {
  name: 'gentoo',
  parse: parseGentooVersion,
  compare: compareGentooVersions,
  explain: explainGentooVersions,
};
