import { BodyInPieces } from './body-in-pieces.ts';
import { EntryTable } from './entry-table.ts';
import { GlobalHeaders } from './global-headers.ts';
import { LayerProblems, LimitReached } from './layer-problems.ts';
import { maxListingBytes } from './limits.ts';
import { PlaceTable } from './place-table.ts';
import type { TarEntry } from './tar/extended-headers.ts';
import { PlainPathReader } from './tar/plain-path.ts';
import { TarDecoder, type TarHandler } from './tar/tar-decoder.ts';
import { pathFieldBytes } from './tar/tar-header.ts';
import { cleanPath } from './tar/tar-text.ts';
import type {
  FileParts,
  LayerEntry,
  LayerListing,
  LayerVisitor,
  Mutable,
  NameBytes,
  PassingFile,
  ReadLimits,
  ReadProblem,
  ReadProblemCode,
  Wanted,
} from './types.ts';
import { Whiteouts } from './whiteouts.ts';

/** A wanted hard link whose content stands earlier in the layer, and was passed. */
export interface PendingLink {
  /** the link itself, as an entry of type file */
  readonly entry: LayerEntry;
  /** of that body in the uncompressed layer */
  readonly offset: number;
}

/** Bodies of an uncompressed layer by their positions in it. */
export interface BodiesAt {
  /** Stretches of the body at `offset`. */
  parts(offset: number, size: number): FileParts;
  /** The whole body, valid until the next is asked for; null: it is not all there. Without it bodies come as they pass by. */
  body?(offset: number, size: number): Buffer | null;
  /** Stretches of the body at `offset` that can be read for as long as the image is open. */
  later?(offset: number, size: number): FileParts;
}

const noBytes = Buffer.alloc(0);

/**
 * Turns one uncompressed layer, pushed in pieces, into calls of its visitor and the listing. One pass; bodies that the
 * visitor does not want are skipped.
 */
export class LayerScan<T> implements TarHandler {
  readonly decoder: TarDecoder;
  readonly #visitor: LayerVisitor<T>;
  readonly #limits: ReadLimits;
  readonly #bodiesAt: BodiesAt | null;
  readonly #entries = new EntryTable();
  readonly #whiteouts = new Whiteouts();
  readonly #globalHeaders = new GlobalHeaders();
  readonly #problems = new LayerProblems();
  readonly #pending: PendingLink[] = [];
  /**
   * of every entry in `#entries`: where its body is, and the entry that holds its content: itself, for a hard link the file
   * that it leads to, -1 where none is here
   */
  readonly #places = new PlaceTable();
  /** what the visitor's first look says of directories, by their numbers in `#entries` */
  readonly #looks: number[] = [];
  /** what the first look is asked about, one after the other */
  readonly #name: Mutable<NameBytes> = { bytes: noBytes, start: 0, end: 0, hash: 0 };
  readonly #path = new PlainPathReader();
  /** of the last path that was plain: its directory, as `#entries` count them */
  #directory = -1;
  /** entries of the tar so far, those included that are in no list */
  #count = 0;
  #wanted: LayerEntry | null = null;
  #passing: PassingFile | null = null;
  readonly #body = new BodyInPieces();

  /**
   * @param what names the layer in messages
   * @param bodiesAt where the layer lies uncompressed in a file
   */
  constructor(visitor: LayerVisitor<T>, limits: ReadLimits, what: string, bodiesAt: BodiesAt | null = null) {
    this.#visitor = visitor;
    this.#limits = limits;
    this.#bodiesAt = bodiesAt;
    this.decoder = new TarDecoder(this, what);
  }

  /** Hard links that wait for a body; `resolve` takes it. */
  get pending(): readonly PendingLink[] {
    return this.#pending;
  }

