import type { VersionScheme } from '../scheme.ts';
import { debRelations } from './deb-relations.ts';
import {
  acceptsDebVersion,
  compareDebVersions,
  type DebVersion,
  explainDebVersions,
  parseDebVersion,
} from './deb-version.ts';

export const debScheme: VersionScheme<DebVersion> = {
  name: 'deb',
  parse: parseDebVersion,
  compare: compareDebVersions,
  explain: explainDebVersions,
  accepts: acceptsDebVersion,
  ranges: debRelations,
};
