import { EntryTable } from './entry-table.ts';
import { LayerTree } from './layer-tree.ts';
import { defaultReadLimits, maxLinkComponents, maxProblemsPerLayer, maxSquashSteps } from './limits.ts';
import { NodeStore, nowhere } from './node-store.ts';
import { type NotedDirectory, type PathEvent, PathHistories, type TrackOptions } from './path-histories.ts';
import { StoredNode, type ViewNode } from './stored-node.ts';
import type { LayerListing, ReadProblem } from './types.ts';
import { LinkBudget, TreeWalker } from './view-tree.ts';

export type Resolution =
  | { readonly node: ViewNode }
  | { readonly missing: true }
  /**
   * `loop`: too many links; `outside`: `..` above the root; `not-a-directory`: a file stands where a directory must; `limit`: the
   * links of this image have been followed too often, which is a problem of the view from then on
   */
  | { readonly broken: 'loop' | 'outside' | 'not-a-directory' | 'limit' };

/** The file system that a container sees. Paths are relative to the root and clean; '' is the root. */
export interface SquashedView {
  /** Follows every link, inside the root. A leading `/` is accepted. `outside` is told, though the kernel would stay at the root. */
  resolve(path: string): Resolution;
  /** The node at exactly this real path; no link is followed. */
  lstat(path: string): ViewNode | undefined;
  /** Real path of a path whose directories may be links (`lib/x` → `usr/lib/x`); the last component is not followed. */
  realPath(path: string): string | undefined;
  /** Direct children of the directory at this real path, sorted; empty where there is none. */
  children(path: string): Iterable<ViewNode>;
  /** Everything but directories, of which `look` may leave out some by a first look, in no order that means anything: sorting 100,000 paths would cost as much as squashing them. */
  files(look?: FileLook): Iterable<ViewNode>;
  /**
   * What layers did to the file at this real path, in order; only for paths that `track` accepts. A file that a layer
   * replaces by another file is `added` again without `removed`; a layer that removes it (also with a directory above
   * it) and writes it again gives both. Directories have no history.
   */
  history(path: string): readonly PathEvent[];
  /** Real paths with a history, sorted: also those that are gone. */
  tracked(): Iterable<string>;
  /** Gives its memory back at once, where that is much: nobody asks it, or looks at a node of it, any more. */
  letGo(): void;
  /**
   * Entries that no extraction could place (their directory is a link that loops), and what was cut at a limit, also by what was
   * asked of the view until now.
   */
  readonly problems: readonly (ReadProblem & { readonly layer: number })[];
}

/** Whether to make a node of a file by its base name (UTF-8 in `bytes`), its mode and, when that is asked for, its directory. */
export type FileLook = (bytes: Buffer, start: number, end: number, mode: number, directory: () => string) => boolean;

export interface SquashOptions extends TrackOptions {
  readonly maxLinkHops?: number | undefined;
  /** path components that may be walked while the layers are applied */
  readonly maxSteps?: number | undefined;
  /** components of the targets of links that may be followed, also by those who ask the view */
  readonly maxLinkComponents?: number | undefined;
}

/**
 * Applies layers, base first, as overlay file systems show them, which Docker, containerd and Podman mount: each layer is
 * a folder of its own, directories merge, and anything else hides what is below it. So a path of a layer does not lead
 * through the links of layers below: the directories that it needs take their place. An engine that extracts one layer
 * over the other would follow them; where that could hide a file that is tracked, a problem says so. A whiteout of what its own
 * layer has as a directory, and an opaque mark of the root, hide nothing, as there.
 *
 * @see https://docs.kernel.org/filesystems/overlayfs.html
 * @see https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets
 */
export function squash(layers: readonly LayerListing[], options: SquashOptions = {}): SquashedView {
  const tables = layers.map(({ entries }) => EntryTable.of(entries));
  // a directory that no entry states is rare
  const store = new NodeStore(tables, (layers.length + 1) * layerSpare);
  const view = new View(options, store);
  layers.forEach((layer, index) => {
    view.apply(layer, index);
  });
  return view;
}

/** Nodes of a layer that no entry of it states. */
const layerSpare = 64;

class View implements SquashedView {
  readonly #problems: (ReadProblem & { readonly layer: number })[] = [];
  readonly #maxHops: number;
  readonly #links: LinkBudget;
  readonly #store: NodeStore;
  readonly #root: number;
  readonly #walker: TreeWalker;
  readonly #histories: PathHistories;
  /** path components that may still be walked while layers are applied */
  #steps: number;

  constructor(options: SquashOptions, store: NodeStore) {
    this.#store = store;
    this.#histories = new PathHistories(this.#store, options);
    this.#maxHops = options.maxLinkHops ?? defaultReadLimits.maxLinkHops;
    this.#steps = options.maxSteps ?? maxSquashSteps;
    this.#links = new LinkBudget(options.maxLinkComponents ?? maxLinkComponents);
    this.#root = this.#store.addRoot();
    this.#walker = new TreeWalker(this.#store, this.#root, this.#maxHops, this.#links);
  }

