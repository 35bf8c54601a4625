import type { CatalogContext, Cataloger, Catalogued } from '../cataloger.ts';
import { listedIn, type PackageList } from '../listed-in.ts';
import { componentsFile, parseComponents } from './bitnami-components.ts';
import { parseBitnamiSpdx } from './bitnami-spdx.ts';

/** What Bitnami's images carry outside of the distro's packages: an SPDX document for each component, and a list of them. */
export const bitnami: Cataloger<PackageList> = {
  name: 'bitnami',
  version: 1,
  finds: 'language',
  digests: true,
  maxBytes: 16 * 1024 * 1024,
  reads: [
    { suffix: '.spdx', below: 'opt/bitnami', accepts: (path) => path.includes('/.spdx-') },
    { name: componentsFile, directory: 'opt/bitnami' },
  ],
  parse: (path, body) => (path.endsWith(componentsFile) ? parseComponents(body) : parseBitnamiSpdx(body)),
  assemble,
};

/** The list says nothing of a component whose own document is there. */
function assemble(context: CatalogContext<PackageList>): Catalogued {
  const documents = context.files.filter(({ as }) => !as.endsWith(componentsFile));
  const described = new Set(documents.flatMap(({ facts }) => facts.map(({ type, name }) => `${type} ${name}`)));
  const packages = listedIn(context, (facts, path) =>
    path.endsWith(componentsFile) ? facts.filter(({ type, name }) => !described.has(`${type} ${name}`)) : facts,
  );
  return { packages };
}
