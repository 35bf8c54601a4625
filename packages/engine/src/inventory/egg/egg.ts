import type { Cataloger } from '../cataloger.ts';
import { parsed } from '../cataloger.ts';
import { CatalogError } from '../error.ts';
import { assembleLists, type PackageList } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';
import { parsePythonMetadata } from '../python/python-metadata.ts';
import { readZipEntry, zipEntries } from '../zip-archive.ts';

const metadata = 'EGG-INFO/PKG-INFO';
const maxMetadataBytes = 4 * 1024 * 1024;

/**
 * Python packages in zipped eggs, as `easy_install` left them.
 *
 * @see https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
 */
export const egg: Cataloger<PackageList> = {
  name: 'egg',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 64 * 1024 * 1024,
  reads: [{ suffix: '.egg' }],
  parse: (_path, body) => parsed(readEgg(body)),
  assemble: assembleLists,
};

/** @throws CatalogError when it is no archive, or holds no readable metadata */
function readEgg(body: Buffer): PackageList {
  for (const entry of zipEntries(body)) {
    if (entry.name !== metadata) continue;
    if (entry.size > maxMetadataBytes) break;
    const { name, version, licenses } = parsePythonMetadata(readZipEntry(body, entry));
    return [{ type: 'pypi', name, version, purl: buildPurl({ type: 'pypi', name, version }), licenses }];
  }
  throw new CatalogError('package-manifest-damaged', `the Python egg holds no readable ${metadata}`);
}