  apply(listing: LayerListing, layer: number): void {
    this.#histories.begin(layer);
    const tree = new LayerTree(this.#store, listing, layer, {
      maxLinkHops: this.#maxHops,
      maxSteps: this.#steps,
      links: this.#links,
      problem: (code, message, path) => this.#problem(code, message, path, layer),
      below: (path) => this.#existing(path),
    });
    this.#steps -= tree.steps;
    for (const path of tree.whiteouts) {
      const node = this.#store.at(this.#root, path);
      if (node !== nowhere) {
        this.#remove(node);
      }
    }
    this.#merge(tree.root, layer);
  }

  #problem(code: ReadProblem['code'], message: string, path: string, layer: number): void {
    if (this.#problems.length < maxProblemsPerLayer) {
      this.#problems.push({ code, message, path, layer });
    } else if (this.#problems.length === maxProblemsPerLayer) {
      this.#problems.push({ code: 'limit-reached', message: 'further problems of its paths are not listed', layer });
    }
  }

  get problems(): readonly (ReadProblem & { readonly layer: number })[] {
    const { spentAt } = this.#links;
    if (spentAt === null) {
      return this.#problems;
    }
    const message = 'its links lead through too many others; what lies behind them was not all looked up';
    return [...this.#problems, { code: 'limit-reached', message, ...spentAt }];
  }

  /** Puts the directories of a layer over those of the view; what is no directory on both sides moves over as it is. */
  #merge(root: number, layer: number): void {
    const left = [this.#root, root];
    for (let upper = left.pop(); upper !== undefined; upper = left.pop()) {
      this.#mergeDirectory(left.pop()!, upper, layer, left);
    }
  }

  /** Its directories that stand on both sides are added to `left`. */
  #mergeDirectory(lower: number, upper: number, layer: number, left: number[]): void {
    const store = this.#store;
    if (!store.isImplied(upper)) {
      store.setEntry(lower, store.entryIndex(upper), store.layer(upper));
    }
    if (store.isOpaque(upper)) {
      for (const child of this.#children(lower)) {
        this.#remove(child);
      }
    }
    let within: NotedDirectory | undefined;
    for (let child = store.firstChild(upper); child !== nowhere; ) {
      const next = store.nextChild(child, upper);
      const before = store.child(lower, store.nameOf(child));
      if (before !== nowhere && store.isDirectory(before) && store.isDirectory(child)) {
        left.push(before, child);
      } else {
        within ??= this.#histories.directory(store.path(lower));
        this.#replace(before, child, lower, layer);
        this.#histories.note(child, within, 'added');
      }
      child = next;
    }
  }

  /** Puts a child of a layer's directory into the directory of the view. */
  #replace(before: number, by: number, lower: number, layer: number): void {
    const store = this.#store;
    if (before !== nowhere) {
      // without files that matter, what is shown has all that the other way would show
      if (store.type(before) === 'symlink' && store.isImplied(by) && this.#histories.concern(by)) {
        const message =
          'this layer has a path through the link of a layer below: engines that mount overlays hide the link, others follow it';
        this.#problem('unsafe-path', message, store.path(by), layer);
      }
      if (store.isDirectory(before) || store.isDirectory(by)) {
        this.#remove(before);
      } else {
        store.detach(before);
      }
    }
    store.attach(by, lower);
  }

  #remove(node: number): void {
    this.#histories.noteRemoved(node);
    this.#store.detach(node);
  }

  #children(directory: number): number[] {
    const store = this.#store;
    const found: number[] = [];
    for (let child = store.firstChild(directory); child !== nowhere; child = store.nextChild(child, directory)) {
      found.push(child);
    }
    return found;
  }

  #existing(path: string): number {
    const walk = this.#walker.walk(path, { followLast: false, extracting: true });
    return 'broken' in walk || walk.rest.length > 0 ? nowhere : walk.node;
  }

  resolve(path: string): Resolution {
    const there = this.#store.at(this.#root, path);
    if (there !== nowhere && this.#store.type(there) !== 'symlink') {
      return { node: new StoredNode(this.#store, there, knownPath(path)) };
    }
    const walk = this.#walker.walk(path, { followLast: true, extracting: false });
    if ('broken' in walk) {
      return walk;
    }
    if (walk.rest.length === 0) {
      return { node: new StoredNode(this.#store, walk.node) };
    }
    return this.#store.isDirectory(walk.node) ? { missing: true } : { broken: 'not-a-directory' };
  }

  lstat(path: string): ViewNode | undefined {
    const node = this.#store.at(this.#root, path);
    return node === nowhere ? undefined : new StoredNode(this.#store, node, knownPath(path));
  }

  realPath(path: string): string | undefined {
    // nearly all that is asked for stands where it is said to
    if (path.isWellFormed() && this.#store.at(this.#root, path) !== nowhere) {
      return path;
    }
    const walk = this.#walker.walk(path, { followLast: false, extracting: false });
    return 'broken' in walk || walk.rest.length > 0 ? undefined : this.#store.path(walk.node);
  }

  children(path: string): Iterable<ViewNode> {
    const node = this.#store.at(this.#root, path);
    if (node === nowhere || !this.#store.isDirectory(node)) {
      return [];
    }
    return this.#children(node)
      .map((child) => new StoredNode(this.#store, child))
      .sort(byPath);
  }

  *files(look: FileLook = () => true): Iterable<ViewNode> {
    const store = this.#store;
    const left = [this.#root];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      const parent = at;
      let path: string | undefined;
      const directory = () => {
        path ??= store.path(parent);
        return path;
      };
      for (let child = store.firstChild(at); child !== nowhere; child = store.nextChild(child, at)) {
        if (store.isDirectory(child)) {
          left.push(child);
          continue;
        }
        const { bytes, start, end } = store.nameOf(child);
        if (look(bytes, start, end, store.mode(child), directory)) {
          yield new StoredNode(store, child);
        }
      }
    }
  }

  history(path: string): readonly PathEvent[] {
    return this.#histories.of(path);
  }

  letGo(): void {
    this.#store.letGo();
  }

  tracked(): Iterable<string> {
    return this.#histories.paths();
  }
}

/** A path that led to a node without a link is its own, unless it has what is no character and was looked up as another. */
function knownPath(path: string): string | undefined {
  return path.isWellFormed() ? path : undefined;
}

function byPath(a: ViewNode, b: ViewNode): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
