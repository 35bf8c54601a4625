import { defaultReadLimits, maxProblemsPerLayer, maxSquashSteps } from './limits.ts';
import type { LayerEntry, LayerListing, ReadProblem } from './types.ts';
import { TreeNode, TreeWalker } from './view-tree.ts';

/** What stands at one path of the squashed view. */
export interface ViewNode {
  /**
   * The entry that holds the content. `entry.path` is where it stands in its layer, which is what `reread` asks for;
   * it differs from `path` behind a directory link (`lib/x` of the layer is `usr/lib/x` of the view) and for hard links
   * (the entry is that of the file they share).
   */
  readonly entry: LayerEntry;
  /** index of the layer that `entry` stands in */
  readonly layer: number;
  /** real path in the view */
  readonly path: string;
}

export interface PathEvent {
  readonly layer: number;
  readonly event: 'added' | 'removed';
}

export type Resolution =
  | { readonly node: ViewNode }
  | { readonly missing: true }
  /** `loop`: too many links; `outside`: `..` above the root; `not-a-directory`: a file stands where a directory must */
  | { readonly broken: 'loop' | 'outside' | 'not-a-directory' };

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
  /** Everything but directories, sorted by path (code units). */
  files(): Iterable<ViewNode>;
  /**
   * What layers did to the file at this real path, in order; only for paths that `track` accepts. A file that a layer
   * replaces by another file is `added` again without `removed`; a layer that removes it (also with a directory above
   * it) and writes it again gives both. Directories have no history.
   */
  history(path: string): readonly PathEvent[];
  /** Real paths with a history, sorted: also those that are gone. */
  tracked(): Iterable<string>;
  /** Entries that no extraction could place (their directory is a link that loops), and what was cut at a limit. */
  readonly problems: readonly (ReadProblem & { readonly layer: number })[];
}

export interface SquashOptions {
  /** Real paths whose history is kept. Default: none, so that memory stays small. */
  readonly track?: ((path: string) => boolean) | undefined;
  readonly maxLinkHops?: number | undefined;
  /** path components that may be walked while the layers are applied */
  readonly maxSteps?: number | undefined;
}

/**
 * Applies layers, base first, as containerd and Docker extract them: whiteouts of a layer act on what is below it, then
 * its entries are placed. Directories of an entry's path are followed through the links that exist at that moment; what
 * is no directory replaces a directory with all below it, and the reverse.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets
 */
export function squash(layers: readonly LayerListing[], options: SquashOptions = {}): SquashedView {
  const view = new View(options);
  layers.forEach((layer, index) => {
    view.apply(layer, index);
  });
  return view;
}

class View implements SquashedView {
  readonly problems: (ReadProblem & { readonly layer: number })[] = [];
  readonly #track: ((path: string) => boolean) | undefined;
  readonly #maxSteps: number;
  readonly #walker: TreeWalker;
  readonly #root = new TreeNode('', impliedDirectory(''), 0, null);
  readonly #events = new Map<string, PathEvent[]>();
  /** directory of the last entry as written, and the node it led to: entries of one directory follow each other */
  #lastDirectory: string | null = null;
  #lastNode = this.#root;

  constructor(options: SquashOptions) {
    this.#track = options.track;
    this.#walker = new TreeWalker(this.#root, options.maxLinkHops ?? defaultReadLimits.maxLinkHops);
    this.#maxSteps = options.maxSteps ?? maxSquashSteps;
  }

  apply(listing: LayerListing, layer: number): void {
    // resolved before any is removed: a whiteout may take away the link that another one's path goes through
    const opaque = listing.opaque.map((path) => this.#existing(path, true));
    const gone = listing.whiteouts.map((path) => this.#existing(path, false));
    for (const node of opaque) {
      for (const child of [...(node?.children?.values() ?? [])]) {
        this.#remove(child, layer);
      }
    }
    for (const node of gone) {
      if (node !== undefined && node !== this.#root) {
        this.#remove(node, layer);
      }
    }
    for (const entry of listing.entries) {
      if (this.#walker.steps > this.#maxSteps) {
        this.#problem('limit-reached', 'its paths take too many steps to resolve; the rest was left out', entry, layer);
        return;
      }
      this.#place(entry, layer);
    }
  }

  #place(entry: LayerEntry, layer: number): void {
    if (entry.path === '') {
      if (entry.type === 'directory') {
        this.#root.entry = entry;
        this.#root.layer = layer;
      }
      return;
    }
    const slash = entry.path.lastIndexOf('/');
    const parent = this.#directory(slash < 0 ? '' : entry.path.slice(0, slash), layer);
    if (parent === undefined) {
      this.#problem('unsafe-path', 'the directory of this entry is a link that loops', entry, layer);
      return;
    }
    const name = slash < 0 ? entry.path : entry.path.slice(slash + 1);
    if (entry.type === 'hardlink') {
      this.#placeHardLink(parent, name, entry, layer);
    } else {
      this.#put(parent, name, entry, layer, layer);
    }
  }

  #problem(code: ReadProblem['code'], message: string, { path }: LayerEntry, layer: number): void {
    if (this.problems.length <= maxProblemsPerLayer) {
      this.problems.push({ code, message, path, layer });
    }
  }

