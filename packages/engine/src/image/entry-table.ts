import { ByteArena, textOf } from './byte-arena.ts';
import { grown, trimmed } from './columns.ts';
import { HashIndex } from './hash-index.ts';
import { hashBytes, hashIn, sameBytes } from './path-hash.ts';
import type { PlainPath } from './tar/plain-path.ts';
import type { EntryList, EntryType, LayerEntry, LayerListing } from './types.ts';

const types: readonly EntryType[] = ['file', 'directory', 'symlink', 'hardlink', 'character', 'block', 'fifo'];
const numberOf = new Map(types.map((type, index) => [type, index]));
/** what nearly all are */
const fileNumber = types.indexOf('file');

const growth = 2;
const slash = 0x2f;

type EntryNumbers = Pick<LayerEntry, 'mode' | 'uid' | 'gid' | 'size'>;

/**
 * A growing list of entries as columns. A layer may have 200,000: as objects they are 60 MB that the collector of garbage
 * goes through again and again while the layer streams by, as columns 10 MB that it never looks at. Paths are kept as the
 * number of a directory and the bytes of a name; they become text when somebody asks.
 */
export class EntryTable implements EntryList {
  readonly #names = new ByteArena(16 * 1024);
  readonly #directoryList = new DirectoryList();
  #length = 0;
  #types = new Uint8Array(256);
  #modes = new Uint16Array(256);
  #owners = new Uint32Array(256);
  #sizes = new Float64Array(256);
  #directories = new Uint32Array(256);
  #nameEnds = new Uint32Array(256);
  #hashes = new Int32Array(256);
  readonly #links = new Map<number, string>();
  readonly #distinctOwners: { readonly uid: number; readonly gid: number }[] = [];
  readonly #ownerNumbers = new Map<string, number>();
  /** path → the last entry with it; filled when first asked */
  readonly #byPath = new HashIndex((index) => hashIn(this.#directories[index]!, this.#hashes[index]!));
  #indexed = 0;

  /** The entries of a list as a table; a table is itself. */
  static of(entries: EntryList): EntryTable {
    if (entries instanceof EntryTable) {
      return entries;
    }
    const table = new EntryTable();
    for (const entry of entries) {
      table.push(entry);
    }
    return table;
  }

  get length(): number {
    return this.#length;
  }

  /** UTF-8 of the names, one behind the other. */
  get names(): ByteArena {
    return this.#names;
  }

  get directories(): Directories {
    return this.#directoryList;
  }

  /** Bytes that paths take. */
  get pathBytes(): number {
    return this.#names.length + this.#directoryList.bytes.length;
  }

  push(entry: LayerEntry): void {
    const start = entry.path.lastIndexOf('/') + 1;
    const directory = this.#directoryList.ofText(entry.path.slice(0, start));
    const from = this.#names.length;
    const to = this.#names.addText(start === 0 ? entry.path : entry.path.slice(start));
    this.#add(directory, hashBytes(this.#names.bytes, from, to), entry, entry.type, entry.linkTarget);
  }

  /**
   * @param bytes where the path stands, a clean one in ASCII
   * @param facts the rest; whatever object has them
   */
  pushBytes(bytes: Uint8Array, path: PlainPath, facts: EntryNumbers, type: EntryType, linkTarget: string | null): void {
    const directory = this.#directoryList.ofBytes(bytes, path.start, path.name);
    this.#names.add(bytes, path.name, path.end);
    this.#add(directory, path.hash, facts, type, linkTarget);
  }

