import { EntryTable } from '../image/entry-table.ts';
import type { SquashedView } from '../image/squash.ts';
import type { ViewNode } from '../image/stored-node.ts';
import type { FileReader, ReadPattern } from './cataloger.ts';
import { matchFile, readers } from './catalogers.ts';
import { baseName } from './file-pattern.ts';
import type { LayerAnalysis } from './layer-analysis.ts';

/** A file that a pattern means, by a path that leads through a link. */
export interface LinkedFile {
  readonly reader: string;
  readonly pattern: ReadPattern;
  /** the path through the link */
  readonly as: string;
  readonly node: ViewNode;
}

interface Search {
  readonly view: SquashedView;
  readonly reader: string;
  readonly pattern: ReadPattern & { readonly name: string };
  /** directories whose children were looked at */
  readonly seen: Set<string>;
}

/**
 * Files that patterns mean by a path with a link in it, and whose own paths match nothing: a manifest that is a link, and
 * those in a directory that the pattern asks for (`node_modules`, `x.dist-info`) where that, or one in it, is a link to a
 * place of another name: `app/node_modules -> /deps`, `node_modules/a -> ../lib/a`. Each directory is looked at once, so
 * that links upon links cost no more than what is there.
 */
export function* filesBehindLinks(view: SquashedView, analyses: readonly LayerAnalysis[]): Generator<LinkedFile> {
  const searches = (readers as readonly FileReader<unknown>[]).flatMap(({ name: reader, reads }) =>
    reads.filter(isSearched).map((pattern): Search => ({ view, reader, pattern, seen: new Set() })),
  );
  const asked = new Asked(searches.map(({ pattern }) => pattern));
  for (const { listing } of analyses) {
    const table = EntryTable.of(listing.entries);
    for (let index = 0; index < table.length; index += 1) {
      const type = table.typeAt(index);
      if (type !== 'symlink' && type !== 'hardlink') continue;
      const path = table.pathAt(index);
      if (matchFile(path).length > 0) yield* fileItself(view, path);
      if (!asked.mayBeAbout(path)) continue;
      for (const search of searches) {
        if (isAbout(path, search.pattern)) yield* filesBehind(search, path);
      }
    }
  }
}

/** A first look at links, of which there are many and few that lead to what is asked for. */
class Asked {
  readonly #insides: readonly string[];
  readonly #suffixes: readonly string[];

  constructor(patterns: readonly ReadPattern[]) {
    this.#insides = [...new Set(patterns.flatMap(({ inside }) => inside ?? []))];
    this.#suffixes = [...new Set(patterns.flatMap(({ parentSuffix }) => parentSuffix ?? []))];
  }

  mayBeAbout(path: string): boolean {
    for (let at = 0; at < this.#insides.length; at += 1) if (path.includes(this.#insides[at]!)) return true;
    for (let at = 0; at < this.#suffixes.length; at += 1) if (path.endsWith(this.#suffixes[at]!)) return true;
    return false;
  }
}

function isSearched(pattern: ReadPattern): pattern is Search['pattern'] {
  return pattern.name !== undefined && (pattern.inside ?? pattern.parentSuffix) !== undefined;
}

/** Whether a directory of this path may be what the pattern asks for, or in it. */
function isAbout(path: string, { inside, parentSuffix }: ReadPattern): boolean {
  if (inside === undefined) return parentSuffix !== undefined && path.endsWith(parentSuffix);
  return path.includes(inside) && `/${path}/`.includes(`/${inside}/`);
}

function* fileItself(view: SquashedView, path: string): Generator<LinkedFile> {
  const matches = matchFile(path);
  if (matches.length === 0 || view.lstat(view.realPath(path) ?? '')?.entry.type !== 'symlink') return;
  const found = view.resolve(path);
  if (!('node' in found) || found.node.entry.type !== 'file') return;
  for (const { reader, pattern } of matches) yield { reader, pattern, as: path, node: found.node };
}

function* filesBehind(search: Search, path: string): Generator<LinkedFile> {
  const real = search.view.realPath(path);
  if (real === undefined || search.view.lstat(real)?.entry.type !== 'symlink') return;
  const directory = search.view.resolve(real);
  if ('node' in directory && directory.node.entry.type === 'directory')
    yield* filesAt(search, real, directory.node.path);
}

/**
 * `as/NAME` where that is what the pattern means; else those in the children of the directory, and of a scope in it.
 *
 * @param directory the real path of `as`
 */
function* filesAt(search: Search, as: string, directory: string): Generator<LinkedFile> {
  const { view, reader, pattern, seen } = search;
  const file = `${as}/${pattern.name}`;
  if (matchFile(file).some((match) => match.pattern === pattern)) {
    const found = view.resolve(directory === '' ? pattern.name : `${directory}/${pattern.name}`);
    if ('node' in found && found.node.entry.type === 'file') yield { reader, pattern, as: file, node: found.node };
    return;
  }
  const isScope = baseName(as).startsWith('@');
  if (!isScope && baseName(as) !== pattern.inside) return;
  const key = `${isScope ? '@' : ''}/${directory}`;
  if (seen.has(key)) return;
  seen.add(key);
  for (const { entry, path } of view.children(directory)) {
    const [type, inside] = [entry.type, `${as}/${baseName(path)}`];
    if (type === 'directory') yield* filesAt(search, inside, path);
    if (type !== 'symlink') continue;
    const target = view.resolve(path);
    if ('node' in target && target.node.entry.type === 'directory') yield* filesAt(search, inside, target.node.path);
  }
}
