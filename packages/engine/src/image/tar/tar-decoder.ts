import { ImageError } from '../error.ts';
import { maxExtendedHeaderBytes } from '../limits.ts';
import type { EntryType } from '../types.ts';
import { type PaxRecords, readPax } from './pax.ts';
import {
  blockSize,
  entryType,
  hasChecksum,
  isZeroBlock,
  readHeader,
  sparseRealSize,
  type TarHeader,
} from './tar-header.ts';
import { decodeField } from './tar-text.ts';

/** One entry, with its extended headers applied. */
export interface TarEntry {
  /** as written */
  readonly path: string;
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
}

export interface TarHandler {
  /** Whether `data` shall get the body of this entry. */
  entry(entry: TarEntry): boolean;
  /** Part of a body. Valid during the call only. */
  data(chunk: Buffer): void;
  /** The body is complete; also called for an empty one. */
  end(): void;
}

type State = 'header' | 'sparse-map' | 'extended' | 'body' | 'skip' | 'done';

/**
 * Decodes a tar that is pushed into it in pieces of any size. What nobody wants need not be pushed: `skippable` says how
 * many bytes may be left out, `skip` that they were.
 *
 * Understands v7, ustar, GNU (long names, base-256 numbers, sparse files are told but not expanded) and PAX. Global PAX
 * headers are ignored, as the engines do.
 */
export class TarDecoder {
  readonly #handler: TarHandler;
  readonly #what: string;
  #state: State = 'header';
  /** a header that came in two pieces */
  readonly #block = Buffer.allocUnsafe(blockSize);
  #filled = 0;
  #zeroBlocks = 0;
  /** bytes left of the body that is being handed on or collected */
  #left = 0;
  /** bytes left to skip: an unwanted body, padding */
  #toSkip = 0;
  #padding = 0;
  #position = 0;
  #extended: { readonly flag: string; readonly bytes: Buffer; filled: number } | null = null;
  #pax: PaxRecords | null = null;
  #longName: string | null = null;
  #longLink: string | null = null;
  #sparseHeader: TarHeader | null = null;
  #sparseSize = 0;

  /** @param what names the archive in messages */
  constructor(handler: TarHandler, what: string) {
    this.#handler = handler;
    this.#what = what;
  }

  /** The mark of the end was seen: what follows does not belong to the archive. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /** Bytes pushed or skipped so far. */
  get position(): number {
    return this.#position;
  }

  /** How many of the next bytes are of no interest. */
  get skippable(): number {
    return this.#state === 'skip' ? this.#toSkip : 0;
  }

  /** How many of the next bytes belong to a wanted body. */
  get wanted(): number {
    return this.#state === 'body' ? this.#left : 0;
  }

  skip(bytes: number): void {
    this.#position += bytes;
    this.#toSkip -= bytes;
    if (this.#toSkip === 0) {
      this.#state = 'header';
    }
  }

