import { ByteArena, textOf } from './byte-arena.ts';
import { grown, trimmed } from './columns.ts';
import { DirectoryList } from './directory-list.ts';
import { HashIndex } from './hash-index.ts';
import { hashBytes, hashIn, sameBytes } from './path-hash.ts';
import { Slabs } from './slabs.ts';
import type { EntryList, EntryType, LayerEntry, LayerListing } from './types.ts';

const types: readonly EntryType[] = ['file', 'directory', 'symlink', 'hardlink', 'character', 'block', 'fifo'];
const numberOf = new Map(types.map((type, index) => [type, index]));
/** what nearly all are */
const fileNumber = types.indexOf('file');
const directoryNumber = types.indexOf('directory');

/** Entries of a piece are 2 to the power of this. */
const pieceBits = 10;
const pieceEntries = 2 ** pieceBits;
const inPiece = pieceEntries - 1;

/** Words of a record, and what they hold: from the lowest bit on type, mode and number of the owner, … */
const recordWords = 5;
const sizeWord = 1;
const directoryWord = 2;
/** … where the name ends in the names of the piece, and its hash. */
const nameEndWord = 3;
const hashWord = 4;
const pieceWords = pieceEntries * recordWords;
const modeShift = 3;
const typeMask = 7;
const modeMask = 0o7777;
const ownerShift = 15;
/** In place of the number of an owner, or a size, that takes more than there is for it. */
const largeOwner = 0x1ffff;
const largeSize = 0xffffffff;

/** Paths are looked for one by one until so many entries, and so many times all of them, were looked at. */
const lookedAtLeast = 16;
const looksPerEntry = 8;

type EntryNumbers = Pick<LayerEntry, 'mode' | 'uid' | 'gid' | 'size'>;

/**
 * A growing list of entries as numbers. A layer may have 200,000: as objects they are 60 MB that the collector of garbage
 * goes through again and again while the layer streams by, as numbers 10 MB that it never looks at. They stand in pieces of
 * 1024, so that nothing is copied, and no memory twice as large is taken, when the list grows. Paths are kept as the number of
 * a directory and the bytes of a name; they become text when somebody asks.
 */
export class EntryTable implements EntryList {
  readonly directories = new DirectoryList();
  /** of pieces and names */
  readonly #memory = new Slabs();
  #length = 0;
  readonly #pieces: Int32Array[] = [];
  /** the last of them */
  #piece = new Int32Array(0);
  /** names of the entries of each piece, one behind the other as UTF-8, but for the last one's */
  readonly #names: Buffer[] = [];
  readonly #lastNames = new ByteArena(32 * 1024);
  /** bytes of `#names` */
  #nameBytes = 0;
  /** sizes that take more than a word, by index */
  readonly #largeSizes = new Map<number, number>();
  /** the same of owners' numbers */
  readonly #largeOwners = new Map<number, number>();
  readonly #links = new Map<number, string>();
  readonly #distinctOwners: { readonly uid: number; readonly gid: number }[] = [];
  readonly #ownerNumbers = new Map<string, number>();
  /** of the entry before: entries mostly have its owner */
  #owner = 0;
  #uid = -1;
  #gid = -1;
  /** entries that were looked at because somebody asked for a path */
  #lookedAt = 0;
  /** path → the last entry with it; made when many were asked for: a layer has a dozen hard links, or thousands */
  #byPath: HashIndex | null = null;
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

  /** Bytes that paths take. */
  get pathBytes(): number {
    return this.#nameBytes + this.#lastNames.length + this.directories.bytes.length;
  }

  push(entry: LayerEntry): void {
    const start = entry.path.lastIndexOf('/') + 1;
    const directory = this.directories.ofText(entry.path.slice(0, start));
    this.#makeRoom();
    const from = this.#lastNames.length;
    const to = this.#lastNames.addText(start === 0 ? entry.path : entry.path.slice(start));
    this.#add(directory, hashBytes(this.#lastNames.bytes, from, to), entry, entry.type, entry.linkTarget);
  }

