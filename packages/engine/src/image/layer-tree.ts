import { nameStart } from './directory-list.ts';
import type { EntryTable } from './entry-table.ts';
import { type NodeStore, nowhere, unstated } from './node-store.ts';
import type { LayerListing, Mutable, NameBytes, ReadProblemCode } from './types.ts';
import { type LinkBudget, TreeWalker } from './view-tree.ts';

export interface LayerTreeOptions {
  readonly maxLinkHops: number;
  /** path components that may be walked */
  readonly maxSteps: number;
  /** of the image; that it is spent is told by the view */
  readonly links: LinkBudget;
  readonly problem: (code: ReadProblemCode, message: string, path: string) => void;
  /** What stands at this path in the layers below, for hard links that lead there; `nowhere`: nothing. */
  readonly below: (path: string) => number;
}

const slash = 0x2f;

/** Where engines put a device that hides what is below. */
interface Whiteout {
  readonly parent: number;
  readonly name: string;
}

/**
 * One layer, extracted into a folder of its own as overlay file systems do: only links of this layer are followed, and
 * each entry replaces what an earlier one left at its place.
 */
export class LayerTree {
  readonly root: number;
  /** real paths that the layer takes away from those below it */
  readonly whiteouts: readonly string[];
  readonly #store: NodeStore;
  readonly #table: EntryTable;
  readonly #options: LayerTreeOptions;
  readonly #walker: TreeWalker;
  readonly #layer: number;
  /** of the entry that is being placed */
  readonly #name: Mutable<NameBytes>;
  /** directory of the table → the node that it led to, while nothing changed where paths lead */
  readonly #places: Int32Array;
  readonly #placedIn: Int32Array;
  /** raised when a directory or link makes room for something else */
  #epoch = 1;
  #toldOver = false;
  readonly #whiteoutsPlaced: Whiteout[] = [];
  /** directory that something took the place of → how many whiteouts there were by then */
  readonly #remade = new Map<number, number>();

  /** @param store has the layer's entries as table `layer` */
  constructor(store: NodeStore, listing: LayerListing, layer: number, options: LayerTreeOptions) {
    this.#store = store;
    this.#table = store.tables[layer]!;
    this.#options = options;
    this.#layer = layer;
    this.root = store.addRoot();
    this.#name = { bytes: this.#table.namesAt(0), start: 0, end: 0, hash: 0 };
    this.#walker = new TreeWalker(store, this.root, options.maxLinkHops, options.links);
    this.#places = new Int32Array(this.#table.directories.length);
    this.#placedIn = new Int32Array(this.#table.directories.length);
    this.#placeAll(listing);
    this.whiteouts = this.#whiteoutsPlaced.flatMap((mark, index) => this.#whiteout(mark, index) ?? []);
  }

  /** Path components walked. */
  get steps(): number {
    return this.#walker.steps;
  }

  /** Entries and marks, in the order of the layer. */
  #placeAll({ whiteouts, opaque }: LayerListing): void {
    const { length } = this.#table;
    let whiteout = 0;
    let mark = 0;
    for (let index = 0; index <= length; index += 1) {
      for (; whiteout < whiteouts.length && whiteouts[whiteout]!.at <= index; whiteout += 1) {
        this.#placeWhiteout(whiteouts[whiteout]!.path);
      }
      for (; mark < opaque.length && opaque[mark]!.at <= index; mark += 1) {
        this.#placeOpaque(opaque[mark]!.path);
      }
      if (index === length || (this.steps > this.#options.maxSteps && this.#isOver(this.#table.pathAt(index)))) {
        return;
      }
      this.#place(index);
    }
  }