  entry(raw: TarEntry): boolean {
    this.#count += 1;
    if (this.#count > this.#limits.maxEntriesPerLayer) {
      throw new LimitReached(`the layer has more than ${this.#limits.maxEntriesPerLayer} entries`);
    }
    if (raw.type === undefined) {
      this.problem('entry-not-understood', `tar entry of unknown type ${JSON.stringify(raw.flag)}`, raw.path);
      return false;
    }
    if (this.#entries.pathBytes > maxListingBytes) {
      throw new LimitReached(`the paths of the layer take more than ${maxListingBytes} bytes`);
    }
    const plain = this.#takePlain(raw);
    if (plain !== undefined) {
      return plain;
    }
    if (raw.path.length > this.#limits.maxPathBytes || raw.linkTarget.length > this.#limits.maxPathBytes) {
      this.problem('limit-reached', `a path of more than ${this.#limits.maxPathBytes} bytes`, raw.path.slice(0, 256));
      return false;
    }
    const path = cleanPath(raw.path);
    if (path === undefined) {
      this.problem('unsafe-path', 'an entry whose path leaves its directory was ignored', raw.path);
      return false;
    }
    if (raw.overlayMark) {
      const message = 'an attribute makes overlay file systems show what lies elsewhere in its place';
      this.problem('entry-not-understood', message, raw.path);
    }
    return this.#whiteouts.take(path, raw.path, this.#entries.length, this.#problems) ? false : this.#take(raw, path);
  }

