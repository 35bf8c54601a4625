import { ByteArena, textOf } from './byte-arena.ts';
import { column, giveBack, grown, isMuch } from './columns.ts';
import type { EntryTable } from './entry-table.ts';
import { HashIndex } from './hash-index.ts';
import { NameList } from './name-list.ts';
import { hashBytes, hashIn } from './path-hash.ts';
import type { EntryType, LayerEntry, Mutable, NameBytes } from './types.ts';

/** A node that is in no directory, or none at all. */
export const nowhere = -1;
/** In place of an entry: a directory that no entry states. */
export const unstated = -1;

const noBytes = Buffer.alloc(0);
const slash = 0x2f;
const separator = Buffer.from('/');

const isDirectory = 1;
const isOpaque = 2;
/** A directory whose entry has another index than the one that has its name: it is in `#otherEntries`. */
const hasOtherEntry = 4;
const flagBits = 3;
const layerBits = 12;
const inLayer = 2 ** layerBits - 1;
/** In place of the layer that a name stands in: it stands in none. */
const ownName = inLayer;

/** Words of a node, and what they hold. Children are in a ring: of each the next one; the one behind the last is the first. */
const words = 4;
const parentWord = 0;
const nextWord = 1;
/** flags, the layer of its entry, the layer that its name stands in */
const layersWord = 2;
/** of a directory its last child; of anything else the index of its entry in the table of its layer */
const lastOrEntryWord = 3;

/**
 * The nodes of file systems that are being put together, as numbers: an image has 200,000 of them; as objects with maps of
 * children they are 90 MB and most of the time of the collector of garbage. What belongs to a node stands together, since
 * nodes are looked up in no order. The number of a node says which entry of which layer has its name: the entries of all layers
 * are counted through, and behind them come directories that no entry states.
 */
export class NodeStore {
  /** of the layers, by index: of `maxLayers` at most */
  readonly tables: readonly EntryTable[];
  /** of each layer the node of its first entry, and behind them the first that no entry names */
  readonly #firsts: readonly number[];
  readonly #firstOwn: number;
  #nodes: Int32Array;
  /** names that no layer has, of directories that no entry states, and of the roots */
  readonly #ownNames = new NameList();
  /** index of the entry of a directory in the table of its layer, or `unstated` */
  readonly #otherEntries = new Map<number, number>();
  readonly #index: HashIndex;
  /** the name that was given out last */
  readonly #name: Mutable<NameBytes> & { bytes: Buffer } = { bytes: noBytes, start: 0, end: 0, hash: 0 };
  /** a part of the path that is looked up */
  readonly #asked: Mutable<NameBytes> = { bytes: noBytes, start: 0, end: 0, hash: 0 };
  /** for names that come as text */
  readonly #scratch = new ByteArena(256);
  /** for paths that become text */
  readonly #joined = new ByteArena(256);

