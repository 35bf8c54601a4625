import { ImageError } from '../error.ts';
import { maxExtendedHeaderBytes } from '../limits.ts';
import type { EntryType } from '../types.ts';
import { type PaxRecords, readPax } from './pax.ts';
import { entryType, type TarHeader } from './tar-header.ts';
import { decodeField } from './tar-text.ts';

/** One entry, with its extended headers applied. Valid until the next one is handed over. */
export interface TarEntry {
  /** as written */
  readonly path: string;
  /** what the path stands in as a whole, from `pathStart` on; null: several places. Valid during the call that hands it over */
  readonly pathBytes: Buffer | null;
  readonly pathStart: number;
  /** as written; '' where there is none */
  readonly linkTarget: string;
  /** undefined: a type flag that is not understood */
  readonly type: EntryType | undefined;
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** bytes of the file; of a sparse one once expanded */
  readonly size: number;
  /** where the body begins, counted from the beginning of the archive */
  readonly offset: number;
  /** bytes that the body takes in the archive */
  readonly stored: number;
  readonly sparse: boolean;
  /** has an attribute that makes an overlay file system show the content of another path here */
  readonly overlayMark: boolean;
}

/** The headers that say more about the entry behind them: PAX records and GNU's long names. */
export class ExtendedHeaders {
  readonly #what: string;
  #flag = '';
  #path = '';
  #global: string | null = null;
  #bytes = Buffer.alloc(0);
  #filled = 0;
  #pax: PaxRecords | null = null;
  #longName: string | null = null;
  #longLink: string | null = null;
  readonly #entry = new DescribedEntry();

  constructor(what: string) {
    this.#what = what;
  }

  /** No entry is waited for. */
  get none(): boolean {
    return this.#pax === null && this.#longName === null && this.#longLink === null;
  }

  /** @throws ImageError `TOO_LARGE` */
  begin(header: TarHeader): void {
    if (header.size > maxExtendedHeaderBytes) {
      throw new ImageError(
        'TOO_LARGE',
        `${this.#what}: an extended tar header of ${header.size} bytes (the limit is ${maxExtendedHeaderBytes})`,
      );
    }
    this.#flag = header.flag;
    this.#path = header.path;
    this.#global = null;
    this.#bytes = Buffer.allocUnsafe(header.size);
    this.#filled = 0;
    if (header.size === 0) {
      this.#read();
    }
  }

  /** Path that a global header names; null when the one just read is none. */
  get globalPath(): string | null {
    return this.#global;
  }

  /** Takes what belongs to the header from `chunk`, and says how much that was. @throws ImageError `CORRUPT` */
  take(chunk: Buffer, at: number, end: number): number {
    const count = Math.min(this.#bytes.length - this.#filled, end - at);
    chunk.copy(this.#bytes, this.#filled, at, at + count);
    this.#filled += count;
    if (this.complete) {
      this.#read();
    }
    return count;
  }

  get complete(): boolean {
    return this.#filled === this.#bytes.length;
  }

  #read(): void {
    const bytes = this.#bytes;
    if (this.#flag === 'L') {
      // an empty one says nothing
      this.#longName = decodeField(bytes, 0, bytes.length) || null;
    } else if (this.#flag === 'K') {
      this.#longLink = decodeField(bytes, 0, bytes.length) || null;
    } else {
      const records = readPax(bytes, this.#what);
      if (this.#flag === 'g') {
        this.#reset();
        this.#global = records.path ?? this.#path;
      } else {
        this.#pax = records;
      }
    }
  }

  /**
   * The entry that this header and those before it describe; they are used up then.
   *
   * @param gnuSparseSize size of a GNU sparse file once expanded, null for any other entry
   */
  apply(header: TarHeader, gnuSparseSize: number | null, offset: number): TarEntry {
    const pax = this.#pax;
    const name = this.#longName ?? pax?.path;
    const path = gnuSparseSize === null ? (pax?.sparse?.name ?? name) : name;
    // v7 has no flag for directories: their names end with a slash. One that ends so with another flag is what the flag says
    const type = header.flag === '\0' && (name ?? header.path).endsWith('/') ? 'directory' : entryType(header.flag);
    // links, devices and directories have no body whatever their size says, as in the engines' own reader
    const hasBody = type === 'file' || type === undefined || header.flag === 'D';
    const stored = hasBody ? (pax?.size ?? header.size) : 0;
    const entry = this.#entry;
    entry.header = header;
    entry.ownPath = path;
    entry.ownLinkTarget = this.#longLink ?? pax?.linkpath;
    entry.type = type;
    entry.mode = header.mode;
    entry.uid = pax?.uid ?? header.uid;
    entry.gid = pax?.gid ?? header.gid;
    entry.size = type === 'file' ? (gnuSparseSize ?? pax?.sparse?.size ?? stored) : 0;
    entry.offset = offset;
    entry.stored = stored;
    entry.sparse = gnuSparseSize !== null || pax?.sparse !== undefined;
    entry.overlayMark = pax?.overlayMark === true;
    this.#reset();
    return entry;
  }

  /** Forgets what was said. The engines' reader does so at every global header. */
  #reset(): void {
    if (!this.none) {
      this.#pax = null;
      this.#longName = null;
      this.#longLink = null;
    }
  }
}

/** One object is all entries of an archive, one after the other: a layer may have 200,000. */
class DescribedEntry implements TarEntry {
  type: EntryType | undefined;
  mode = 0;
  uid = 0;
  gid = 0;
  size = 0;
  offset = 0;
  stored = 0;
  sparse = false;
  overlayMark = false;
  /** set before the entry is handed over */
  header!: TarHeader;
  /** texts that no extended header gives stand in the entry's own header */
  ownPath: string | undefined;
  ownLinkTarget: string | undefined;

  get flag(): string {
    return this.header.flag;
  }

  get path(): string {
    return this.ownPath ?? this.header.path;
  }

  get linkTarget(): string {
    return this.ownLinkTarget ?? this.header.linkTarget;
  }

  get pathBytes(): Buffer | null {
    return this.ownPath === undefined ? this.header.pathBytes : null;
  }

  get pathStart(): number {
    return this.header.pathStart;
  }
}
