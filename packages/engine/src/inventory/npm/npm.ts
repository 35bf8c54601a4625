import { type CatalogContext, type Cataloger, type Catalogued, parsed } from '../cataloger.ts';
import { installedAt } from '../installed-at.ts';
import { buildPurl } from '../purl.ts';
import { isInstalledManifest } from './npm-path.ts';
import { type NpmManifest, parsePackageJson } from './package-json.ts';

/** Installed npm packages: the manifests in `node_modules`, whichever package manager wrote it. */
export const npm: Cataloger<NpmManifest> = {
  name: 'npm',
  version: 2,
  finds: 'language',
  digests: true,
  maxBytes: 4 * 1024 * 1024,
  reads: [{ name: 'package.json', inside: 'node_modules', accepts: isInstalledManifest }],
  parse: (_path, body) => parsed(parsePackageJson(body)),
  assemble,
};

function assemble(context: CatalogContext<NpmManifest>): Catalogued {
  return { packages: installedAt(context, 'npm', ({ name, version }) => npmPurl(name, version)) };
}

/** The scope is the namespace: `@babel/core` → `pkg:npm/%40babel/core`. */
function npmPurl(name: string, version: string): string {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  return buildPurl({ type: 'npm', namespace: name.slice(0, Math.max(slash, 0)), name: name.slice(slash + 1), version });
}
