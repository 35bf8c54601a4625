import { ByteArena, textOf } from './byte-arena.ts';
import { column, grown } from './columns.ts';
import type { EntryTable } from './entry-table.ts';
import { HashIndex } from './hash-index.ts';
import { emptyHash, hashBytes, hashIn, hashWith, sameBytes } from './path-hash.ts';
import type { EntryType, LayerEntry, Mutable, NameBytes } from './types.ts';

/** A node that is in no directory, or none at all. */
export const nowhere = -1;
/** In place of an entry: a directory that no entry states. */
export const unstated = -1;

/** bytes */
const typicalName = 24;

const noBytes = Buffer.alloc(0);
const slash = 0x2f;

const isDirectory = 1;
const isOpaque = 2;

/**
 * The nodes of file systems that are being put together, as columns: a node is a number. An image has 200,000 of them;
 * as objects with maps of children they are 90 MB and most of the time of the collector of garbage.
 */
export class NodeStore {
  /** of the layers, by index */
  readonly tables: EntryTable[] = [];
  #length = 0;
  #parents: Int32Array;
  #hashes: Int32Array;
  #nameEnds: Uint32Array;
  #entries: Int32Array;
  #layers: Uint16Array;
  #flags: Uint8Array;
  /** children in a ring: of a directory the last one, of each the next one; the one behind the last is the first */
  #last: Int32Array;
  #next: Int32Array;
  readonly #names: ByteArena;
  readonly #index: HashIndex;
  /** the name that was asked for last */
  readonly #name: Mutable<NameBytes> = { bytes: noBytes, start: 0, end: 0, hash: 0 };
  /** for names that come as text */
  readonly #scratch = new ByteArena(256);

  /** @param expected how many nodes there may be: more cost time */
  constructor(expected: number) {
    const capacity = Math.max(expected, 64);
    this.#parents = column(Int32Array, capacity);
    this.#hashes = column(Int32Array, capacity);
    this.#nameEnds = column(Uint32Array, capacity);
    this.#entries = column(Int32Array, capacity);
    this.#layers = column(Uint16Array, capacity);
    this.#flags = column(Uint8Array, capacity);
    this.#last = column(Int32Array, capacity);
    this.#next = column(Int32Array, capacity);
    this.#names = new ByteArena(typicalName * capacity);
    this.#index = new HashIndex(
      (node) => hashIn(this.#parents[node]!, this.#hashes[node]!),
      (node) => this.#parents[node] === nowhere,
      capacity,
    );
  }

  /** A directory without name and parent, stated by nothing. */
  addRoot(): number {
    return this.#add(0, unstated, 0);
  }

  /** A child by a name that is not taken. */
  addChild(parent: number, { bytes, start, end, hash }: NameBytes, entry: number, layer: number): number {
    this.#names.add(bytes, start, end);
    const node = this.#add(hash, entry, layer);
    this.attach(node, parent);
    return node;
  }