  /** A hard link is another name of a node: its entry is the node's own. */
  #placeHardLink(parent: TreeNode, name: string, link: LayerEntry, layer: number): void {
    const target = link.linkTarget === null ? undefined : this.#existing(link.linkTarget, false);
    if (target === undefined || target.children !== null) {
      // what it shares its content with is not there: the link itself is all that is known
      this.#put(parent, name, link, layer, layer);
      return;
    }
    this.#put(parent, name, target.entry, target.layer, layer);
  }

  #put(parent: TreeNode, name: string, entry: LayerEntry, layer: number, now: number): void {
    const siblings = parent.children!;
    const before = siblings.get(name);
    if (before?.children && entry.type === 'directory') {
      before.entry = entry;
      before.layer = layer;
      return;
    }
    const path = parent.path === '' ? name : `${parent.path}/${name}`;
    if (before !== undefined) {
      this.#replace(before, entry, now);
    }
    // one string where view and layer agree, which is nearly always
    siblings.set(name, new TreeNode(path === entry.path ? entry.path : path, entry, layer, parent));
    if (entry.type !== 'directory') {
      this.#note(path, now, 'added');
    }
  }

  #replace(before: TreeNode, entry: LayerEntry, now: number): void {
    if (before.children !== null || entry.type === 'directory') {
      this.#remove(before, now);
    } else if (before.entry.type === 'symlink') {
      this.#lastDirectory = null;
    }
  }

  #remove(node: TreeNode, layer: number): void {
    this.#lastDirectory = null;
    node.parent?.children?.delete(lastComponent(node.path));
    if (this.#track === undefined) {
      return;
    }
    const left = [node];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (at.children === null) {
        this.#note(at.path, layer, 'removed');
      } else {
        for (const child of at.children.values()) {
          left.push(child);
        }
      }
    }
  }

  #note(path: string, layer: number, event: 'added' | 'removed'): void {
    if (!this.#track?.(path)) {
      return;
    }
    const events = this.#events.get(path);
    if (events === undefined) {
      this.#events.set(path, [{ layer, event }]);
    } else if (event === 'removed' || events.at(-1)?.layer !== layer || events.at(-1)?.event !== 'added') {
      events.push({ layer, event });
    }
  }

  /** The directory that entries of `path` are placed in; made where it is missing. */
  #directory(path: string, layer: number): TreeNode | undefined {
    if (path === '') {
      return this.#root;
    }
    if (path === this.#lastDirectory) {
      return this.#lastNode;
    }
    const walk = this.#walker.walk(path, { followLast: true, clamp: true });
    if ('broken' in walk) {
      return undefined;
    }
    let node = walk.node;
    if (node.children === null) {
      // a file stands where a directory must: the entry below it proves that the directory was meant
      node = this.#replaceByDirectory(node, layer);
    }
    for (const name of walk.rest) {
      const child = node.children!.get(name);
      if (child?.children) {
        node = child;
        continue;
      }
      const childPath = node.path === '' ? name : `${node.path}/${name}`;
      this.#put(node, name, impliedDirectory(childPath), layer, layer);
      node = node.children!.get(name)!;
    }
    this.#lastDirectory = path;
    this.#lastNode = node;
    return node;
  }

  #replaceByDirectory(node: TreeNode, layer: number): TreeNode {
    const parent = node.parent!;
    const name = lastComponent(node.path);
    this.#put(parent, name, impliedDirectory(node.path), layer, layer);
    return parent.children!.get(name)!;
  }

  #existing(path: string, followLast: boolean): TreeNode | undefined {
    const walk = this.#walker.walk(path, { followLast, clamp: true });
    return 'broken' in walk || walk.rest.length > 0 ? undefined : walk.node;
  }

  resolve(path: string): Resolution {
    const walk = this.#walker.walk(path, { followLast: true, clamp: false });
    if ('broken' in walk) {
      return walk;
    }
    if (walk.rest.length === 0) {
      return { node: walk.node };
    }
    return walk.node.children === null ? { broken: 'not-a-directory' } : { missing: true };
  }

  lstat(path: string): ViewNode | undefined {
    return this.#lookUp(path);
  }

  #lookUp(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.#root;
    for (const name of path === '' ? [] : path.split('/')) {
      node = node.children?.get(name);
      if (node === undefined) {
        return undefined;
      }
    }
    return node;
  }

  realPath(path: string): string | undefined {
    const walk = this.#walker.walk(path, { followLast: false, clamp: false });
    return 'broken' in walk || walk.rest.length > 0 ? undefined : walk.node.path;
  }

  children(path: string): Iterable<ViewNode> {
    return sorted(this.#lookUp(path)?.children);
  }

  *files(): Generator<ViewNode> {
    const found: TreeNode[] = [];
    const left = [this.#root];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (at.children === null) {
        found.push(at);
      } else {
        for (const child of at.children.values()) {
          left.push(child);
        }
      }
    }
    yield* found.sort(byPath);
  }

  history(path: string): readonly PathEvent[] {
    return this.#events.get(path) ?? [];
  }

  tracked(): Iterable<string> {
    return [...this.#events.keys()].sort();
  }
}

function impliedDirectory(path: string): LayerEntry {
  return { path, type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, linkTarget: null };
}

function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function sorted(nodes: ReadonlyMap<string, TreeNode> | null | undefined): readonly TreeNode[] {
  return nodes ? [...nodes.values()].sort(byPath) : [];
}

function byPath(a: ViewNode, b: ViewNode): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
