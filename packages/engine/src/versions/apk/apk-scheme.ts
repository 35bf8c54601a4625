import type { VersionScheme } from '../scheme.ts';
import { apkRanges } from './apk-ranges.ts';
import {
  type ApkVersion,
  acceptsApkVersion,
  compareApkVersions,
  explainApkVersions,
  parseApkVersion,
} from './apk-version.ts';

export const apkScheme: VersionScheme<ApkVersion> = {
  name: 'apk',
  parse: parseApkVersion,
  compare: compareApkVersions,
  explain: explainApkVersions,
  accepts: acceptsApkVersion,
  ranges: apkRanges,
};