  #add(directory: number, hash: number, facts: EntryNumbers, type: EntryType, linkTarget: string | null): void {
    const at = this.#length;
    if (at === this.#types.length) {
      this.#grow();
    }
    this.#directories[at] = directory;
    this.#nameEnds[at] = this.#names.length;
    this.#hashes[at] = hash;
    this.#types[at] = type === 'file' ? fileNumber : numberOf.get(type)!;
    this.#modes[at] = facts.mode;
    this.#sizes[at] = facts.size;
    this.#owners[at] = this.#ownerNumber(facts.uid, facts.gid);
    if (linkTarget !== null) {
      this.#links.set(at, linkTarget);
    }
    this.#length = at + 1;
  }

  /** Entries mostly have the owner of the one before. */
  #ownerNumber(uid: number, gid: number): number {
    const last = this.#length === 0 ? 0 : this.#owners[this.#length - 1]!;
    const before = this.#distinctOwners[last];
    if (before !== undefined && before.uid === uid && before.gid === gid) {
      return last;
    }
    const key = `${uid}:${gid}`;
    const known = this.#ownerNumbers.get(key);
    if (known !== undefined) {
      return known;
    }
    this.#ownerNumbers.set(key, this.#distinctOwners.length);
    return this.#distinctOwners.push({ uid, gid }) - 1;
  }

  at(index: number): LayerEntry | undefined {
    if (index < 0 || index >= this.#length) {
      return undefined;
    }
    const { uid, gid } = this.#distinctOwners[this.#owners[index]!]!;
    return {
      path: this.pathAt(index),
      type: this.typeAt(index),
      mode: this.#modes[index]!,
      uid,
      gid,
      size: this.#sizes[index]!,
      linkTarget: this.linkAt(index),
    };
  }

  pathAt(index: number): string {
    return (
      this.#directoryList.textAt(this.#directories[index]!) +
      textOf(this.#names.bytes, this.nameStart(index), this.nameEnd(index))
    );
  }

  typeAt(index: number): EntryType {
    return types[this.#types[index]!]!;
  }

  modeAt(index: number): number {
    return this.#modes[index]!;
  }

  sizeAt(index: number): number {
    return this.#sizes[index]!;
  }

  linkAt(index: number): string | null {
    return this.#links.get(index) ?? null;
  }

  /** Number of its directory in `directories`. */
  directoryAt(index: number): number {
    return this.#directories[index]!;
  }

  nameStart(index: number): number {
    return index === 0 ? 0 : this.#nameEnds[index - 1]!;
  }

  nameEnd(index: number): number {
    return this.#nameEnds[index]!;
  }

  nameHash(index: number): number {
    return this.#hashes[index]!;
  }

  /** The last entry with this path; -1: there is none. */
  find(path: string): number {
    for (; this.#indexed < this.#length; this.#indexed += 1) {
      this.#index(this.#indexed);
    }
    const start = path.lastIndexOf('/') + 1;
    const directory = this.#directoryList.find(path.slice(0, start));
    if (directory < 0) {
      return -1;
    }
    const name = Buffer.from(path.slice(start));
    const slot = this.#slotOf(directory, hashBytes(name, 0, name.length), name, 0, name.length);
    return this.#byPath.at(slot);
  }

  #index(index: number): void {
    const directory = this.#directories[index]!;
    const hash = this.#hashes[index]!;
    const slot = this.#slotOf(directory, hash, this.#names.bytes, this.nameStart(index), this.nameEnd(index));
    if (this.#byPath.at(slot) >= 0) {
      this.#byPath.replace(slot, index);
    } else {
      this.#byPath.add(hashIn(directory, hash), index);
    }
  }

  #slotOf(directory: number, hash: number, name: Uint8Array, start: number, end: number): number {
    let slot = this.#byPath.first(hashIn(directory, hash));
    for (let at = this.#byPath.at(slot); at >= 0; at = this.#byPath.at(slot)) {
      if (
        this.#hashes[at] === hash &&
        this.#directories[at] === directory &&
        sameBytes(this.#names.bytes, this.nameStart(at), this.nameEnd(at), name, start, end)
      ) {
        return slot;
      }
      slot = this.#byPath.next(slot);
    }
    return slot;
  }

  *[Symbol.iterator](): Generator<LayerEntry> {
    for (let index = 0; index < this.#length; index += 1) {
      yield this.at(index)!;
    }
  }

  /** Nothing more is added: room for more is given back. */
  trim(): void {
    const length = this.#length;
    this.#types = trimmed(this.#types, length);
    this.#modes = trimmed(this.#modes, length);
    this.#owners = trimmed(this.#owners, length);
    this.#sizes = trimmed(this.#sizes, length);
    this.#directories = trimmed(this.#directories, length);
    this.#nameEnds = trimmed(this.#nameEnds, length);
    this.#hashes = trimmed(this.#hashes, length);
    this.#names.trim();
    this.#directoryList.bytes.trim();
  }

  #grow(): void {
    const length = Math.max(256, growth * this.#types.length);
    this.#types = grown(this.#types, length);
    this.#modes = grown(this.#modes, length);
    this.#owners = grown(this.#owners, length);
    this.#sizes = grown(this.#sizes, length);
    this.#directories = grown(this.#directories, length);
    this.#nameEnds = grown(this.#nameEnds, length);
    this.#hashes = grown(this.#hashes, length);
  }
}