  /**
   * @param directory its number in `directories`
   * @param bytes where the name stands, in UTF-8, and its hash
   * @param facts the rest; whatever object has them
   */
  pushName(
    directory: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    hash: number,
    facts: EntryNumbers,
    type: EntryType,
    linkTarget: string | null,
  ): void {
    this.#makeRoom();
    this.#lastNames.add(bytes, start, end);
    this.#add(directory, hash, facts, type, linkTarget);
  }

  #add(directory: number, hash: number, facts: EntryNumbers, type: EntryType, linkTarget: string | null): void {
    const index = this.#length;
    const piece = this.#piece;
    const at = (index & inPiece) * recordWords;
    if (facts.uid !== this.#uid || facts.gid !== this.#gid) {
      this.#takeOwner(facts.uid, facts.gid);
    }
    let owner = this.#owner;
    if (owner >= largeOwner) {
      this.#largeOwners.set(index, owner);
      owner = largeOwner;
    }
    piece[at] =
      (type === 'file' ? fileNumber : numberOf.get(type)!) |
      ((facts.mode & modeMask) << modeShift) |
      (owner << ownerShift);
    const { size } = facts;
    if (size < largeSize) {
      piece[at + sizeWord] = size;
    } else {
      this.#largeSizes.set(index, size);
      piece[at + sizeWord] = largeSize;
    }
    piece[at + directoryWord] = directory;
    piece[at + nameEndWord] = this.#lastNames.length;
    piece[at + hashWord] = hash;
    if (linkTarget !== null) {
      this.#links.set(index, linkTarget);
    }
    this.#length = index + 1;
  }

  /** A piece more where the last one is full. */
  #makeRoom(): void {
    const at = (this.#length & inPiece) * recordWords;
    if (at === 0) {
      this.#addPiece();
    } else if (at === this.#piece.length) {
      // it was trimmed
      this.#setLastPiece(grown(this.#piece, pieceWords));
    }
  }

  #addPiece(): void {
    if (this.#length > 0) {
      const names = this.#lastNames.take(this.#memory);
      this.#names.push(names);
      this.#nameBytes += names.length;
    }
    this.#pieces.push(this.#piece);
    const { buffer, byteOffset } = this.#memory.take(pieceWords * Int32Array.BYTES_PER_ELEMENT);
    this.#setLastPiece(new Int32Array(buffer as ArrayBuffer, byteOffset, pieceWords));
  }

  #setLastPiece(piece: Int32Array<ArrayBuffer>): void {
    this.#piece = piece;
    this.#pieces[this.#pieces.length - 1] = piece;
  }

  #takeOwner(uid: number, gid: number): void {
    const key = `${uid}:${gid}`;
    const known = this.#ownerNumbers.get(key);
    this.#owner = known ?? this.#distinctOwners.push({ uid, gid }) - 1;
    this.#ownerNumbers.set(key, this.#owner);
    this.#uid = uid;
    this.#gid = gid;
  }

  at(index: number): LayerEntry | undefined {
    if (index < 0 || index >= this.#length) {
      return undefined;
    }
    const { uid, gid } = this.#distinctOwners[this.#ownerAt(index)]!;
    return {
      path: this.pathAt(index),
      type: this.typeAt(index),
      mode: this.modeAt(index),
      uid,
      gid,
      size: this.sizeAt(index),
      linkTarget: this.linkAt(index),
    };
  }

  #word(index: number, word: number): number {
    return this.#pieces[index >>> pieceBits]![(index & inPiece) * recordWords + word]!;
  }

  #ownerAt(index: number): number {
    const owner = this.#word(index, 0) >>> ownerShift;
    return owner === largeOwner ? this.#largeOwners.get(index)! : owner;
  }

  pathAt(index: number): string {
    return (
      this.directories.textAt(this.directoryAt(index)) +
      textOf(this.namesAt(index), this.nameStart(index), this.nameEnd(index))
    );
  }

  typeAt(index: number): EntryType {
    return types[this.#word(index, 0) & typeMask]!;
  }

  isDirectoryAt(index: number): boolean {
    return (this.#word(index, 0) & typeMask) === directoryNumber;
  }

  modeAt(index: number): number {
    return (this.#word(index, 0) >>> modeShift) & modeMask;
  }

  sizeAt(index: number): number {
    const size = this.#word(index, sizeWord) >>> 0;
    return size === largeSize ? this.#largeSizes.get(index)! : size;
  }

  linkAt(index: number): string | null {
    return this.#links.get(index) ?? null;
  }

  /** Number of its directory in `directories`. */
  directoryAt(index: number): number {
    return this.#word(index, directoryWord);
  }

  /** What its name stands in, as UTF-8; valid until an entry is added. */
  namesAt(index: number): Buffer {
    return this.#names[index >>> pieceBits] ?? this.#lastNames.bytes;
  }

  nameStart(index: number): number {
    return (index & inPiece) === 0 ? 0 : this.#word(index - 1, nameEndWord);
  }

  nameEnd(index: number): number {
    return this.#word(index, nameEndWord);
  }

  isNamed(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    return sameBytes(this.namesAt(index), this.nameStart(index), this.nameEnd(index), bytes, start, end);
  }

  nameHash(index: number): number {
    return this.#word(index, hashWord);
  }

  /** The last entry with this path; -1: there is none. */
  find(path: string): number {
    const start = path.lastIndexOf('/') + 1;
    const directory = this.directories.find(path.slice(0, start));
    if (directory < 0) {
      return -1;
    }
    const name = Buffer.from(path.slice(start));
    const hash = hashBytes(name, 0, name.length);
    if (this.#byPath === null && this.#lookedAt < lookedAtLeast + looksPerEntry * this.#length) {
      return this.#lookFor(directory, hash, name);
    }
    const byPath = this.#allByPath();
    return byPath.at(this.#slotOf(byPath, directory, hash, name, 0, name.length));
  }

  /** From the end: hard links mostly stand near what they lead to. */
  #lookFor(directory: number, hash: number, name: Uint8Array): number {
    let at = this.#length - 1;
    while (at >= 0 && !this.#is(at, directory, hash, name, 0, name.length)) {
      at -= 1;
    }
    this.#lookedAt += this.#length - at;
    return at;
  }

  #is(at: number, directory: number, hash: number, name: Uint8Array, start: number, end: number): boolean {
    return this.nameHash(at) === hash && this.directoryAt(at) === directory && this.isNamed(at, name, start, end);
  }

  #allByPath(): HashIndex {
    this.#byPath ??= new HashIndex((index) => hashIn(this.directoryAt(index), this.nameHash(index)));
    for (; this.#indexed < this.#length; this.#indexed += 1) {
      this.#index(this.#byPath, this.#indexed);
    }
    return this.#byPath;
  }

  #index(byPath: HashIndex, index: number): void {
    const directory = this.directoryAt(index);
    const hash = this.nameHash(index);
    const names = this.namesAt(index);
    const slot = this.#slotOf(byPath, directory, hash, names, this.nameStart(index), this.nameEnd(index));
    if (byPath.at(slot) >= 0) {
      byPath.replace(slot, index);
    } else {
      byPath.add(hashIn(directory, hash), index);
    }
  }

  #slotOf(byPath: HashIndex, directory: number, hash: number, name: Uint8Array, start: number, end: number): number {
    let slot = byPath.first(hashIn(directory, hash));
    for (let at = byPath.at(slot); at >= 0; at = byPath.at(slot)) {
      if (this.#is(at, directory, hash, name, start, end)) {
        return slot;
      }
      slot = byPath.next(slot);
    }
    return slot;
  }

  *[Symbol.iterator](): Generator<LayerEntry> {
    for (let index = 0; index < this.#length; index += 1) {
      yield this.at(index)!;
    }
  }

  /** Nothing more is added: room for more is given back, and what was made to find entries by their paths. */
  trim(): void {
    // of many layers each has few entries; a further piece may be part of a slab
    if (this.#length > 0 && this.#length < pieceEntries) {
      this.#setLastPiece(trimmed(this.#piece, this.#length * recordWords));
    }
    this.#lastNames.trim();
    this.directories.bytes.trim();
    this.#byPath = null;
    this.#indexed = 0;
  }

  letGo(): void {
    this.#memory.letGo();
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
