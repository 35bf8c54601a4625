import type { CatalogContext, Catalogued, Damage, ParsedFile } from './cataloger.ts';
import { introducedAt } from './introduction.ts';
import type { Package, PackageType } from './types.ts';

/** A package as one file states it: all but where the file lies. */
export interface ListedPackage {
  readonly type: PackageType;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly string[];
}

/** Packages that one file states. */
export type PackageList = readonly ListedPackage[];

/**
 * Facts of a file that lists packages; entries that could not be read make the list incomplete.
 *
 * @param title what the file is, for the message: `installed.json`
 */
export function listed(packages: PackageList, unreadable: number, title: string): ParsedFile<PackageList> {
  const [entries, have] = unreadable === 1 ? ['entry', 'has'] : ['entries', 'have'];
  const message = `${unreadable} ${entries} of the ${title} ${have} no readable name and version`;
  const damage: Damage | null = unreadable === 0 ? null : { code: 'package-manifest-damaged', message };
  return { facts: packages.length === 0 ? null : packages, damage };
}

/**
 * Every package of every list in the squashed view, for catalogers whose files are such lists. It was introduced by the
 * layer since which the file lists it in this version, even where a later layer wrote the file again.
 */
export function assembleLists(context: CatalogContext<PackageList>): Catalogued {
  return { packages: listedIn(context, (facts) => facts) };
}

/** As `assembleLists`, for facts that hold more than the list. */
export function listedIn<F>(
  context: CatalogContext<F>,
  listOf: (facts: F, path: string) => PackageList,
): readonly Package[] {
  const keyOf = (purl: string, path: string) => `${path}\0${purl}`;
  const since = introducedAt(context, (facts, path) => listOf(facts, path).map(({ purl }) => keyOf(purl, path)));
  return context.files.flatMap(({ path, layer, facts }) => {
    const distinct = new Map(listOf(facts, path).map((each) => [each.purl, each]));
    return [...distinct.values()].map(({ type, name, version, purl, licenses }) => ({
      type,
      name,
      version,
      purl,
      arch: null,
      source: null,
      licenses,
      locations: [{ path: `/${path}`, layer: context.layerId(since(keyOf(purl, path), { layer })) }],
      ownedBy: null,
    }));
  });
}
