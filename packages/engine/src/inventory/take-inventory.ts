import { squash } from '../image/squash.ts';
import type { ReadImage } from '../image/types.ts';
import { alteredDatabases } from './altered-databases.ts';
import type { CatalogContext, Catalogued, Owner, Unlisted } from './cataloger.ts';
import { catalogers } from './catalogers.ts';
import { coverageOf } from './coverage.ts';
import { brokenLinks, removedDatabases } from './database-checks.ts';
import { detectDistro, distroReader } from './distro/distro.ts';
import { gatherFacts } from './facts/gatherers.ts';
import { configSecrets } from './facts/secrets/config-secrets.ts';
import { comparePackages, distinctEntries } from './inventory-order.ts';
import type { LayerAnalysis } from './layer-analysis.ts';
import { replacedFiles } from './replaced-files.ts';
import { collectFiles, type DamagedFile, imageMatcher, type SquashedFiles } from './squashed-files.ts';
import type { Distro, FactName, FileQuery, Incomplete, Inventory, Package } from './types.ts';

/**
 * Says what is inside an image: merges the analyses of its layers, honouring what later layers hide, into one inventory.
 *
 * @param facts that are gathered beside the packages; the layers were analysed for the same ones
 */
export async function takeInventory(
  image: ReadImage<LayerAnalysis>,
  facts: readonly FactName[] = [],
  queries: readonly FileQuery[] = [],
): Promise<Inventory> {
  const analyses = image.rootfs === null ? image.layers.map(({ analysis }) => analysis) : [image.rootfs];
  const layerId = (index: number) => image.layers[index]?.diffId ?? null;
  const { match, filter } = imageMatcher(analyses);
  const view = squash(
    analyses.map(({ listing }) => listing),
    { track: (path) => match(path).length > 0, mayTrack: filter },
  );
  const files = await collectFiles(image, view, analyses, match);
  const distro = detectDistro(files.live.get(distroReader.name) as Parameters<typeof detectDistro>[0]);
  const found = catalogue(files, distro, layerId);
  const replaced = await replacedFiles(image, view, analyses, found.owners);
  const { packages, incomplete, owners } = attribute(found, replaced, files.digests);
  packages.sort(comparePackages);
  const { config, found: inConfig, mask } = configSecrets(image.config, image.layers.length, layerId);
  const gathered = gatherFacts(
    facts,
    { config, configSecrets: inConfig, distro, packages, owners, view, analyses, layerId },
    queries,
  );
  const seen = [
    ...gathered.incomplete,
    ...damages(files.damaged, layerId),
    ...removedDatabases(view, analyses, layerId),
    ...alteredDatabases(view, analyses, found.owners, unlistedOf(found), layerId),
    ...brokenLinks(view, layerId),
    ...unreadPlatform(image.platform),
    ...incomplete,
    // at last: what was asked of the view before may have come to its limit
    ...readProblems(analyses, view.problems, layerId),
  ];
  const coverage = coverageOf(view, owners, packages);
  view.letGo();
  return {
    distro,
    packages,
    facts: { config, coverage, ...gathered.facts },
    incomplete: distinctEntries([
      ...seen,
      ...unknownDistro(distro, packages, incomplete),
      ...missingDatabase(distro, packages, seen),
    ]),
    configSecrets: inConfig,
    ...(gathered.contents && { contents: gathered.contents }),
    code: found.results.flatMap(({ code = [] }) => code),
    layers: image.layers.map(({ analysis: _, ...layer }) => ({
      ...layer,
      instruction: layer.instruction && mask(layer.instruction),
    })),
  };
}

type LayerId = (index: number) => string | null;

interface Finds {
  readonly results: readonly Catalogued[];
  readonly owners: ReadonlyMap<string, Owner>;
}

function catalogue(files: SquashedFiles, distro: Distro | null, layerId: LayerId): Finds {
  const owners = new Map<string, Owner>();
  const results: Catalogued[] = [];
  for (const cataloger of catalogers) {
    const context: CatalogContext<unknown> = {
      distro,
      view: files.view,
      files: files.live.get(cataloger.name) ?? [],
      present: files.present.get(cataloger.name) ?? [],
      history: (select, isMeant) => files.history(cataloger.name, select, isMeant),
      layerId,
    };
    const { owners: claimed = [], ...result } = cataloger.assemble(context);
    for (const [path, owner] of claimed) if (!owners.has(path)) owners.set(path, owner);
    results.push(result);
  }
  return { results, owners };
}

function unlistedOf({ results }: Finds): readonly Unlisted[] {
  return results.flatMap(({ unlisted = [] }) => unlisted);
}

