import type { CatalogContext } from './cataloger.ts';
import { introducedAt } from './introduction.ts';
import type { Package, PackageType } from './types.ts';

/** What the manifest of one installed language package says. */
export interface InstalledManifest {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly string[];
}

/**
 * One package for every manifest of the squashed view. It was introduced by the layer since which its manifest names
 * this package in this version, even where a later layer wrote the same manifest again.
 */
export function installedAt<F extends InstalledManifest>(
  context: CatalogContext<F>,
  type: PackageType,
  purlOf: (manifest: F) => string,
): readonly Package[] {
  const keyOf = ({ name, version }: F, path: string) => `${path}\0${name}\0${version}`;
  const since = introducedAt(context, (facts, path) => [keyOf(facts, path)]);
  return context.files.map(({ path, layer, facts }) => ({
    type,
    name: facts.name,
    version: facts.version,
    purl: purlOf(facts),
    arch: null,
    source: null,
    licenses: facts.licenses,
    locations: [{ path: `/${path}`, layer: context.layerId(since(keyOf(facts, path), { layer })) }],
    ownedBy: null,
  }));
}
