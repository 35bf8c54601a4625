import type { NodeStore } from './node-store.ts';
import type { LayerEntry } from './types.ts';

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

/** A node as it is now: the view does not change when it has been given out. */
export class StoredNode implements ViewNode {
  readonly #store: NodeStore;
  readonly #node: number;
  #entry: LayerEntry | undefined;
  #path: string | undefined;

  /** @param path where it is known */
  constructor(store: NodeStore, node: number, path?: string) {
    this.#store = store;
    this.#node = node;
    this.#path = path;
  }

  get entry(): LayerEntry {
    this.#entry ??= this.#store.entry(this.#node);
    return this.#entry;
  }

  get layer(): number {
    return this.#store.layer(this.#node);
  }

  get path(): string {
    this.#path ??= this.#store.path(this.#node);
    return this.#path;
  }
}