/** Puts together what the catalogers found, when it is known which files are those of distro packages. */
function attribute(
  { results, owners: claims }: Finds,
  replaced: ReadonlySet<string>,
  digests: SquashedFiles['digests'],
) {
  const owners = replaced.size === 0 ? claims : new Map([...claims].filter(([path]) => !replaced.has(path)));
  const found: Package[] = [];
  const unowned: Package[] = [];
  const incomplete: Incomplete[] = [];
  for (const result of results) {
    for (const each of result.packages) found.push(each);
    const mayCount = result.unowned ?? result.unownedOf?.((path) => owners.has(withinImage(path))) ?? [];
    for (const each of mayCount) unowned.push(each);
    for (const each of result.incomplete ?? []) incomplete.push(each);
  }
  for (const { incompleteOf } of results) {
    for (const each of incompleteOf?.((path) => owners.has(path)) ?? []) incomplete.push(each);
  }
  const packages = unowned.length === 0 ? found : found.concat(withoutOwner(unowned, found, owners));
  return { packages: withOwners(packages, owners, digests), incomplete, owners };
}

/** Real path, as `owners` has it; of what lies in an archive (`a.war!/WEB-INF/lib/b.jar`) that of the archive. */
function provingPath({ locations }: Package): string {
  return withinImage(locations[0]?.path.slice(1) ?? '');
}

function withinImage(path: string): string {
  const end = path.indexOf('!/');
  return end < 0 ? path : path.slice(0, end);
}

/** Of finds that count only where no package owns them, those that are not listed under their package already. */
function withoutOwner(
  unowned: readonly Package[],
  listed: readonly Package[],
  owners: ReadonlyMap<string, Owner>,
): readonly Package[] {
  const keyOf = ({ type, name, version, arch }: Package) => JSON.stringify([type, name, version, arch]);
  const known = new Set(listed.map(keyOf));
  return unowned.filter((each) => !owners.has(provingPath(each)) && !known.has(keyOf(each)));
}

/** A file that was replaced since is no longer the one that the distro's package ships (`npm install -g npm` over apk's). */
function withOwners(
  packages: readonly Package[],
  owners: ReadonlyMap<string, Owner>,
  digests: SquashedFiles['digests'],
): Package[] {
  if (owners.size === 0) return [...packages];
  return packages.map((each) => {
    const path = provingPath(each);
    const owner = owners.get(path);
    if (owner === undefined) return each;
    const found = digests.get(path)?.[owner.algorithm];
    const replaced = found !== undefined && owner.digest !== null && found !== owner.digest;
    return replaced ? each : { ...each, ownedBy: owner.name };
  });
}

function readProblems(
  analyses: readonly LayerAnalysis[],
  placing: readonly (LayerAnalysis['listing']['problems'][number] & { readonly layer: number })[],
  layerId: LayerId,
): readonly Incomplete[] {
  const reading = analyses.flatMap(({ listing }, layer) => listing.problems.map((problem) => ({ ...problem, layer })));
  return [...reading, ...placing].map(({ code, message, path, layer }) => entry(code, message, path, layerId(layer)));
}

function damages(damaged: readonly DamagedFile[], layerId: LayerId): readonly Incomplete[] {
  return damaged.map(({ code, message, path, layer }) => entry(code, message, path, layerId(layer)));
}

function entry(code: Incomplete['code'], message: string, path: string | undefined, layer: string | null): Incomplete {
  return {
    code,
    message,
    ...(path === undefined ? {} : { path: `/${path.replace(/^\/+/, '')}` }),
    ...(layer === null ? {} : { layer }),
  };
}

/** An image without any distro is complete; one with a distro's packages must say which release it is. */
function unknownDistro(
  distro: Distro | null,
  packages: readonly Package[],
  incomplete: readonly Incomplete[],
): readonly Incomplete[] {
  if (distro !== null) return [];
  const database =
    packages.find(({ source }) => source !== null)?.locations[0]?.path ??
    incomplete.find(({ code }) => code === 'package-database-unread')?.path;
  if (database === undefined) return [];
  const message = 'the image has a package database, but no os-release or like file that names its distro and release';
  return [entry('distro-unknown', message, database, null)];
}

/** A distro without a single package of its own: its database was deleted before the image was made, or never copied. */
function missingDatabase(
  distro: Distro | null,
  packages: readonly Package[],
  incomplete: readonly Incomplete[],
): readonly Incomplete[] {
  const told = incomplete.some(({ code }) => code.startsWith('package-database-') || code === 'link-broken');
  if (distro === null || told || packages.some(({ source }) => source !== null)) return [];
  const name = distro.prettyName ?? distro.id;
  const message = `the image says that it is ${name}, but lists no package of it: what is installed is not known`;
  return [entry('package-database-missing', message, undefined, null)];
}

/** What is installed in an image of another operating system lies elsewhere: an empty list would look clean. */
function unreadPlatform(platform: string | null): readonly Incomplete[] {
  if (platform === null || platform.startsWith('linux/')) return [];
  const message = `the image is for ${platform}: only Linux images are read, what else is installed is not known`;
  return [entry('platform-unread', message, undefined, null)];
}
