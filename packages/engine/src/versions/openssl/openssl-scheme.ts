import type { VersionScheme } from '../scheme.ts';
import {
  compareOpensslVersions,
  explainOpensslVersions,
  type OpensslVersion,
  parseOpensslVersion,
} from './openssl-version.ts';

export const opensslScheme: VersionScheme<OpensslVersion> = {
  name: 'openssl',
  parse: parseOpensslVersion,
  compare: compareOpensslVersions,
  explain: explainOpensslVersions,
};
