import { type CatalogContext, type Cataloger, type Catalogued, parsed } from '../cataloger.ts';
import { installedAt } from '../installed-at.ts';
import { buildPurl } from '../purl.ts';
import { type PythonMetadata, parsePythonMetadata } from './python-metadata.ts';

/**
 * Installed Python packages: what pip, wheels (`dist-info`), setuptools and distros (`egg-info`, also as a single file)
 * leave beside the modules.
 *
 * @see https://packaging.python.org/en/latest/specifications/recording-installed-packages/
 */
export const python: Cataloger<PythonMetadata> = {
  name: 'python',
  version: 2,
  finds: 'language',
  digests: true,
  maxBytes: 4 * 1024 * 1024,
  reads: [
    { name: 'METADATA', parentSuffix: '.dist-info' },
    { name: 'PKG-INFO', parentSuffix: '.egg-info' },
    { name: 'PKG-INFO', parentSuffix: 'EGG-INFO' },
    { suffix: '.egg-info' },
  ],
  parse: (_path, body) => parsed(parsePythonMetadata(body)),
  assemble,
};

function assemble(context: CatalogContext<PythonMetadata>): Catalogued {
  const purlOf = ({ name, version }: PythonMetadata) => buildPurl({ type: 'pypi', name, version });
  return { packages: installedAt(context, 'pypi', purlOf) };
}