  /** @throws ImageError `CORRUPT`, `TOO_LARGE`; whatever the handler throws */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#state !== 'done') {
      switch (this.#state) {
        case 'header':
        case 'sparse-map':
          at = this.#takeBlock(chunk, at);
          break;
        case 'extended':
          at = this.#takeExtended(chunk, at);
          break;
        case 'body':
          at = this.#takeBody(chunk, at);
          break;
        case 'skip': {
          const count = Math.min(this.#toSkip, chunk.length - at);
          this.skip(count);
          at += count;
          break;
        }
      }
    }
    this.#position += chunk.length - at;
  }

  /** @throws ImageError `TRUNCATED` when the archive ended anywhere but between two entries */
  finish(): void {
    const between = this.#state === 'header' && this.#filled === 0 && this.#noExtension();
    if (this.#state !== 'done' && !between) {
      throw new ImageError('TRUNCATED', `${this.#what}: truncated (the tar ends in the middle of an entry)`);
    }
  }

  #noExtension(): boolean {
    return this.#pax === null && this.#longName === null && this.#longLink === null;
  }

  #takeBlock(chunk: Buffer, at: number): number {
    if (this.#filled === 0 && chunk.length - at >= blockSize) {
      this.#position += blockSize;
      this.#readBlock(chunk, at);
      return at + blockSize;
    }
    const count = Math.min(blockSize - this.#filled, chunk.length - at);
    chunk.copy(this.#block, this.#filled, at, at + count);
    this.#filled += count;
    this.#position += count;
    if (this.#filled === blockSize) {
      this.#filled = 0;
      this.#readBlock(this.#block, 0);
    }
    return at + count;
  }

  #readBlock(bytes: Buffer, at: number): void {
    if (this.#state === 'sparse-map') {
      if (bytes[at + 504] === 0) {
        this.#emit(this.#sparseHeader!, true, this.#sparseSize);
      }
      return;
    }
    if (bytes[at] === 0 && isZeroBlock(bytes, at)) {
      this.#zeroBlocks += 1;
      if (this.#zeroBlocks === 2) {
        this.#state = this.#noExtension() ? 'done' : 'header';
      }
      return;
    }
    this.#zeroBlocks = 0;
    if (!hasChecksum(bytes, at)) {
      throw new ImageError(
        'CORRUPT',
        `${this.#what}: damaged (tar header with a wrong checksum at byte ${this.#position - blockSize})`,
      );
    }
    this.#readHeader(readHeader(bytes, at, this.#what), bytes, at);
  }

  #readHeader(header: TarHeader, bytes: Buffer, at: number): void {
    switch (header.flag) {
      case 'x':
      case 'X':
      case 'g':
      case 'L':
      case 'K':
        this.#beginExtended(header);
        return;
      case 'S':
        this.#sparseSize = sparseRealSize(bytes, at, this.#what);
        if (bytes[at + 482] === 0) {
          this.#emit(header, true, this.#sparseSize);
        } else {
          this.#sparseHeader = header;
          this.#state = 'sparse-map';
        }
        return;
      default:
        this.#emit(header, false, 0);
    }
  }

  #beginExtended(header: TarHeader): void {
    if (header.size > maxExtendedHeaderBytes) {
      throw new ImageError(
        'TOO_LARGE',
        `${this.#what}: an extended tar header of ${header.size} bytes (the limit is ${maxExtendedHeaderBytes})`,
      );
    }
    this.#extended = { flag: header.flag, bytes: Buffer.allocUnsafe(header.size), filled: 0 };
    this.#padding = paddingOf(header.size);
    this.#state = 'extended';
    if (header.size === 0) {
      this.#endExtended();
    }
  }

  #takeExtended(chunk: Buffer, at: number): number {
    const extended = this.#extended!;
    const count = Math.min(extended.bytes.length - extended.filled, chunk.length - at);
    chunk.copy(extended.bytes, extended.filled, at, at + count);
    extended.filled += count;
    this.#position += count;
    if (extended.filled === extended.bytes.length) {
      this.#endExtended();
    }
    return at + count;
  }

  #endExtended(): void {
    const { flag, bytes } = this.#extended!;
    this.#extended = null;
    if (flag === 'L') {
      this.#longName = decodeField(bytes, 0, bytes.length);
    } else if (flag === 'K') {
      this.#longLink = decodeField(bytes, 0, bytes.length);
    } else {
      const records = readPax(bytes, this.#what);
      if (flag !== 'g') {
        this.#pax = records;
      }
    }
    this.#skipNext(this.#padding);
  }

  #skipNext(bytes: number): void {
    this.#toSkip = bytes;
    this.#state = bytes === 0 ? 'header' : 'skip';
  }

  #emit(header: TarHeader, gnuSparse: boolean, gnuSize: number): void {
    const pax = this.#pax;
    const path = this.#longName ?? pax?.sparseName ?? pax?.path ?? header.path;
    const named = entryType(header.flag);
    // v7 has no flag for directories: their names end with a slash
    const type = named === 'file' && path.endsWith('/') ? 'directory' : named;
    // links, devices and directories have no body whatever their size says, as in the engines' own reader
    const hasBody = named === 'file' || named === undefined || header.flag === 'D';
    const stored = hasBody ? (pax?.size ?? header.size) : 0;
    const entry: TarEntry = {
      path,
      linkTarget: this.#longLink ?? pax?.linkpath ?? header.linkTarget,
      type,
      flag: header.flag,
      mode: header.mode,
      uid: pax?.uid ?? header.uid,
      gid: pax?.gid ?? header.gid,
      size: gnuSparse ? gnuSize : type === 'file' ? (pax?.sparseSize ?? stored) : 0,
      offset: this.#position,
      stored,
      sparse: gnuSparse || pax?.sparse === true,
    };
    this.#pax = null;
    this.#longName = null;
    this.#longLink = null;
    this.#sparseHeader = null;
    this.#padding = paddingOf(stored);
    if (!this.#handler.entry(entry)) {
      this.#skipNext(stored + this.#padding);
      return;
    }
    this.#left = stored;
    this.#state = 'body';
    if (stored === 0) {
      this.#endBody();
    }
  }

  #takeBody(chunk: Buffer, at: number): number {
    const count = Math.min(this.#left, chunk.length - at);
    this.#left -= count;
    this.#position += count;
    this.#handler.data(chunk.subarray(at, at + count));
    if (this.#left === 0) {
      this.#endBody();
    }
    return at + count;
  }

  #endBody(): void {
    this.#skipNext(this.#padding);
    this.#handler.end();
  }
}

function paddingOf(size: number): number {
  const rest = size % blockSize;
  return rest === 0 ? 0 : blockSize - rest;
}
