import type { PathEvent } from '../image/path-histories.ts';
import type { SquashedView } from '../image/squash.ts';
import type { FileReader, ReadPattern } from './cataloger.ts';
import { matchFile, readers, readersByName } from './catalogers.ts';
import type { LayerAnalysis } from './layer-analysis.ts';
import type { Incomplete } from './types.ts';

type LayerId = (index: number) => string | null;

interface Change extends PathEvent {
  readonly path: string;
  /** packages that the file lists since; null: there is no file, or nothing in it */
  readonly names: readonly string[] | null;
}

/**
 * Package databases that a lower layer had and that a later one removed or emptied: the packages are still there, only
 * the list of them is not. One that moved to another of its places is not removed, nor one that lists the same packages
 * again later; one that was begun anew is.
 */
export function removedDatabases(
  view: SquashedView,
  analyses: readonly LayerAnalysis[],
  layerId: LayerId,
): readonly Incomplete[] {
  return [...changesByDatabase(view, analyses)].flatMap(([database, changes]) => {
    const lost = lossOf(changes);
    if (lost === null) return [];
    const layer = layerId(lost.layer);
    const message = `the ${database} at /${lost.path} was removed or emptied by a later layer: packages that it listed are not seen`;
    return [{ code: 'package-database-removed', message, path: `/${lost.path}`, ...(layer === null ? {} : { layer }) }];
  });
}

function changesByDatabase(view: SquashedView, analyses: readonly LayerAnalysis[]): ReadonlyMap<string, Change[]> {
  const groups = new Map<string, Change[]>();
  for (const path of view.tracked()) {
    for (const { reader, pattern } of matchFile(path) as readonly { reader: string; pattern: ReadPattern }[]) {
      if (pattern.database === undefined) continue;
      const changes = groups.get(pattern.database) ?? [];
      groups.set(pattern.database, changes);
      for (const event of view.history(path)) {
        const names = event.event === 'added' ? namesAt(reader, pattern, path, event.layer, view, analyses) : null;
        changes.push({ ...event, path, names });
      }
    }
  }
  return groups;
}

/** What the file as this layer left it lists; an empty list where it is a database that was not read. */
function namesAt(
  reader: string,
  pattern: ReadPattern,
  path: string,
  layer: number,
  view: SquashedView,
  analyses: readonly LayerAnalysis[],
): readonly string[] | null {
  const node = view.lstat(path);
  if (node?.layer === layer && node.entry.type !== 'file' && node.entry.type !== 'hardlink') {
    const target = view.resolve(path);
    return 'node' in target && target.node.entry.type === 'file' && target.node.entry.size > 0 ? [] : null;
  }
  if (pattern.presence) return node?.layer === layer && node.entry.size === 0 ? null : [];
  const parsed = analyses[layer]?.parsed.get(reader)?.get(path);
  if (parsed === undefined) return [];
  if (parsed.facts === null) return parsed.damage === null ? null : [];
  return readersByName.get(reader)?.names?.(parsed.facts) ?? [];
}

interface Loss {
  readonly layer: number;
  readonly path: string;
  readonly names: readonly string[];
}

/** The last time that nothing of the database was left, unless all that it listed is listed again at the end. */
function lossOf(changes: readonly Change[]): Loss | null {
  const live = new Map<string, readonly string[]>();
  let lost: Loss | null = null;
  const inOrder = [...changes].sort((a, b) => a.layer - b.layer);
  for (let at = 0; at < inOrder.length; ) {
    const layer = inOrder[at]!.layer;
    const gone = new Map<string, readonly string[]>();
    for (; at < inOrder.length && inOrder[at]!.layer === layer; at += 1) {
      const { path, names } = inOrder[at]!;
      if (live.has(path)) gone.set(path, live.get(path)!);
      if (names === null) live.delete(path);
      else live.set(path, names);
    }
    if (live.size === 0 && gone.size > 0) {
      lost = { layer, path: [...gone.keys()].sort()[0]!, names: [...gone.values()].flat() };
    }
  }
  const listed = new Set([...live.values()].flat());
  return live.size > 0 && lost?.names.every((name) => listed.has(name)) ? null : lost;
}

/** Links on the way to a package database that loop, leave the image or lead to nothing. */
export function brokenLinks(view: SquashedView, layerId: LayerId): readonly Incomplete[] {
  const found = new Map<string, Incomplete>();
  for (const { reads } of readers as readonly FileReader<unknown>[]) {
    for (const pattern of reads) {
      const path = pattern.path ?? pattern.directory ?? pattern.below;
      if (pattern.database === undefined || path === undefined) continue;
      const broken = brokenLink(view, path);
      if (broken === null || found.has(broken.path)) continue;
      const layer = layerId(broken.layer);
      const message = `the link /${broken.path} ${broken.why}: a package database was expected behind it`;
      found.set(broken.path, {
        code: 'link-broken',
        message,
        path: `/${broken.path}`,
        ...(layer === null ? {} : { layer }),
      });
    }
  }
  return [...found.values()];
}

const whyBroken = {
  'not-a-directory': 'leads to nothing in the image',
  loop: 'loops',
  outside: 'leaves the image',
  limit: 'leads through too many others',
};

function brokenLink(view: SquashedView, path: string): { path: string; layer: number; why: string } | null {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length += 1) {
    const prefix = parts.slice(0, length).join('/');
    const real = view.realPath(prefix);
    const node = real === undefined ? undefined : view.lstat(real);
    if (node === undefined) return null;
    if (node.entry.type !== 'symlink') continue;
    const target = view.resolve(prefix);
    if ('node' in target) continue;
    const why = 'missing' in target ? whyBroken['not-a-directory'] : whyBroken[target.broken];
    return { path: node.path, layer: node.layer, why };
  }
  return null;
}