  /**
   * An entry as nearly all are: with a clean path in ASCII in its own header, which does not become text if nobody wants
   * it. Undefined: it is another one.
   */
  #takePlain(raw: TarEntry): boolean | undefined {
    const bytes = raw.pathBytes;
    if (bytes === null || raw.overlayMark || raw.type === undefined || raw.type === 'hardlink') {
      return undefined;
    }
    const linkTarget = raw.type === 'symlink' ? raw.linkTarget : null;
    const path = this.#path;
    if (!path.read(bytes, raw.pathStart, raw.pathStart + pathFieldBytes)) {
      return undefined;
    }
    const { directories, length: index } = this.#entries;
    if (!path.sameDirectory) {
      this.#directory = directories.ofBytes(bytes, path.start, path.name);
    }
    const { maxPathBytes } = this.#limits;
    if (path.end - path.start > maxPathBytes || (linkTarget !== null && linkTarget.length > maxPathBytes)) {
      return undefined;
    }
    this.#entries.pushName(this.#directory, bytes, path.name, path.end, path.hash, raw, raw.type, linkTarget);
    this.#places.push(raw.offset);
    if (raw.type !== 'file' || !this.#mayWant(bytes, raw)) {
      return false;
    }
    return this.#wantBody(this.#entries.at(index)!, raw);
  }

  /** Of the entry that was added last, whose path is plain. */
  #mayWant(bytes: Buffer, { size, mode }: TarEntry): boolean {
    const { look } = this.#visitor;
    if (look === undefined) {
      return true;
    }
    const name = this.#name;
    name.bytes = bytes;
    name.start = this.#path.name;
    name.end = this.#path.end;
    name.hash = this.#path.hash;
    const directory = this.#directory;
    this.#looks[directory] ??= look.directory(this.#entries.directories.textAt(directory).slice(0, -1));
    return look.file(name, this.#looks[directory], size, mode);
  }

  globalHeader(path: string): void {
    this.#globalHeaders.add(path);
  }

  #take(raw: TarEntry, path: string): boolean {
    if (raw.type === 'hardlink') {
      this.#takeHardLink(raw, path);
      return false;
    }
    const entry: LayerEntry = {
      path,
      type: raw.type!,
      mode: raw.mode,
      uid: raw.uid,
      gid: raw.gid,
      size: raw.size,
      linkTarget: raw.type === 'symlink' ? raw.linkTarget : null,
    };
    this.#entries.push(entry);
    this.#places.push(raw.offset);
    return raw.type === 'file' && path !== '' && this.#wantBody(entry, raw);
  }

  #wantBody(entry: LayerEntry, raw: TarEntry): boolean {
    const wanted = this.#wants(entry, false);
    if (wanted === false) {
      return false;
    }
    if (raw.sparse) {
      this.problem('entry-not-understood', 'a sparse file cannot be read yet', entry.path);
      return false;
    }
    if (wanted === 'parts' || (wanted === 'either' && this.#bodiesAt?.later !== undefined)) {
      return this.#takeParts(entry, raw.offset);
    }
    const body = this.#bodiesAt?.body?.(raw.offset, entry.size) ?? null;
    if (body !== null) {
      this.#visitor.file(entry, body, this.#bodiesAt?.later?.(raw.offset, entry.size));
      return false;
    }
    this.#wanted = entry;
    this.#body.begin();
    return true;
  }

  /** Read at once where it lies; else handed on as it passes by. */
  #takeParts(entry: LayerEntry, offset: number): boolean {
    if (this.#bodiesAt !== null && this.#visitor.parts !== undefined) {
      this.#visitor.parts(entry, this.#bodiesAt.parts(offset, entry.size));
      return false;
    }
    this.#passing = this.#visitor.passing?.(entry) ?? null;
    return this.#passing !== null;
  }

  #wants(entry: LayerEntry, again: boolean): Wanted {
    const wanted = this.#visitor.wants(entry.path, entry.size, entry.mode, again);
    if (wanted === false || wanted === 'parts') {
      return wanted;
    }
    if (entry.size > this.#limits.maxFileBytes) {
      const message = `a file of ${entry.size} bytes (the limit is ${this.#limits.maxFileBytes}) was not read`;
      this.problem('file-too-large', message, entry.path);
      return false;
    }
    return wanted;
  }

  #addHeld(entry: LayerEntry, offset: number, holder: number): void {
    this.#entries.push(entry);
    this.#places.pushHeld(offset, holder);
  }

  /** The target of a hard link stands earlier in the same layer, or in a layer below. */
  #takeHardLink(raw: TarEntry, path: string): void {
    const target = cleanPath(raw.linkTarget);
    if (target === undefined || target === '' || path === '') {
      this.problem('unsafe-path', 'a hard link whose target leaves the root was ignored', raw.path);
      return;
    }
    const link: LayerEntry = {
      path,
      type: 'hardlink',
      mode: raw.mode,
      uid: raw.uid,
      gid: raw.gid,
      size: 0,
      linkTarget: target,
    };
    const holder = this.#holderOf(target);
    const shared = this.#entries.at(holder);
    if (shared?.type !== 'file') {
      this.#addHeld(link, 0, holder);
      return;
    }
    const { offset } = this.#places.at(holder);
    const entry: LayerEntry = { ...shared, path };
    // what is wanted in parts was seen under its first name
    const wanted = this.#wants(entry, true);
    if (wanted === true || wanted === 'either') {
      this.#addHeld(entry, offset, holder);
      this.#pending.push({ entry, offset });
    } else {
      // listed as a link, so that the view knows the two names for one file
      this.#addHeld(link, offset, holder);
    }
  }

  #holderOf(path: string): number {
    const index = this.#entries.find(path);
    return index < 0 ? -1 : this.#places.at(index).holder;
  }

  data(chunk: Buffer): void {
    if (this.#passing !== null) {
      this.#passing.data(chunk);
      return;
    }
    const { size } = this.#wanted!;
    if (chunk.length === size) {
      this.#hand(chunk);
      return;
    }
    this.#body.take(chunk, size);
  }

  end(): void {
    if (this.#passing !== null) {
      const passing = this.#passing;
      this.#passing = null;
      passing.end();
    } else if (this.#wanted !== null) {
      this.#hand(this.#body.whole(this.#wanted.size));
      this.#body.end();
    }
  }

  #hand(body: Buffer): void {
    const entry = this.#wanted!;
    this.#wanted = null;
    this.#visitor.file(entry, body);
  }

  /** The body of a pending hard link, read later. */
  resolve(link: PendingLink, body: Buffer): void {
    this.#visitor.file(link.entry, body);
  }

  problem(code: ReadProblemCode, message: string, path?: string): void {
    this.#problems.add(code, message, path);
  }

  /** Ends the layer: everything was pushed, or a limit was reached. */
  finish(): { readonly analysis: T; readonly problems: readonly ReadProblem[] } {
    const { list: problems } = this.#problems;
    this.#globalHeaders.tell(this.#entries, this.#problems);
    this.#entries.trim();
    const listing: LayerListing = {
      entries: this.#entries,
      whiteouts: this.#whiteouts.hiding,
      opaque: this.#whiteouts.opaque,
      problems,
    };
    return { analysis: this.#visitor.finish(listing), problems };
  }
}

/** Runs `read`, and turns a limit that it reaches into a problem of the layer. */
export async function withinLimits<T>(scan: LayerScan<T>, read: () => Promise<void>): Promise<void> {
  try {
    await read();
    scan.decoder.finish();
  } catch (error) {
    if (!(error instanceof LimitReached)) {
      throw error;
    }
    scan.problem('limit-reached', `${error.message}; the rest of the layer was not read`);
  }
}
