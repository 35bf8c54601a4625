import type { VersionScheme } from '../scheme.ts';
import { type AlpmVersion, compareAlpmVersions, explainAlpmVersions, parseAlpmVersion } from './alpm-version.ts';

export const alpmScheme: VersionScheme<AlpmVersion> = {
  name: 'alpm',
  parse: parseAlpmVersion,
  compare: compareAlpmVersions,
  explain: explainAlpmVersions,
};
