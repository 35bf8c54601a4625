import { type NodeStore, nowhere } from './node-store.ts';
import { hashBytes } from './path-hash.ts';
import type { Mutable, NameBytes } from './types.ts';

export interface WalkOptions {
  /** whether a link at the end of the path is followed */
  readonly followLast: boolean;
  /**
   * As an engine that extracts: `..` at the root stays there, as in the kernel, and behind what is no directory it takes the
   * name away; otherwise the one is `outside`, and the other leads nowhere.
   */
  readonly extracting: boolean;
}

/**
 * How far a path leads. `rest` is what is missing below `node`: with a `node` that is no directory and a rest, a file
 * stood in the way.
 */
export type Walk =
  | { readonly node: number; readonly rest: readonly string[] }
  /** `limit`: the links of this image have been followed too often */
  | { readonly broken: 'loop' | 'outside' | 'limit' };

/**
 * What all walkers of an image may follow of links, together: a path is as long as it is written, but a link of 4 KiB may lead
 * through 39 others, as often as a path names it.
 */
export class LinkBudget {
  #left: number;
  #spentAt: LinkPlace | null = null;

  /** @param components of the targets of links */
  constructor(components: number) {
    this.#left = components;
  }

  /** The link at which nothing was left; null: there still is. */
  get spentAt(): LinkPlace | null {
    return this.#spentAt;
  }

  /** Whether a link to so many components may be followed. @param place of the link, asked for once */
  follow(components: number, place: () => LinkPlace): boolean {
    this.#left -= components;
    if (this.#left >= 0) {
      return true;
    }
    this.#spentAt ??= place();
    return false;
  }
}

/** Where a link stands in its layer. */
export interface LinkPlace {
  readonly path: string;
  readonly layer: number;
}

/** Follows paths through a tree and its links, counting what that costs. */
export class TreeWalker {
  readonly #store: NodeStore;
  readonly #root: number;
  readonly #maxHops: number;
  readonly #links: LinkBudget;
  #steps = 0;
  #guessed = false;
  /** what is looked up, one after the other */
  readonly #name: Mutable<NameBytes> = { bytes: noBytes, start: 0, end: 0, hash: 0 };

  constructor(store: NodeStore, root: number, maxHops: number, links: LinkBudget) {
    this.#store = store;
    this.#root = root;
    this.#maxHops = maxHops;
    this.#links = links;
  }

  /** Path components walked so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Whether `..` took a name away, in the last path, at which no directory stands yet: a link there would lead elsewhere. */
  get guessed(): boolean {
    return this.#guessed;
  }

  walk(path: string, options: WalkOptions): Walk {
    const store = this.#store;
    this.#guessed = false;
    let node = this.#root;
    // components still to walk, last first
    const left = path.split('/').reverse();
    let hops = 0;
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      this.#steps += 1;
      if (isNothing(name)) {
        continue;
      }
      if (!store.isDirectory(node)) {
        left.push(name);
        const rest = options.extracting ? this.#restBelow(left) : left.reverse();
        if (rest !== undefined) {
          return { node, rest };
        }
        node = store.parent(node);
        continue;
      }
      if (name === '..') {
        const parent = store.parent(node);
        if (parent === nowhere && !options.extracting) {
          return { broken: 'outside' };
        }
        node = parent === nowhere ? node : parent;
        continue;
      }
      const child = store.child(node, store.textName(name));
      if (child === nowhere) {
        if (!options.extracting) {
          // `..` behind it leads nowhere either
          return { node, rest: [name, ...left.reverse()] };
        }
        const rest = this.#restBelow(left);
        if (rest !== undefined) {
          return { node, rest: [name, ...rest] };
        }
        continue;
      }
      if (store.type(child) !== 'symlink' || (!options.followLast && left.every(isNothing))) {
        node = child;
        continue;
      }
      hops += 1;
      if (hops > this.#maxHops) {
        return { broken: 'loop' };
      }
      if (this.#links.spentAt !== null) {
        return { broken: 'limit' };
      }
      const target = store.linkTarget(child);
      const parts = target.split('/').reverse();
      if (!this.#links.follow(parts.length, () => ({ path: store.entry(child).path, layer: store.layer(child) }))) {
        return { broken: 'limit' };
      }
      if (target.startsWith('/')) {
        node = this.#root;
      }
      left.push(...parts);
    }
    return { node, rest: [] };
  }

  /**
   * What is left of a path, last first, below a name that is no directory, cleaned as text, as containerd does; undefined where it
   * leads out again: `left` is what stands behind that.
   */
  #restBelow(left: string[]): string[] | undefined {
    const rest: string[] = [];
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      this.#steps += 1;
      if (isNothing(part)) {
        continue;
      }
      if (part !== '..') {
        rest.push(part);
      } else if (rest.pop() === undefined) {
        this.#guessed = true;
        return undefined;
      }
    }
    return rest;
  }

  /** A component that is looked up as bytes: one step. Valid until the next one. */
  nameOf(bytes: Uint8Array, start: number, end: number): NameBytes {
    this.#steps += 1;
    const name = this.#name;
    name.bytes = bytes;
    name.start = start;
    name.end = end;
    name.hash = hashBytes(bytes, start, end);
    return name;
  }
}

const noBytes = Buffer.alloc(0);

function isNothing(name: string): boolean {
  return name === '' || name === '.';
}
