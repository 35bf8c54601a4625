import { ByteArena, textOf } from './byte-arena.ts';
import { column, giveBack, grown, isLarge } from './columns.ts';
import type { EntryTable } from './entry-table.ts';
import { HashIndex } from './hash-index.ts';
import { emptyHash, hashBytes, hashIn, hashWith, sameBytes } from './path-hash.ts';
import type { EntryType, LayerEntry, Mutable, NameBytes } from './types.ts';

/** A node that is in no directory, or none at all. */
export const nowhere = -1;
/** In place of an entry: a directory that no entry states. */
export const unstated = -1;

const noBytes = Buffer.alloc(0);
const slash = 0x2f;

const isDirectory = 1;
const isOpaque = 2;
const flagBits = 2;
const layerBits = 12;
const inLayer = 2 ** layerBits - 1;
/** In place of the layer that a name stands in: it stands in none. */
const ownName = inLayer;

/** Words of a node, and what they hold. */
const words = 7;
const parentWord = 0;
const hashWord = 1;
/** index of its entry in the table of its layer; `unstated` */
const entryWord = 2;
/** flags, the layer of its entry, the layer that its name stands in */
const layersWord = 3;
/** index of the entry that has its name in that layer; else number of the name in `#ownEnds` */
const nameWord = 4;
/** children are in a ring: of a directory the last one, of each the next one; the one behind the last is the first */
const lastWord = 5;
const nextWord = 6;

/**
 * The nodes of file systems that are being put together, as numbers: an image has 200,000 of them; as objects with maps of
 * children they are 90 MB and most of the time of the collector of garbage. What belongs to a node stands together, since
 * nodes are looked up in no order. Names stay where the layers have them.
 */
export class NodeStore {
  /** of the layers, by index: of `maxLayers` at most */
  readonly tables: EntryTable[] = [];
  #length = 0;
  #nodes: Int32Array;
  /** names that no layer has: of directories that no entry states, and the root's */
  readonly #ownNames = new ByteArena(64);
  readonly #ownEnds: number[] = [];
  readonly #index: HashIndex;
  /** the name that was given out last */
  readonly #name: Mutable<NameBytes> & { bytes: Buffer } = { bytes: noBytes, start: 0, end: 0, hash: 0 };
  /** a part of the path that is looked up */
  readonly #asked: Mutable<NameBytes> = { bytes: noBytes, start: 0, end: 0, hash: 0 };
  /** for names that come as text */
  readonly #scratch = new ByteArena(256);

  /** @param expected how many nodes there may be: more cost time */
  constructor(expected: number) {
    const capacity = Math.max(expected, 64);
    this.#nodes = column(Int32Array, capacity * words);
    this.#index = new HashIndex(
      (node) => hashIn(this.#nodes[node * words + parentWord]!, this.#nodes[node * words + hashWord]!),
      (node) => this.#nodes[node * words + parentWord] === nowhere,
      capacity,
    );
  }

  /** Nobody looks into it again. */
  letGo(): void {
    if (isLarge(this.#nodes)) {
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

  #addUnstated({ bytes, start, end, hash }: NameBytes): number {
    this.#ownEnds.push(this.#ownNames.add(bytes, start, end));
    return this.#add(hash, unstated, 0, this.#ownEnds.length - 1, ownName);
  }

  /**
   * A child by a name that is not taken.
   *
   * @param named the entry of layer `by` that has the name, whose hash is `hash`
   */
  addChild(parent: number, hash: number, entry: number, layer: number, named: number, by: number): number {
    const node = this.#add(hash, entry, layer, named, by);
    this.attach(node, parent);
    return node;
  }

  #add(hash: number, entry: number, layer: number, named: number, by: number): number {
    const node = this.#length;
    const at = node * words;
    if (at === this.#nodes.length) {
      this.#nodes = grown(this.#nodes, Math.ceil(1.5 * node) * words);
    }
    const nodes = this.#nodes;
    nodes[at + parentWord] = nowhere;
    nodes[at + hashWord] = hash;
    nodes[at + entryWord] = entry;
    nodes[at + layersWord] = (by << (flagBits + layerBits)) | (layer << flagBits) | this.#flagsOf(entry, layer);
    nodes[at + nameWord] = named;
    nodes[at + lastWord] = nowhere;
    this.#length = node + 1;
    return node;
  }

  #flagsOf(entry: number, layer: number): number {
    return entry === unstated || this.tables[layer]!.isDirectoryAt(entry) ? isDirectory : 0;
  }

