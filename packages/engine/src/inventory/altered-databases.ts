import type { SquashedView } from '../image/squash.ts';
import type { LayerListing } from '../image/types.ts';
import type { Owner, ReadPattern, Unlisted } from './cataloger.ts';
import { matchFile } from './catalogers.ts';
import type { LayerAnalysis } from './layer-analysis.ts';
import type { Incomplete } from './types.ts';

/** Of a message. */
const mostNameCharacters = 180;
const longestWord = 40;

/**
 * Databases that were edited: a layer took packages off the list, or changed their versions, and left all their files as
 * they were, which no package manager does. Judged by the executables, libraries and manifests of the packages, and only
 * where some still stand; files of other packages that are listed are no evidence.
 *
 * @param owners real path → who ships it, by the lists at the end
 */
export function alteredDatabases(
  view: SquashedView,
  analyses: readonly LayerAnalysis[],
  owners: ReadonlyMap<string, Owner>,
  unlisted: readonly Unlisted[],
  layerId: (index: number) => string | null,
): readonly Incomplete[] {
  const edits = new Map<string, Unlisted[]>();
  const layers = new Map<number, LayerTouch>();
  for (const each of unlisted) {
    if (!each.mayBeEdit) continue;
    const paths = each.files.map(({ path }) => placeOf(view, path));
    if (!paths.some((path) => stands(view, path, each, owners))) continue;
    const layer = layers.get(each.layer) ?? new LayerTouch(analyses[each.layer]!.listing);
    layers.set(each.layer, layer);
    if (paths.some((path) => layer.touches(path))) continue;
    const key = `${each.layer} ${each.path}`;
    const known = edits.get(key);
    if (known === undefined) edits.set(key, [each]);
    else known.push(each);
  }
  return [...edits.values()].map((some) => entryOf(some, layerId));
}

/** Where a file is in the view, whether it is there or not: its directory may be a link. */
function placeOf(view: SquashedView, path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return path;
  const directory = view.resolve(path.slice(0, slash));
  return 'node' in directory ? `${directory.node.path}${path.slice(slash)}`.replace(/^\//, '') : path;
}

function stands(
  view: SquashedView,
  path: string,
  { layer, name, now }: Unlisted,
  owners: ReadonlyMap<string, Owner>,
): boolean {
  const node = view.lstat(path);
  if (node === undefined || (node.entry.type !== 'file' && node.entry.type !== 'hardlink')) return false;
  const owner = owners.get(path);
  return node.layer < layer && (owner === undefined || (now !== null && owner.name === name));
}

/** Which paths a layer wrote or removed. */
class LayerTouch {
  readonly #entries: ReadonlyMap<string, string>;
  readonly #whiteouts: ReadonlySet<string>;
  readonly #opaque: ReadonlySet<string>;

  constructor({ entries, whiteouts, opaque }: LayerListing) {
    this.#entries = new Map([...entries].map(({ path, type }) => [path, type]));
    this.#whiteouts = new Set(whiteouts.map(({ path }) => path));
    this.#opaque = new Set(opaque.map(({ path }) => path));
  }

  touches(path: string): boolean {
    if (this.#entries.has(path) || this.#whiteouts.has(path)) return true;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at);
      if (this.#whiteouts.has(parent) || this.#opaque.has(parent)) return true;
      if ((this.#entries.get(parent) ?? 'directory') !== 'directory') return true;
    }
    return false;
  }
}

function entryOf(edits: readonly Unlisted[], layerId: (index: number) => string | null): Incomplete {
  const [{ path, layer }] = edits as readonly [Unlisted, ...Unlisted[]];
  const names = [...new Set(edits.map(describe))].sort();
  let left = mostNameCharacters;
  const shown = names.filter((name) => {
    left -= name.length;
    return left >= 0;
  });
  const more = names.length - shown.length;
  const patterns: readonly ReadPattern[] = matchFile(path).map(({ pattern }) => pattern);
  const database = patterns.find((pattern) => pattern.database !== undefined)?.database ?? 'package database';
  const id = layerId(layer);
  return {
    code: 'package-database-altered',
    message: `the ${database} was edited by a layer that left the files of packages as they were: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    path: `/${path}`,
    ...(id === null ? {} : { layer: id }),
  };
}

function describe({ name, version, now }: Unlisted): string {
  const before = `${short(name)} ${short(version)}`;
  return now === null ? `${before} is not listed` : `${before} is listed as ${short(now)}`;
}

function short(text: string): string {
  return text.length > longestWord ? `${text.slice(0, longestWord)}…` : text;
}
