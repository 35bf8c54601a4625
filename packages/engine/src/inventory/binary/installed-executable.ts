import type { CatalogContext } from '../cataloger.ts';
import { introducedAt } from '../introduction.ts';
import type { Package, PackageType } from '../types.ts';

/** One package that an executable was built from. */
export interface BuiltIn {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

/**
 * A package for all that each executable of the squashed view was built from, introduced by the layer since which the
 * executable has it.
 */
export function builtInto<F>(
  context: CatalogContext<F>,
  type: PackageType,
  partsOf: (facts: F) => readonly BuiltIn[],
): readonly Package[] {
  const keyOf = ({ purl }: BuiltIn, path: string) => `${path}\0${purl}`;
  const since = introducedAt(context, (facts, path) => partsOf(facts).map((part) => keyOf(part, path)));
  return context.files.flatMap(({ path, layer, facts }) => {
    const distinct = new Map(partsOf(facts).map((part) => [part.purl, part]));
    return [...distinct.values()].map((part) => ({
      type,
      name: part.name,
      version: part.version,
      purl: part.purl,
      arch: null,
      source: null,
      licenses: [],
      locations: [{ path: `/${path}`, layer: context.layerId(since(keyOf(part, path), { layer })) }],
      ownedBy: null,
    }));
  });
}