  #add(hash: number, entry: number, layer: number): number {
    const node = this.#length;
    if (node === this.#parents.length) {
      this.#grow();
    }
    this.#parents[node] = nowhere;
    this.#hashes[node] = hash;
    this.#nameEnds[node] = this.#names.length;
    this.#last[node] = nowhere;
    this.#length = node + 1;
    this.become(node, entry, layer);
    return node;
  }

  /** What stands at this place is another thing now: what was below it is gone. */
  become(node: number, entry: number, layer: number): void {
    for (let child = this.firstChild(node); child !== nowhere; child = this.nextChild(child, node)) {
      this.detach(child);
    }
    this.#last[node] = nowhere;
    const directory = entry === unstated || this.tables[layer]!.typeAt(entry) === 'directory';
    this.#flags[node] = directory ? isDirectory : 0;
    this.setEntry(node, entry, layer);
  }

  /** Puts a node that is in no directory, or in one that nobody will look into again, into this one. */
  attach(node: number, parent: number): void {
    this.#parents[node] = parent;
    const last = this.#last[parent]!;
    if (last === nowhere) {
      this.#next[node] = node;
    } else {
      this.#next[node] = this.#next[last]!;
      this.#next[last] = node;
    }
    this.#last[parent] = node;
    this.#index.add(hashIn(parent, this.#hashes[node]!), node);
  }

  /** Takes a node out of its directory; what is below it stays there. Rings and index are cleaned as they are walked. */
  detach(node: number): void {
    this.#parents[node] = nowhere;
  }

  parent(node: number): number {
    return this.#parents[node]!;
  }

  isDirectory(node: number): boolean {
    return (this.#flags[node]! & isDirectory) !== 0;
  }

  isOpaque(node: number): boolean {
    return (this.#flags[node]! & isOpaque) !== 0;
  }

  setOpaque(node: number): void {
    this.#flags[node]! |= isOpaque;
  }

  /** A directory that no entry states: it must be there for what is below it. */
  isImplied(node: number): boolean {
    return this.#entries[node] === unstated;
  }

  /** Index of its entry in the table of `layer`; `unstated` */
  entryIndex(node: number): number {
    return this.#entries[node]!;
  }

  layer(node: number): number {
    return this.#layers[node]!;
  }

  setEntry(node: number, entry: number, layer: number): void {
    this.#entries[node] = entry;
    this.#layers[node] = layer;
  }

  type(node: number): EntryType {
    const entry = this.#entries[node]!;
    return entry === unstated ? 'directory' : this.tables[this.#layers[node]!]!.typeAt(entry);
  }

  linkTarget(node: number): string {
    const entry = this.#entries[node]!;
    return (entry === unstated ? null : this.tables[this.#layers[node]!]!.linkAt(entry)) ?? '';
  }

  entry(node: number): LayerEntry {
    const index = this.#entries[node]!;
    return index === unstated
      ? { path: this.path(node), type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, linkTarget: null }
      : this.tables[this.#layers[node]!]!.at(index)!;
  }

  get nameBytes(): Buffer {
    return this.#names.bytes;
  }

  nameStart(node: number): number {
    return node === 0 ? 0 : this.#nameEnds[node - 1]!;
  }

  nameEnd(node: number): number {
    return this.#nameEnds[node]!;
  }

  /** Valid until the next one is asked for, or a node is added. */
  nameOf(node: number): NameBytes {
    const name = this.#name;
    name.bytes = this.#names.bytes;
    name.start = this.nameStart(node);
    name.end = this.nameEnd(node);
    name.hash = this.#hashes[node]!;
    return name;
  }

  mode(node: number): number {
    const entry = this.#entries[node]!;
    return entry === unstated ? 0o755 : this.tables[this.#layers[node]!]!.modeAt(entry);
  }

  name(node: number): string {
    return textOf(this.#names.bytes, this.nameStart(node), this.nameEnd(node));
  }

  path(node: number): string {
    let path = '';
    for (let at = node; this.#parents[at] !== nowhere; at = this.#parents[at]!) {
      path = path === '' ? this.name(at) : `${this.name(at)}/${path}`;
    }
    return path;
  }

  child(parent: number, { bytes, start, end, hash }: NameBytes): number {
    for (let slot = this.#index.first(hashIn(parent, hash)); ; slot = this.#index.next(slot)) {
      const node = this.#index.at(slot);
      if (node < 0) {
        return nowhere;
      }
      if (
        this.#parents[node] === parent &&
        this.#hashes[node] === hash &&
        sameBytes(this.#names.bytes, this.nameStart(node), this.nameEnd(node), bytes, start, end)
      ) {
        return node;
      }
    }
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
    const name = this.#name;
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
    const last = this.#last[parent]!;
    return last === nowhere ? nowhere : this.#skip(this.#next[last]!, parent, last);
  }

  /** The child behind this one, which has not been put into another directory since. */
  nextChild(child: number, parent: number): number {
    const last = this.#last[parent]!;
    return child === last ? nowhere : this.#skip(this.#next[child]!, parent, last);
  }

  /** Passes those that were taken out. */
  #skip(from: number, parent: number, last: number): number {
    for (let at = from; ; at = this.#next[at]!) {
      if (this.#parents[at] === parent) {
        return at;
      }
      if (at === last) {
        return nowhere;
      }
    }
  }

  #grow(): void {
    const length = Math.ceil(1.5 * this.#parents.length);
    this.#parents = grown(this.#parents, length);
    this.#hashes = grown(this.#hashes, length);
    this.#entries = grown(this.#entries, length);
    this.#last = grown(this.#last, length);
    this.#next = grown(this.#next, length);
    this.#nameEnds = grown(this.#nameEnds, length);
    this.#layers = grown(this.#layers, length);
    this.#flags = grown(this.#flags, length);
  }
}
