import type { LayerEntry, LayerListing, ReadProblemCode } from './types.ts';
import { lastComponent, TreeNode, TreeWalker } from './view-tree.ts';

export interface LayerTreeOptions {
  readonly maxLinkHops: number;
  /** path components that may be walked */
  readonly maxSteps: number;
  readonly problem: (code: ReadProblemCode, message: string, entry: LayerEntry) => void;
  /** What stands at this path in the layers below, for hard links that lead there. */
  readonly below: (path: string) => TreeNode | undefined;
}

/**
 * One layer, extracted into a folder of its own as overlay file systems do: only links of this layer are followed, and
 * each entry replaces what an earlier one left at its place.
 */
export class LayerTree {
  readonly root = emptyRoot();
  /** real paths that the layer takes away from those below it */
  readonly whiteouts: readonly string[];
  readonly #options: LayerTreeOptions;
  readonly #walker: TreeWalker;
  readonly #layer: number;
  /** directory of the last entry as written, and the node it led to: entries of one directory follow each other */
  #lastDirectory: string | null = null;
  #lastNode = this.root;

  constructor(listing: LayerListing, layer: number, options: LayerTreeOptions) {
    this.#options = options;
    this.#walker = new TreeWalker(this.root, options.maxLinkHops);
    this.#layer = layer;
    this.root.implied = true;
    this.#placeAll(listing.entries);
    this.whiteouts = listing.whiteouts.flatMap((path) => this.#whiteout(path) ?? []);
    for (const path of listing.opaque) {
      const node = path === '' ? undefined : this.#hiding(path);
      if (node !== undefined) {
        node.opaque = true;
      }
    }
  }

  /** Path components walked. */
  get steps(): number {
    return this.#walker.steps;
  }

  #placeAll(entries: Iterable<LayerEntry>): void {
    for (const entry of entries) {
      if (this.steps > this.#options.maxSteps) {
        this.#options.problem(
          'limit-reached',
          'its paths take too many steps to resolve; the rest was left out',
          entry,
        );
        return;
      }
      this.#place(entry);
    }
  }

  #place(entry: LayerEntry): void {
    if (entry.path === '') {
      if (entry.type === 'directory') {
        this.root.entry = entry;
        this.root.implied = false;
      }
      return;
    }
    const slash = entry.path.lastIndexOf('/');
    const parent = this.#directory(slash < 0 ? '' : entry.path.slice(0, slash));
    if (parent === undefined) {
      this.#options.problem('unsafe-path', 'the directory of this entry is a link that loops', entry);
      return;
    }
    const name = slash < 0 ? entry.path : entry.path.slice(slash + 1);
    if (entry.type === 'hardlink') {
      this.#placeHardLink(parent, name, entry);
    } else {
      this.#put(parent, name, entry, this.#layer, entry.path);
    }
  }

  /** A hard link is another name of a node: its entry is the node's own. */
  #placeHardLink(parent: TreeNode, name: string, link: LayerEntry): void {
    const target = link.linkTarget === null ? undefined : this.#target(link.linkTarget);
    if (target === undefined || target.children !== null) {
      // what it shares its content with is not there: the link itself is all that is known
      this.#put(parent, name, link, this.#layer, link.path);
      return;
    }
    this.#put(parent, name, target.entry, target.layer, link.path);
  }

  #target(path: string): TreeNode | undefined {
    const walk = this.#walker.walk(path, { followLast: false, clamp: true });
    return !('broken' in walk) && walk.rest.length === 0 ? walk.node : this.#options.below(path);
  }

  /** @param written ends with `name`; where it is the real path it is taken for it: view and layer share one string then */
  #put(parent: TreeNode, name: string, entry: LayerEntry, layer: number, written: string): TreeNode {
    const siblings = parent.children!;
    const before = siblings.get(name);
    if (before?.children && entry.type === 'directory') {
      before.entry = entry;
      before.implied = false;
      return before;
    }
    if (before !== undefined && before.entry.type !== 'file') {
      this.#lastDirectory = null;
    }
    const node = new TreeNode(pathIn(parent, name, written), entry, layer, parent);
    siblings.set(name, node);
    return node;
  }

  /** The directory that entries of `path` are placed in; made where it is missing. */
  #directory(path: string): TreeNode | undefined {
    if (path === '') {
      return this.root;
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
      node = this.#imply(node.parent!, lastComponent(node.path));
    }
    for (const name of walk.rest) {
      node = this.#imply(node, name);
    }
    this.#lastDirectory = path;
    this.#lastNode = node;
    return node;
  }

  #imply(parent: TreeNode, name: string): TreeNode {
    const path = parent.path === '' ? name : `${parent.path}/${name}`;
    const node = this.#put(parent, name, impliedDirectory(path), this.#layer, path);
    node.implied = true;
    return node;
  }

  /** The directory of a mark that hides something. It takes no file of its own layer away. */
  #hiding(path: string): TreeNode | undefined {
    const walk = this.#walker.walk(path, { followLast: true, clamp: true });
    return 'broken' in walk || walk.node.children === null ? undefined : this.#directory(path);
  }

  #whiteout(path: string): string | undefined {
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? this.root : this.#hiding(path.slice(0, slash));
    if (parent === undefined) {
      return undefined;
    }
    const name = slash < 0 ? path : path.slice(slash + 1);
    // overlay file systems forget the mark where the layer states the directory itself: what was below shows through
    const own = parent.children!.get(name);
    if (own?.children && !own.implied) {
      return undefined;
    }
    return parent.path === '' ? name : `${parent.path}/${name}`;
  }
}

function pathIn({ path }: TreeNode, name: string, written: string): string {
  if (path === '') {
    return written.length === name.length ? written : name;
  }
  const isReal = written.length === path.length + 1 + name.length && written.startsWith(path);
  return isReal ? written : `${path}/${name}`;
}

function impliedDirectory(path: string): LayerEntry {
  return { path, type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, linkTarget: null };
}

export function emptyRoot(): TreeNode {
  return new TreeNode('', impliedDirectory(''), 0, null);
}
