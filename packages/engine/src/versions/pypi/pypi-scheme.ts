import type { VersionScheme } from '../scheme.ts';
import { pypiSpecifiers } from './pypi-specifiers.ts';
import { comparePypiVersions, explainPypiVersions, type PypiVersion, parsePypiVersion } from './pypi-version.ts';

export const pypiScheme: VersionScheme<PypiVersion> = {
  name: 'pypi',
  parse: parsePypiVersion,
  compare: comparePypiVersions,
  explain: explainPypiVersions,
  ranges: pypiSpecifiers,
};