  /** What stands at this place is another thing now: what was below it is gone. */
  become(node: number, entry: number, layer: number): void {
    for (let child = this.firstChild(node); child !== nowhere; child = this.nextChild(child, node)) {
      this.detach(child);
    }
    const at = node * words;
    this.#nodes[at + lastWord] = nowhere;
    this.setEntry(node, entry, layer);
    this.#nodes[at + layersWord] =
      (this.#nodes[at + layersWord]! & ~(isDirectory | isOpaque)) | this.#flagsOf(entry, layer);
  }

  /** Puts a node that is in no directory, or in one that nobody will look into again, into this one. */
  attach(node: number, parent: number): void {
    const nodes = this.#nodes;
    const at = node * words;
    const lastOfParent = parent * words + lastWord;
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
    this.#index.add(hashIn(parent, nodes[at + hashWord]!), node);
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
    return this.#nodes[node * words + entryWord]!;
  }

  layer(node: number): number {
    return (this.#nodes[node * words + layersWord]! >>> flagBits) & inLayer;
  }

  setEntry(node: number, entry: number, layer: number): void {
    const at = node * words;
    this.#nodes[at + entryWord] = entry;
    this.#nodes[at + layersWord] = (this.#nodes[at + layersWord]! & ~(inLayer << flagBits)) | (layer << flagBits);
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

  /** Valid until the next one is asked for, or a node is added. */
  nameOf(node: number): NameBytes & { readonly bytes: Buffer } {
    const at = node * words;
    const named = this.#nodes[at + nameWord]!;
    const by = this.#nodes[at + layersWord]! >>> (flagBits + layerBits);
    const name = this.#name;
    name.hash = this.#nodes[at + hashWord]!;
    if (by === ownName) {
      name.bytes = this.#ownNames.bytes;
      name.start = this.#ownStart(named);
      name.end = this.#ownEnds[named]!;
    } else {
      const table = this.tables[by]!;
      name.bytes = table.namesAt(named);
      name.start = table.nameStart(named);
      name.end = table.nameEnd(named);
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
    let path = '';
    for (let at = node; this.parent(at) !== nowhere; at = this.parent(at)) {
      path = path === '' ? this.name(at) : `${this.name(at)}/${path}`;
    }
    return path;
  }

  child(parent: number, { bytes, start, end, hash }: NameBytes): number {
    const nodes = this.#nodes;
    const index = this.#index;
    for (let slot = index.first(hashIn(parent, hash)); ; slot = index.next(slot)) {
      const node = index.at(slot);
      if (node < 0) {
        return nowhere;
      }
      const at = node * words;
      if (nodes[at + parentWord] === parent && nodes[at + hashWord] === hash && this.#hasName(at, bytes, start, end)) {
        return node;
      }
    }
  }

  #hasName(at: number, bytes: Uint8Array, start: number, end: number): boolean {
    const named = this.#nodes[at + nameWord]!;
    const by = this.#nodes[at + layersWord]! >>> (flagBits + layerBits);
    return by === ownName
      ? sameBytes(this.#ownNames.bytes, this.#ownStart(named), this.#ownEnds[named]!, bytes, start, end)
      : this.tables[by]!.isNamed(named, bytes, start, end);
  }

  #ownStart(named: number): number {
    return named === 0 ? 0 : this.#ownEnds[named - 1]!;
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
      let hash = emptyHash;
      let at = start;
      for (; at < end && bytes[at] !== slash; at += 1) {
        hash = hashWith(hash, bytes[at]!);
      }
      name.start = start;
      name.end = at;
      name.hash = hash;
      node = this.isDirectory(node) ? this.child(node, name) : nowhere;
      if (node === nowhere) {
        return nowhere;
      }
      start = at + 1;
    }
    return node;
  }

  /** First child of a directory; `nowhere` where it has none. */
  firstChild(parent: number): number {
    const last = this.#nodes[parent * words + lastWord]!;
    return last === nowhere ? nowhere : this.#skip(this.#next(last), parent, last);
  }

  /** The child behind this one, which has not been put into another directory since. */
  nextChild(child: number, parent: number): number {
    const last = this.#nodes[parent * words + lastWord]!;
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
