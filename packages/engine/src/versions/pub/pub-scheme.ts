import type { VersionScheme } from '../scheme.ts';
import { comparePubVersions, explainPubVersions, type PubVersion, parsePubVersion } from './pub-version.ts';

export const pubScheme: VersionScheme<PubVersion> = {
  name: 'pub',
  parse: parsePubVersion,
  compare: comparePubVersions,
  explain: explainPubVersions,
};
