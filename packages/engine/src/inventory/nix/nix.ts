import { type CatalogContext, type Cataloger, type Catalogued, parsed } from '../cataloger.ts';
import { baseName } from '../file-pattern.ts';
import { buildPurl } from '../purl.ts';
import type { Incomplete, Package } from '../types.ts';
import { parseStorePath } from './store-path.ts';

const store = 'nix/store';

/**
 * Packages of Nix: the directories of its store, whose names say what they hold. The database beside it is not opened, as
 * an image made of a closure has none; without a store it is the only trace of packages that cannot be seen.
 *
 * @see https://nix.dev/manual/nix/stable/store/store-path
 */
export const nix: Cataloger<never> = {
  name: 'nix',
  version: 1,
  finds: 'distro',
  maxBytes: 0,
  reads: [{ path: 'nix/var/nix/db/db.sqlite', presence: true, database: 'nix database' }],
  parse: () => parsed<never>(null),
  assemble,
};

function assemble(context: CatalogContext<never>): Catalogued {
  const directories = [...context.view.children(store)].filter(({ entry }) => entry.type === 'directory');
  const packages = directories.flatMap(({ path, layer }) => packageAt(path, layer, context) ?? []);
  return { packages, incomplete: directories.length > 0 ? [] : unseen(context) };
}

function packageAt(path: string, layer: number, { distro, layerId }: CatalogContext<never>): Package | null {
  const found = parseStorePath(baseName(path));
  if (found === null) return null;
  const { name, version, output, hash } = found;
  return {
    type: 'nix',
    name,
    version,
    purl: buildPurl({ type: 'nix', name, version, qualifiers: { output, outputhash: hash } }),
    arch: null,
    // elsewhere than on NixOS they are no packages of the distro
    source: distro?.id === 'nixos' ? { name, version } : null,
    licenses: [],
    locations: [{ path: `/${path}`, layer: layerId(layer) }],
    ownedBy: null,
  };
}

function unseen({ present, layerId }: CatalogContext<never>): readonly Incomplete[] {
  const [first] = present;
  if (first === undefined) return [];
  const layer = layerId(first.layer);
  const message = 'the nix package database is there without the store that it describes: its packages are not listed';
  return [{ code: 'package-database-unread', message, path: `/${first.path}`, ...(layer === null ? {} : { layer }) }];
}
