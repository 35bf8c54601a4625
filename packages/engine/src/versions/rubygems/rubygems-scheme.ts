import type { VersionScheme } from '../scheme.ts';
import { rubygemsRequirements } from './rubygems-requirements.ts';
import {
  compareRubygemsVersions,
  explainRubygemsVersions,
  parseRubygemsVersion,
  type RubygemsVersion,
} from './rubygems-version.ts';

export const rubygemsScheme: VersionScheme<RubygemsVersion> = {
  name: 'rubygems',
  parse: parseRubygemsVersion,
  compare: compareRubygemsVersions,
  explain: explainRubygemsVersions,
  ranges: rubygemsRequirements,
};
