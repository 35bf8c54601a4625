import type { CatalogContext, LiveFile, PathHistory } from './cataloger.ts';

/**
 * The same for keys that hold the path of the file that lists them: what was written once, as nearly all files are, was introduced by
 * the layer that holds it.
 */
export function introducedAt<F>(
  { history, view }: Pick<CatalogContext<F>, 'history' | 'view'>,
  keysOf: (facts: F, path: string) => Iterable<string>,
): (key: string, file: Pick<LiveFile<F>, 'layer'>) => number {
  const again = history(
    () => true,
    (path) => view.history(path).length > 1,
  );
  const since = again.length === 0 ? null : introductions(again, keysOf);
  return (key, { layer }) => since?.get(key) ?? layer;
}

/**
 * The layer that introduced each package of a database: the first one since which every later state of the database
 * lists it. A database is rewritten as a whole by each layer that changes a package, so the layer that holds the file
 * says nothing about its packages.
 *
 * @param history changes of all files of the database, in the order of the layers
 * @param keysOf identifies the packages that one file lists
 * @returns key → index of the layer, for what is there after the last layer
 */
export function introductions<F>(
  history: PathHistory<F>,
  keysOf: (facts: F, path: string) => Iterable<string>,
): ReadonlyMap<string, number> {
  const present = new Map<string, { count: number; readonly since: number }>();
  const files = new Map<string, readonly string[]>();
  for (let at = 0; at < history.length; ) {
    const layer = history[at]!.layer;
    const left = new Set<string>();
    // only what a layer changed is looked at: an image may have a thousand layers and a million files
    for (; at < history.length && history[at]!.layer === layer; at += 1) {
      const { path, facts } = history[at]!;
      for (const key of files.get(path) ?? []) {
        present.get(key)!.count -= 1;
        left.add(key);
      }
      const keys = facts === null ? [] : [...keysOf(facts, path)];
      files.set(path, keys);
      for (const key of keys) {
        const known = present.get(key);
        if (known === undefined) present.set(key, { count: 1, since: layer });
        else known.count += 1;
      }
    }
    for (const key of left) if (present.get(key)!.count === 0) present.delete(key);
  }
  return new Map([...present].map(([key, { since }]) => [key, since]));
}