  /** Whether its paths took too many steps, which is told once. @param path the first one that is left out */
  #isOver(path: string): boolean {
    const isOver = this.steps > this.#options.maxSteps;
    if (isOver && !this.#toldOver) {
      this.#options.problem('limit-reached', 'its paths take too many steps to resolve; the rest was left out', path);
      this.#toldOver = true;
    }
    return isOver;
  }

  #place(index: number): void {
    const table = this.#table;
    const name = this.#name;
    name.bytes = table.namesAt(index);
    name.start = table.nameStart(index);
    name.end = table.nameEnd(index);
    name.hash = table.nameHash(index);
    const type = table.typeAt(index);
    const directory = table.directoryAt(index);
    if (name.start === name.end && table.directories.isRoot(directory)) {
      if (type === 'directory') {
        this.#store.setEntry(this.root, index, this.#layer);
      }
      return;
    }
    const parent = this.#directoryAt(directory);
    if (parent === nowhere) {
      if (this.#options.links.spentAt !== null) {
        return;
      }
      const message = 'the directory of this entry is a link that loops';
      this.#options.problem('unsafe-path', message, table.pathAt(index));
    } else if (type === 'hardlink') {
      this.#placeHardLink(parent, name, index);
    } else {
      this.#put(parent, name, index, index, this.#layer);
    }
  }

  /** A hard link is another name of a node: its entry is the node's own. */
  #placeHardLink(parent: number, name: NameBytes, link: number): void {
    const store = this.#store;
    const path = this.#table.linkAt(link);
    const target = path === null ? nowhere : this.#target(path);
    if (target === nowhere || store.isDirectory(target)) {
      // what it shares its content with is not there: the link itself is all that is known
      this.#put(parent, name, link, link, this.#layer);
      return;
    }
    this.#put(parent, name, link, store.entryIndex(target), store.layer(target));
  }

  #target(path: string): number {
    const walk = this.#walker.walk(path, { followLast: false, extracting: true });
    if ('broken' in walk) {
      return nowhere;
    }
    return walk.rest.length === 0 ? walk.node : this.#options.below(path);
  }

  /**
   * @param named the entry of this layer that has the name; `unstated`: none
   * @param entry of `layer`; `unstated` makes a directory
   */
  #put(parent: number, name: NameBytes, named: number, entry: number, layer: number): number {
    const store = this.#store;
    const before = store.child(parent, name);
    if (before === nowhere) {
      return named === unstated
        ? store.addDirectory(parent, name)
        : store.addChild(parent, name.hash, entry, layer, named, this.#layer);
    }
    const isDirectory = entry === unstated || store.tables[layer]!.isDirectoryAt(entry);
    if (store.isDirectory(before) && isDirectory) {
      store.setEntry(before, entry, layer);
      return before;
    }
    this.#become(before, entry, layer);
    return before;
  }

  #directoryAt(directory: number): number {
    const { directories } = this.#table;
    if (directories.isRoot(directory)) {
      return this.root;
    }
    if (this.#placedIn[directory] === this.#epoch) {
      return this.#places[directory]!;
    }
    const quick = this.#plainDirectory(directory);
    const node = quick === nowhere ? this.#directory(directories.textAt(directory).slice(0, -1)) : quick;
    if (node !== nowhere && (node === quick || !this.#walker.guessed)) {
      this.#places[directory] = node;
      this.#placedIn[directory] = this.#epoch;
    }
    return node;
  }

  /**
   * Without text, where no part of the path is a link or a file; what is missing is made. One look-up where the directory above
   * was found before.
   */
  #plainDirectory(directory: number): number {
    const { directories } = this.#table;
    const { bytes } = directories.bytes;
    const start = directories.start(directory);
    const end = directories.end(directory);
    const above = directories.parent(directory);
    if (above < 0 || !(directories.isRoot(above) || this.#placedIn[above] === this.#epoch)) {
      return this.#plainPath(bytes, start, end);
    }
    const parent = directories.isRoot(above) ? this.root : this.#places[above]!;
    return this.#directoryIn(parent, bytes, nameStart(bytes, start, end), end - 1);
  }

  /** @param end behind the last `/` */
  #plainPath(bytes: Uint8Array, start: number, end: number): number {
    let node = this.root;
    let name = start;
    for (let at = start; at < end && node !== nowhere; at += 1) {
      if (bytes[at] === slash) {
        node = this.#directoryIn(node, bytes, name, at);
        name = at + 1;
      }
    }
    return node;
  }

  /** The directory of this name in another, made where there is nothing; `nowhere` where there is something else. */
  #directoryIn(parent: number, bytes: Uint8Array, start: number, end: number): number {
    const store = this.#store;
    const name = this.#walker.nameOf(bytes, start, end);
    const node = store.child(parent, name);
    if (node === nowhere) {
      return store.addDirectory(parent, name);
    }
    return store.isDirectory(node) ? node : nowhere;
  }

  /** The directory that entries of `path` are placed in; made where it is missing. */
  #directory(path: string): number {
    const store = this.#store;
    const walk = this.#walker.walk(path, { followLast: true, extracting: true });
    if ('broken' in walk) {
      return nowhere;
    }
    let { node } = walk;
    if (!store.isDirectory(node)) {
      // a file stands where a directory must: the entry below it proves that the directory was meant
      this.#become(node, unstated, this.#layer);
    }
    for (const name of walk.rest) {
      node = this.#put(node, store.textName(name), unstated, unstated, this.#layer);
    }
    return node;
  }

  #become(node: number, entry: number, layer: number): void {
    const store = this.#store;
    if (store.type(node) !== 'file') {
      this.#epoch += 1;
    }
    if (store.isDirectory(node) && this.#whiteoutsPlaced.length > 0) {
      this.#remade.set(node, this.#whiteoutsPlaced.length);
    }
    store.become(node, entry, layer);
  }

  /** The directory of a mark that hides something. It takes no file of its own layer away. */
  #hiding(path: string): number {
    const walk = this.#walker.walk(path, { followLast: true, extracting: true });
    if ('broken' in walk || !this.#store.isDirectory(walk.node)) {
      return nowhere;
    }
    if (this.#walker.guessed) {
      const message =
        'a whiteout behind a link that passes what is no directory and climbs was ignored: so does Podman';
      this.#options.problem('unsafe-path', message, path);
      return nowhere;
    }
    return this.#directory(path);
  }

  #placeOpaque(path: string): void {
    const node = path === '' || this.#isOver(path) ? nowhere : this.#hiding(path);
    if (node !== nowhere) {
      this.#store.setOpaque(node);
    }
  }

  #placeWhiteout(path: string): void {
    const slash = path.lastIndexOf('/');
    const parent = this.#isOver(path) ? nowhere : slash < 0 ? this.root : this.#hiding(path.slice(0, slash));
    if (parent !== nowhere) {
      this.#whiteoutsPlaced.push({ parent, name: path.slice(slash + 1) });
    }
  }

  /** Whether its directory stands still, and is the one that it was put into: what takes the place of a directory takes all in it away. */
  #stands({ parent }: Whiteout, index: number): boolean {
    const store = this.#store;
    let at = parent;
    while (at !== this.root && at !== nowhere) {
      at = store.parent(at);
    }
    return at !== nowhere && index >= (this.#remade.get(parent) ?? 0);
  }

  /** The real path that is hidden; undefined: nothing is. */
  #whiteout(whiteout: Whiteout, index: number): string | undefined {
    if (!this.#stands(whiteout, index)) {
      return undefined;
    }
    const store = this.#store;
    const { parent, name } = whiteout;
    // overlay file systems forget the mark where the layer states the directory itself: what was below shows through
    const own = store.child(parent, store.textName(name));
    if (own !== nowhere && store.isDirectory(own) && !store.isImplied(own)) {
      return undefined;
    }
    const directory = store.path(parent);
    return directory === '' ? name : `${directory}/${name}`;
  }
}
