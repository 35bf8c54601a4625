import { type CatalogContext, type Cataloger, type Catalogued, parsed } from '../cataloger.ts';
import { installedAt } from '../installed-at.ts';
import { isInstalledManifest } from './npm-path.ts';
import { npmPurl } from './npm-purl.ts';
import { type NpmManifest, parsePackageJson } from './package-json.ts';

/** Installed npm packages: the manifests in `node_modules`, whichever package manager wrote it. */
export const npm: Cataloger<NpmManifest> = {
  name: 'npm',
  version: 3,
  finds: 'language',
  digests: true,
  maxBytes: 4 * 1024 * 1024,
  reads: [{ name: 'package.json', inside: 'node_modules', accepts: isInstalledManifest }],
  // Debian's packages, which its `node_modules` have links to
  linked: [{ name: 'package.json', below: 'usr/share/nodejs' }],
  parse: (_path, body) => parsed(parsePackageJson(body)),
  assemble,
};

function assemble(context: CatalogContext<NpmManifest>): Catalogued {
  return { packages: installedAt(context, 'npm', ({ name, version }) => npmPurl(name, version)) };
}