  /**
   * @param tables of the layers, to which no entry is added any more
   * @param spare how many directories there may be that no entry states: more cost time
   */
  constructor(tables: readonly EntryTable[], spare: number) {
    let count = 0;
    this.tables = tables;
    this.#firsts = tables.map(({ length }) => {
      count += length;
      return count - length;
    });
    this.#firstOwn = count;
    const capacity = Math.max(count + spare, 64);
    this.#nodes = column(Int32Array, capacity * words);
    this.#index = new HashIndex(
      (node) => hashIn(this.parent(node), this.#hash(node)),
      (node) => this.parent(node) === nowhere,
      capacity,
    );
  }

  /** Nobody looks into it again. */
  letGo(): void {
    if (isMuch(this.#nodes.byteLength + this.#index.bytes)) {
      giveBack(this.#nodes);
      this.#index.giveBack();
    }
  }

  /** A directory without name and parent, stated by nothing. */
  addRoot(): number {
    return this.#addUnstated({ bytes: noBytes, start: 0, end: 0, hash: 0 });
  }

  /** A directory that no entry states, by a name that is not taken. */
  addDirectory(parent: number, name: NameBytes): number {
    const node = this.#addUnstated(name);
    this.attach(node, parent);
    return node;
  }

  #addUnstated(name: NameBytes): number {
    const node = this.#firstOwn + this.#ownNames.add(name);
    const at = node * words;
    if (at === this.#nodes.length) {
      this.#nodes = grown(this.#nodes, Math.ceil(1.5 * node) * words);
    }
    this.#nodes[at + parentWord] = nowhere;
    this.#nodes[at + layersWord] = (ownName << (flagBits + layerBits)) | isDirectory;
    this.#nodes[at + lastOrEntryWord] = nowhere;
    return node;
  }

  /**
   * A child by a name that is not taken.
   *
   * @param named the entry of layer `by` that has the name, which has no node yet
   * @param hash of the name
   */
  addChild(parent: number, hash: number, entry: number, layer: number, named: number, by: number): number {
    const node = this.#firsts[by]! + named;
    const nodes = this.#nodes;
    const at = node * words;
    nodes[at + layersWord] = (by << (flagBits + layerBits)) | (layer << flagBits);
    this.#become(node, entry, layer);
    this.#attach(node, parent, hash);
    return node;
  }

  /** What stands at this place is another thing now: what was below it is gone. */
  become(node: number, entry: number, layer: number): void {
    for (let child = this.firstChild(node); child !== nowhere; child = this.nextChild(child, node)) {
      this.detach(child);
    }
    this.#become(node, entry, layer);
  }

  #become(node: number, entry: number, layer: number): void {
    const nodes = this.#nodes;
    const at = node * words;
    const isDir = entry === unstated || this.tables[layer]!.isDirectoryAt(entry);
    nodes[at + layersWord] = (nodes[at + layersWord]! & ~(isDirectory | isOpaque)) | (isDir ? isDirectory : 0);
    nodes[at + lastOrEntryWord] = nowhere;
    this.setEntry(node, entry, layer);
  }

  /** Puts a node that is in no directory, or in one that nobody will look into again, into this directory. */
  attach(node: number, parent: number): void {
    this.#attach(node, parent, this.#hash(node));
  }

  #attach(node: number, parent: number, hash: number): void {
    const nodes = this.#nodes;
    const at = node * words;
    const lastOfParent = parent * words + lastOrEntryWord;
    nodes[at + parentWord] = parent;
    const last = nodes[lastOfParent]!;
    if (last === nowhere) {
      nodes[at + nextWord] = node;
    } else {
      const nextOfLast = last * words + nextWord;
      nodes[at + nextWord] = nodes[nextOfLast]!;
      nodes[nextOfLast] = node;
    }
    nodes[lastOfParent] = node;
    this.#index.add(hashIn(parent, hash), node);
  }

  /** Takes a node out of its directory; what is below it stays there. Rings and index are cleaned as they are walked. */
  detach(node: number): void {
    this.#nodes[node * words + parentWord] = nowhere;
  }

  parent(node: number): number {
    return this.#nodes[node * words + parentWord]!;
  }

  isDirectory(node: number): boolean {
    return (this.#nodes[node * words + layersWord]! & isDirectory) !== 0;
  }

  isOpaque(node: number): boolean {
    return (this.#nodes[node * words + layersWord]! & isOpaque) !== 0;
  }

  setOpaque(node: number): void {
    this.#nodes[node * words + layersWord]! |= isOpaque;
  }

  /** A directory that no entry states: it must be there for what is below it. */
  isImplied(node: number): boolean {
    return this.entryIndex(node) === unstated;
  }

  /** Index of its entry in the table of `layer`; `unstated` */
  entryIndex(node: number): number {
    const at = node * words;
    const layers = this.#nodes[at + layersWord]!;
    if ((layers & isDirectory) === 0) {
      return this.#nodes[at + lastOrEntryWord]!;
    }
    return (layers & hasOtherEntry) === 0 ? this.#namedBy(node, layers) : this.#otherEntries.get(node)!;
  }

  /** Index of the entry that has its name; `unstated`: none has. @param layers the word of the node that says of which layer */
  #namedBy(node: number, layers: number): number {
    const by = layers >>> (flagBits + layerBits);
    return by === ownName ? unstated : node - this.#firsts[by]!;
  }

  layer(node: number): number {
    return (this.#nodes[node * words + layersWord]! >>> flagBits) & inLayer;
  }

  /** What is a directory stays one, and what is none stays none. */
  setEntry(node: number, entry: number, layer: number): void {
    const nodes = this.#nodes;
    const at = node * words;
    const before = nodes[at + layersWord]!;
    const layers = (before & ~((inLayer << flagBits) | hasOtherEntry)) | (layer << flagBits);
    if ((before & hasOtherEntry) !== 0) {
      this.#otherEntries.delete(node);
    }
    if ((layers & isDirectory) === 0) {
      nodes[at + layersWord] = layers;
      nodes[at + lastOrEntryWord] = entry;
      return;
    }
    const isOwn = entry === this.#namedBy(node, layers);
    nodes[at + layersWord] = isOwn ? layers : layers | hasOtherEntry;
    if (!isOwn) {
      this.#otherEntries.set(node, entry);
    }
  }

  type(node: number): EntryType {
    const entry = this.entryIndex(node);
    return entry === unstated ? 'directory' : this.#tableOf(node).typeAt(entry);
  }

  #tableOf(node: number): EntryTable {
    return this.tables[this.layer(node)]!;
  }

  linkTarget(node: number): string {
    const entry = this.entryIndex(node);
    return (entry === unstated ? null : this.#tableOf(node).linkAt(entry)) ?? '';
  }

  entry(node: number): LayerEntry {
    const index = this.entryIndex(node);
    return index === unstated
      ? { path: this.path(node), type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, linkTarget: null }
      : this.#tableOf(node).at(index)!;
  }

  #hash(node: number): number {
    const by = this.#nodes[node * words + layersWord]! >>> (flagBits + layerBits);
    return by === ownName
      ? this.#ownNames.hash(node - this.#firstOwn)
      : this.tables[by]!.nameHash(node - this.#firsts[by]!);
  }

  /** Valid until the next one is asked for, or a node is added. */
  nameOf(node: number): NameBytes & { readonly bytes: Buffer } {
    const by = this.#nodes[node * words + layersWord]! >>> (flagBits + layerBits);
    const name = this.#name;
    if (by === ownName) {
      this.#ownNames.read(node - this.#firstOwn, name);
    } else {
      const table = this.tables[by]!;
      const named = node - this.#firsts[by]!;
      name.bytes = table.namesAt(named);
      name.start = table.nameStart(named);
      name.end = table.nameEnd(named);
      name.hash = table.nameHash(named);
    }
    return name;
  }

  mode(node: number): number {
    const entry = this.entryIndex(node);
    return entry === unstated ? 0o755 : this.#tableOf(node).modeAt(entry);
  }

  name(node: number): string {
    const { bytes, start, end } = this.nameOf(node);
    return textOf(bytes, start, end);
  }

  path(node: number): string {
    const nodes: number[] = [];
    for (let at = node; this.parent(at) !== nowhere; at = this.parent(at)) {
      nodes.push(at);
    }
    // as bytes: of 2,000 names put together one by one, each would be a string of its own
    const path = this.#joined;
    path.length = 0;
    for (let index = nodes.length - 1; index >= 0; index -= 1) {
      const { bytes, start, end } = this.nameOf(nodes[index]!);
      path.add(bytes, start, end);
      if (index > 0) {
        path.add(separator, 0, 1);
      }
    }
    return textOf(path.bytes, 0, path.length);
  }

  child(parent: number, { bytes, start, end, hash }: NameBytes): number {
    const nodes = this.#nodes;
    const index = this.#index;
    for (let slot = index.first(hashIn(parent, hash)); ; slot = index.next(slot)) {
      const node = index.at(slot);
      if (node < 0) {
        return nowhere;
      }
      if (nodes[node * words + parentWord] === parent && this.#hasName(node, bytes, start, end, hash)) {
        return node;
      }
    }
  }

  #hasName(node: number, bytes: Uint8Array, start: number, end: number, hash: number): boolean {
    const by = this.#nodes[node * words + layersWord]! >>> (flagBits + layerBits);
    if (by === ownName) {
      return this.#ownNames.is(node - this.#firstOwn, bytes, start, end);
    }
    const table = this.tables[by]!;
    const named = node - this.#firsts[by]!;
    return table.nameHash(named) === hash && table.isNamed(named, bytes, start, end);
  }

  /** The bytes of a name that is at hand as text; valid until the next one. */
  textName(name: string): NameBytes {
    this.#scratch.length = 0;
    const end = this.#scratch.addText(name);
    const { bytes } = this.#scratch;
    return { bytes, start: 0, end, hash: hashBytes(bytes, 0, end) };
  }

  /** The node at this path below a directory, no link being followed; `nowhere`: there is none. */
  at(root: number, path: string): number {
    if (path === '') {
      return root;
    }
    this.#scratch.length = 0;
    const end = this.#scratch.addText(path);
    const { bytes } = this.#scratch;
    const name = this.#asked;
    name.bytes = bytes;
    let node = root;
    for (let start = 0; start <= end; ) {
      let at = start;
      while (at < end && bytes[at] !== slash) {
        at += 1;
      }
      name.start = start;
      name.end = at;
      name.hash = hashBytes(bytes, start, at);
      node = this.isDirectory(node) ? this.child(node, name) : nowhere;
      if (node === nowhere) {
        return nowhere;
      }
      start = at + 1;
    }
    return node;
  }

  /** First child of a directory; `nowhere` where it has none, and for what is no directory. */
  firstChild(parent: number): number {
    const last = this.isDirectory(parent) ? this.#nodes[parent * words + lastOrEntryWord]! : nowhere;
    return last === nowhere ? nowhere : this.#skip(this.#next(last), parent, last);
  }

  /** The child behind this one, which has not been put into another directory since. */
  nextChild(child: number, parent: number): number {
    const last = this.#nodes[parent * words + lastOrEntryWord]!;
    return child === last ? nowhere : this.#skip(this.#next(child), parent, last);
  }

  /** Passes those that were taken out. */
  #skip(from: number, parent: number, last: number): number {
    for (let at = from; ; at = this.#next(at)) {
      if (this.parent(at) === parent) {
        return at;
      }
      if (at === last) {
        return nowhere;
      }
    }
  }

  #next(node: number): number {
    return this.#nodes[node * words + nextWord]!;
  }
}
