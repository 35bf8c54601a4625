import type { Cataloger } from '../cataloger.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { parseInstalledJson } from './installed-json.ts';

/** Installed PHP packages: the list that Composer keeps below `vendor`. */
export const php: Cataloger<PackageList> = {
  name: 'php',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 16 * 1024 * 1024,
  reads: [{ name: 'installed.json', parentSuffix: 'composer' }],
  parse: (_path, body) => parseInstalledJson(body),
  assemble: assembleLists,
};
