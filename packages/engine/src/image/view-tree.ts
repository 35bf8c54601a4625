import type { LayerEntry } from './types.ts';

/** One node of a file system that is being put together. `children` is null for what is no directory. */
export class TreeNode {
  readonly path: string;
  entry: LayerEntry;
  layer: number;
  parent: TreeNode | null;
  readonly children: Map<string, TreeNode> | null;
  /** a directory that no entry states: it must be there for what is below it */
  implied = false;
  /** a directory that hides what layers below have in it */
  opaque = false;

  constructor(path: string, entry: LayerEntry, layer: number, parent: TreeNode | null) {
    this.path = path;
    this.entry = entry;
    this.layer = layer;
    this.parent = parent;
    this.children = entry.type === 'directory' ? new Map() : null;
  }
}

/** The node at exactly this path below `root`; no link is followed. */
export function nodeAt(root: TreeNode, path: string): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const name of path === '' ? [] : path.split('/')) {
    node = node.children?.get(name);
    if (node === undefined) {
      return undefined;
    }
  }
  return node;
}

export function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export interface WalkOptions {
  /** whether a link at the end of the path is followed */
  readonly followLast: boolean;
  /** `..` at the root stays there, as in the kernel; otherwise it is `outside` */
  readonly clamp: boolean;
}

/**
 * How far a path leads. `rest` is what is missing below `node`: with a `node` that is no directory and a rest, a file
 * stood in the way.
 */
export type Walk =
  | { readonly node: TreeNode; readonly rest: readonly string[] }
  | { readonly broken: 'loop' | 'outside' };

/** Follows paths through a tree and its links, counting what that costs. */
export class TreeWalker {
  readonly #root: TreeNode;
  readonly #maxHops: number;
  #steps = 0;

  constructor(root: TreeNode, maxHops: number) {
    this.#root = root;
    this.#maxHops = maxHops;
  }

  /** Path components walked so far. */
  get steps(): number {
    return this.#steps;
  }

  walk(path: string, options: WalkOptions): Walk {
    let node = this.#root;
    // components still to walk, last first
    const left = path.split('/').reverse();
    let hops = 0;
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      this.#steps += 1;
      if (isNothing(name)) {
        continue;
      }
      if (node.children === null) {
        return { node, rest: [name, ...left.reverse()] };
      }
      if (name === '..') {
        if (node.parent === null && !options.clamp) {
          return { broken: 'outside' };
        }
        node = node.parent ?? node;
        continue;
      }
      const child = node.children.get(name);
      if (child === undefined) {
        return missing(node, [name, ...left.reverse()], options.clamp);
      }
      if (child.entry.type !== 'symlink' || (!options.followLast && left.every(isNothing))) {
        node = child;
        continue;
      }
      hops += 1;
      if (hops > this.#maxHops) {
        return { broken: 'loop' };
      }
      const target = child.entry.linkTarget ?? '';
      if (target.startsWith('/')) {
        node = this.#root;
      }
      left.push(...target.split('/').reverse());
    }
    return { node, rest: [] };
  }
}

function isNothing(name: string): boolean {
  return name === '' || name === '.';
}

/** Below what does not exist there are no links, so the rest is cleaned as text. */
function missing(node: TreeNode, parts: readonly string[], clamp: boolean): Walk {
  const rest: string[] = [];
  let at = node;
  for (const part of parts) {
    if (isNothing(part)) {
      continue;
    }
    if (part !== '..') {
      rest.push(part);
    } else if (rest.length > 0) {
      rest.pop();
    } else if (at.parent === null && !clamp) {
      return { broken: 'outside' };
    } else {
      at = at.parent ?? at;
    }
  }
  return { node: at, rest };
}
