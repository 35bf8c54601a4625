import type { PathHistory } from './cataloger.ts';

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
  let since = new Map<string, number>();
  const files = new Map<string, readonly string[]>();
  for (let at = 0; at < history.length; ) {
    const layer = history[at]!.layer;
    for (; at < history.length && history[at]!.layer === layer; at += 1) {
      const { path, facts } = history[at]!;
      if (facts === null) files.delete(path);
      else files.set(path, [...keysOf(facts, path)]);
    }
    const next = new Map<string, number>();
    for (const keys of files.values()) {
      for (const key of keys) next.set(key, since.get(key) ?? layer);
    }
    since = next;
  }
  return since;
}
