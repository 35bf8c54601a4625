import type { PathHistory, ShippedFile } from './cataloger.ts';

/** What names a package in a database, whichever version it has. */
interface Named {
  readonly name: string;
  readonly arch: string | null;
}

/** A package that the database of a layer lists no longer, or only in another version. */
export interface Dropped<T> {
  /** index of the layer that wrote the database so */
  readonly layer: number;
  /** of the file that listed it */
  readonly path: string;
  readonly before: T;
  /** as it is listed since; null: not at all */
  readonly now: T | null;
}

/**
 * What packages layers took off a database, by its states one after the other. One that is listed again at the end was
 * not dropped; nor are those of a database that is gone as a whole, which is another thing to tell.
 *
 * @param history changes of all files of the database, in the order of the layers
 * @param keyOf the package in its version
 */
export function droppedPackages<F, T extends Named>(
  history: PathHistory<F>,
  listOf: (facts: F) => readonly T[],
  keyOf: (found: T) => string,
): readonly Dropped<T>[] {
  const files = new Map<string, readonly T[]>();
  const counts = new Map<string, number>();
  const count = (found: T, by: number) => counts.set(keyOf(found), (counts.get(keyOf(found)) ?? 0) + by);
  const isListed = (found: T) => (counts.get(keyOf(found)) ?? 0) > 0;
  let listed = 0;
  const dropped: Dropped<T>[] = [];
  for (let at = 0; at < history.length; ) {
    const layer = history[at]!.layer;
    const before = new Map<string, readonly T[]>();
    for (; at < history.length && history[at]!.layer === layer; at += 1) {
      const { path, facts } = history[at]!;
      const old = files.get(path) ?? [];
      if (!before.has(path)) before.set(path, old);
      const now = facts === null ? [] : listOf(facts);
      for (const found of old) count(found, -1);
      for (const found of now) count(found, 1);
      listed += now.length - old.length;
      files.set(path, now);
    }
    if (listed <= 0) continue;
    for (const each of betweenStates(layer, before, files, isListed, keyOf)) dropped.push(each);
  }
  return dropped.filter(({ before }) => !isListed(before));
}

function* betweenStates<T extends Named>(
  layer: number,
  before: ReadonlyMap<string, readonly T[]>,
  after: ReadonlyMap<string, readonly T[]>,
  isListed: (found: T) => boolean,
  keyOf: (found: T) => string,
): Generator<Dropped<T>> {
  const known = new Set<string>();
  for (const list of before.values()) for (const found of list) known.add(keyOf(found));
  const news = new Map<string, T>();
  for (const path of before.keys()) {
    for (const found of after.get(path) ?? []) if (!known.has(keyOf(found))) news.set(nameOf(found), found);
  }
  for (const [path, list] of before) {
    for (const found of list) {
      if (!isListed(found)) yield { layer, path, before: found, now: news.get(nameOf(found)) ?? null };
    }
  }
}

function nameOf({ name, arch }: Named): string {
  return `${name} ${arch ?? ''}`;
}

type Build = readonly [id: string | null, files: readonly ShippedFile[]];

/**
 * Whether two versions of a package cannot be two builds: what identifies the package file is the same. Or the later one is
 * of other files, by their digests: then the files that were left as they were are not its.
 */
export function sameBuild([idBefore, before]: Build, [idNow, now]: Build): boolean {
  if (idBefore !== null && idBefore === idNow) return true;
  const digests = new Map(now.map(({ path, digest }) => [path, digest]));
  return before.some(({ path, digest }) => {
    const later = digests.get(path) ?? null;
    return digest !== null && later !== null && digest !== later;
  });
}