/** The entries of a layer that are of these types, in order. */
export function* entriesOf({ entries }: LayerListing, ...wanted: readonly EntryType[]): Generator<LayerEntry> {
  const table = EntryTable.of(entries);
  for (let index = 0; index < table.length; index += 1) {
    if (wanted.includes(table.typeAt(index))) {
      yield table.at(index)!;
    }
  }
}

/** Distinct directories, as they stand before the names of entries: with their last `/`, and '' for the root. */
class DirectoryList {
  readonly bytes = new ByteArena(16 * 1024);
  #length = 0;
  #ends = new Uint32Array(64);
  #hashes = new Int32Array(64);
  /** the number of the directory that each is in; -1: no entry is known to stand there */
  #parents = new Int32Array(64);
  readonly #index = new HashIndex((at) => this.#hashes[at]!);
  /** of the last one that was asked for: entries of one directory follow each other */
  #last = -1;
  #textOf = -1;
  #text = '';

  get length(): number {
    return this.#length;
  }

  start(at: number): number {
    return at === 0 ? 0 : this.#ends[at - 1]!;
  }

  end(at: number): number {
    return this.#ends[at]!;
  }

  isRoot(at: number): boolean {
    return this.start(at) === this.end(at);
  }

  /** The directory that it is in, where that was listed before it; else -1, as for the root. */
  parent(at: number): number {
    return this.#parents[at]!;
  }

  /** With its last `/`. */
  textAt(at: number): string {
    if (at !== this.#textOf) {
      this.#text = textOf(this.bytes.bytes, this.start(at), this.end(at));
      this.#textOf = at;
    }
    return this.#text;
  }

  ofText(text: string): number {
    const bytes = Buffer.from(text);
    return this.ofBytes(bytes, 0, bytes.length);
  }

  /** Its number; a new one where it is not known. */
  ofBytes(bytes: Uint8Array, start: number, end: number): number {
    if (this.#last >= 0 && this.#is(this.#last, bytes, start, end)) {
      return this.#last;
    }
    const hash = hashBytes(bytes, start, end);
    const known = this.#find(hash, bytes, start, end);
    this.#last = known < 0 ? this.#add(hash, bytes, start, end) : known;
    return this.#last;
  }

  find(text: string): number {
    const bytes = Buffer.from(text);
    return this.#find(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length);
  }

  #find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    for (let slot = this.#index.first(hash); ; slot = this.#index.next(slot)) {
      const at = this.#index.at(slot);
      if (at < 0 || (this.#hashes[at] === hash && this.#is(at, bytes, start, end))) {
        return at;
      }
    }
  }

  #is(at: number, bytes: Uint8Array, start: number, end: number): boolean {
    return sameBytes(this.bytes.bytes, this.start(at), this.end(at), bytes, start, end);
  }

  #add(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const at = this.#length;
    if (at === this.#ends.length) {
      this.#ends = grown(this.#ends, growth * at);
      this.#hashes = grown(this.#hashes, growth * at);
      this.#parents = grown(this.#parents, growth * at);
    }
    const name = nameStart(bytes, start, end);
    this.#parents[at] = start === end ? -1 : this.#find(hashBytes(bytes, start, name), bytes, start, name);
    this.#ends[at] = this.bytes.add(bytes, start, end);
    this.#hashes[at] = hash;
    this.#length = at + 1;
    this.#index.add(hash, at);
    return at;
  }
}

/** Where the last component of a directory begins, behind which its `/` stands. */
export function nameStart(bytes: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  while (at > start && bytes[at - 1] !== slash) {
    at -= 1;
  }
  return Math.max(at, start);
}

export type Directories = DirectoryList;
