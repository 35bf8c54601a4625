import type { VersionScheme } from '../scheme.ts';
import {
  compareRpmVersions,
  compareRpmWithBound,
  explainRpmVersions,
  parseRpmVersion,
  type RpmVersion,
} from './rpm-version.ts';

export const rpmScheme: VersionScheme<RpmVersion> = {
  name: 'rpm',
  parse: parseRpmVersion,
  compare: compareRpmVersions,
  compareWithBound: compareRpmWithBound,
  explain: explainRpmVersions,
};
