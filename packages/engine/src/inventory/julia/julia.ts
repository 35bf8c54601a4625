import type { CatalogContext, Cataloger, Catalogued } from '../cataloger.ts';
import { baseName } from '../file-pattern.ts';
import { listedIn, type PackageList } from '../listed-in.ts';
import { isInstalledProject, parseManifest, parseProject } from './julia-toml.ts';

const manifestName = 'Manifest.toml';

/**
 * Julia packages: those in a depot, with the standard library, and from manifests what is not there.
 *
 * @see https://pkgdocs.julialang.org/v1/toml-files/
 */
export const julia: Cataloger<PackageList> = {
  name: 'julia',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 4 * 1024 * 1024,
  reads: [{ name: 'Project.toml', accepts: isInstalledProject }, { name: manifestName }],
  parse: (path, body) => (baseName(path) === manifestName ? parseManifest(body) : parseProject(body)),
  assemble,
};

function assemble(context: CatalogContext<PackageList>): Catalogued {
  const inDepot = context.files.filter(({ path }) => baseName(path) !== manifestName);
  const installed = new Set(inDepot.flatMap(({ facts }) => facts.map(({ purl }) => purl)));
  const packages = listedIn(context, (facts, path) =>
    baseName(path) === manifestName ? facts.filter(({ purl }) => !installed.has(purl)) : facts,
  );
  return { packages };
}
