import type { VersionScheme } from '../scheme.ts';
import { packagistConstraints } from './packagist-constraints.ts';
import {
  comparePackagistVersions,
  explainPackagistVersions,
  type PackagistVersion,
  parsePackagistVersion,
} from './packagist-version.ts';

export const packagistScheme: VersionScheme<PackagistVersion> = {
  name: 'packagist',
  parse: parsePackagistVersion,
  compare: comparePackagistVersions,
  explain: explainPackagistVersions,
  ranges: packagistConstraints,
};
