import { emptyRoot, LayerTree } from './layer-tree.ts';
import { defaultReadLimits, maxProblemsPerLayer, maxSquashSteps } from './limits.ts';
import type { LayerEntry, LayerListing, ReadProblem } from './types.ts';
import { lastComponent, nodeAt, type TreeNode, TreeWalker } from './view-tree.ts';

/** What stands at one path of the squashed view. */
export interface ViewNode {
  /**
   * The entry that holds the content. `entry.path` is where it stands in its layer, which is what `reread` asks for;
   * it differs from `path` behind a directory link of the same layer (`lib/x` is `usr/lib/x` of the view) and for hard links
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
  /** Everything but directories, in no order that means anything: sorting 100,000 paths would cost as much as squashing them. */
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
  const view = new View(options);
  layers.forEach((layer, index) => {
    view.apply(layer, index);
  });
  return view;
}

class View implements SquashedView {
  readonly problems: (ReadProblem & { readonly layer: number })[] = [];
  readonly #track: ((path: string) => boolean) | undefined;
  readonly #maxHops: number;
  readonly #root = emptyRoot();
  readonly #walker: TreeWalker;
  readonly #events = new Map<string, PathEvent[]>();
  /** path components that may still be walked while layers are applied */
  #steps: number;

  constructor(options: SquashOptions) {
    this.#track = options.track;
    this.#maxHops = options.maxLinkHops ?? defaultReadLimits.maxLinkHops;
    this.#steps = options.maxSteps ?? maxSquashSteps;
    this.#walker = new TreeWalker(this.#root, this.#maxHops);
  }

  apply(listing: LayerListing, layer: number): void {
    const tree = new LayerTree(listing, layer, {
      maxLinkHops: this.#maxHops,
      maxSteps: this.#steps,
      problem: (code, message, { path }) => this.#problem(code, message, path, layer),
      below: (path) => this.#existing(path),
    });
    this.#steps -= tree.steps;
    for (const path of tree.whiteouts) {
      const node = nodeAt(this.#root, path);
      if (node !== undefined) {
        this.#remove(node, layer);
      }
    }
    this.#merge(tree.root, layer);
  }

  #problem(code: ReadProblem['code'], message: string, path: string, layer: number): void {
    if (this.problems.length <= maxProblemsPerLayer) {
      this.problems.push({ code, message, path, layer });
    }
  }

  /** Puts the directories of a layer over those of the view; what is no directory on both sides moves over as it is. */
  #merge(root: TreeNode, layer: number): void {
    const left: [TreeNode, TreeNode][] = [[this.#root, root]];
    for (let pair = left.pop(); pair !== undefined; pair = left.pop()) {
      const [lower, upper] = pair;
      if (!upper.implied) {
        lower.entry = upper.entry;
        lower.layer = upper.layer;
      }
      if (upper.opaque) {
        for (const child of [...lower.children!.values()]) {
          this.#remove(child, layer);
        }
      }
      for (const [name, child] of upper.children!) {
        const before = lower.children!.get(name);
        if (before?.children && child.children) {
          left.push([before, child]);
        } else {
          this.#replace(before, child, layer);
          child.parent = lower;
          lower.children!.set(name, child);
          this.#noteAll(child, layer, 'added');
        }
      }
    }
  }

  #replace(before: TreeNode | undefined, by: TreeNode, layer: number): void {
    if (before === undefined) {
      return;
    }
    // without files that matter, what is shown has all that the other way would show
    if (before.entry.type === 'symlink' && by.implied && this.#hasTracked(by)) {
      const message =
        'this layer has a path through the link of a layer below: engines that mount overlays hide the link, others follow it';
      this.#problem('unsafe-path', message, by.path, layer);
    }
    if (before.children !== null || by.children !== null) {
      this.#remove(before, layer);
    }
  }

  #remove(node: TreeNode, layer: number): void {
    node.parent?.children?.delete(lastComponent(node.path));
    this.#noteAll(node, layer, 'removed');
  }

  #hasTracked(node: TreeNode): boolean {
    for (const { path } of leaves(node)) {
      if (this.#track === undefined || this.#track(path)) {
        return true;
      }
    }
    return false;
  }

  #noteAll(node: TreeNode, layer: number, event: 'added' | 'removed'): void {
    if (this.#track === undefined) {
      return;
    }
    if (node.children === null) {
      this.#note(node.path, layer, event);
      return;
    }
    for (const { path } of leaves(node)) {
      this.#note(path, layer, event);
    }
  }

  #note(path: string, layer: number, event: 'added' | 'removed'): void {
    if (!this.#track?.(path)) {
      return;
    }
    const events = this.#events.get(path);
    if (events === undefined) {
      this.#events.set(path, [{ layer, event }]);
    } else {
      events.push({ layer, event });
    }
  }

  #existing(path: string): TreeNode | undefined {
    const walk = this.#walker.walk(path, { followLast: false, clamp: true });
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
    return nodeAt(this.#root, path);
  }

  realPath(path: string): string | undefined {
    const walk = this.#walker.walk(path, { followLast: false, clamp: false });
    return 'broken' in walk || walk.rest.length > 0 ? undefined : walk.node.path;
  }

  children(path: string): Iterable<ViewNode> {
    return sorted(nodeAt(this.#root, path)?.children);
  }

  files(): Iterable<ViewNode> {
    return leaves(this.#root);
  }

  history(path: string): readonly PathEvent[] {
    return this.#events.get(path) ?? [];
  }

  tracked(): Iterable<string> {
    return [...this.#events.keys()].sort();
  }
}

/** Everything at and below a node but directories. */
function leaves(node: TreeNode): readonly TreeNode[] {
  if (node.children === null) {
    return [node];
  }
  const found: TreeNode[] = [];
  const left = [node.children];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    for (const child of at.values()) {
      if (child.children === null) {
        found.push(child);
      } else {
        left.push(child.children);
      }
    }
  }
  return found;
}

function sorted(nodes: ReadonlyMap<string, TreeNode> | null | undefined): readonly TreeNode[] {
  return nodes ? [...nodes.values()].sort(byPath) : [];
}

function byPath(a: ViewNode, b: ViewNode): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
