import { ImageError } from '../error.ts';
import { ChecksumReader } from './checksum.ts';
import { ExtendedHeaders, type TarEntry } from './extended-headers.ts';
import { blockSize, isZeroBlock, sparseRealSize, TarHeader } from './tar-header.ts';

export interface TarHandler {
  /** Whether `data` shall get the body of this entry. */
  entry(entry: TarEntry): boolean;
  /** Part of a body: a view into what was pushed. */
  data(chunk: Buffer): void;
  /** The body is complete; also called for an empty one. */
  end(): void;
  /**
   * A global PAX header, by its path. The engines ignore what it says of later entries, but treat the header as an entry
   * of this path: a file that stands there is removed first.
   */
  globalHeader?(path: string): void;
}

/** Where a decoder is. */
interface Progress {
  state: 'header' | 'sparse-map' | 'extended' | 'body' | 'skip' | 'done';
  /** bytes of a header that came in two pieces */
  filled: number;
  zeroBlocks: number;
  /** bytes left of the body that is being handed on or collected */
  left: number;
  /** bytes left to skip: an unwanted body, padding */
  toSkip: number;
  padding: number;
  /** bytes pushed or skipped */
  position: number;
}

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
  /** an object of its own: V8's first optimizing compiler makes a call of every `this.#field = …` */
  readonly #now: Progress = {
    state: 'header',
    filled: 0,
    zeroBlocks: 0,
    left: 0,
    toSkip: 0,
    padding: 0,
    position: 0,
  };
  /** a header that came in two pieces */
  readonly #block = Buffer.allocUnsafe(blockSize);
  readonly #extended: ExtendedHeaders;
  readonly #header: TarHeader;
  readonly #checksums = new ChecksumReader();
  #sparseSize = 0;

  /** @param what names the archive in messages */
  constructor(handler: TarHandler, what: string) {
    this.#handler = handler;
    this.#what = what;
    this.#extended = new ExtendedHeaders(what);
    this.#header = new TarHeader(what);
  }

  /** The mark of the end was seen: what follows does not belong to the archive. */
  get done(): boolean {
    return this.#now.state === 'done';
  }

  /** Bytes pushed or skipped so far. */
  get position(): number {
    return this.#now.position;
  }

  /** How many of the next bytes are of no interest. */
  get skippable(): number {
    return this.#now.state === 'skip' ? this.#now.toSkip : 0;
  }

  /** How many of the next bytes belong to a wanted body. */
  get wanted(): number {
    return this.#now.state === 'body' ? this.#now.left : 0;
  }

  skip(bytes: number): void {
    this.#now.position += bytes;
    this.#now.toSkip -= bytes;
    if (this.#now.toSkip === 0) {
      this.#now.state = 'header';
    }
  }

  /**
   * @param end how much of `chunk` is meant
   * @throws ImageError `CORRUPT`, `TOO_LARGE`; whatever the handler throws
   */
  push(chunk: Buffer, end = chunk.length): void {
    let at = 0;
    while (at < end && this.#now.state !== 'done') {
      switch (this.#now.state) {
        case 'header':
        case 'sparse-map':
          at = this.#takeBlock(chunk, at, end);
          break;
        case 'extended':
          at = this.#takeExtended(chunk, at, end);
          break;
        case 'body':
          at = this.#takeBody(chunk, at, end);
          break;
        case 'skip': {
          const count = Math.min(this.#now.toSkip, end - at);
          this.skip(count);
          at += count;
          break;
        }
      }
    }
    this.#now.position += end - at;
  }

  /** @throws ImageError `TRUNCATED` when the archive ended anywhere but between two entries */
  finish(): void {
    const between = this.#now.state === 'header' && this.#now.filled === 0 && this.#extended.none;
    if (this.#now.state !== 'done' && !between) {
      throw new ImageError('TRUNCATED', `${this.#what}: truncated (the tar ends in the middle of an entry)`);
    }
  }

  #takeBlock(chunk: Buffer, at: number, end: number): number {
    if (this.#now.filled === 0 && end - at >= blockSize) {
      this.#now.position += blockSize;
      this.#readBlock(chunk, at);
      return at + blockSize;
    }
    const count = Math.min(blockSize - this.#now.filled, end - at);
    chunk.copy(this.#block, this.#now.filled, at, at + count);
    this.#now.filled += count;
    this.#now.position += count;
    if (this.#now.filled === blockSize) {
      this.#now.filled = 0;
      this.#readBlock(this.#block, 0);
    }
    return at + count;
  }

  #readBlock(bytes: Buffer, at: number): void {
    if (this.#now.state === 'sparse-map') {
      if (bytes[at + 504] === 0) {
        this.#emit(this.#sparseSize);
      }
      return;
    }
    if (bytes[at] === 0 && isZeroBlock(bytes, at)) {
      this.#now.zeroBlocks += 1;
      if (this.#now.zeroBlocks === 2) {
        this.#now.state = this.#extended.none ? 'done' : 'header';
      }
      return;
    }
    this.#now.zeroBlocks = 0;
    if (!this.#checksums.isRight(bytes, at)) {
      throw new ImageError(
        'CORRUPT',
        `${this.#what}: damaged (tar header with a wrong checksum at byte ${this.#now.position - blockSize})`,
      );
    }
    this.#header.load(bytes, at);
    this.#readHeader(bytes, at);
  }

  #readHeader(bytes: Buffer, at: number): void {
    switch (this.#header.flag) {
      case 'x':
      case 'X':
      case 'g':
      case 'L':
      case 'K':
        this.#beginExtended(this.#header);
        return;
      case 'S':
        this.#sparseSize = sparseRealSize(bytes, at, this.#what);
        if (bytes[at + 482] === 0) {
          this.#emit(this.#sparseSize);
        } else {
          this.#header.settle();
          this.#now.state = 'sparse-map';
        }
        return;
      default:
        this.#emit(null);
    }
  }

  #beginExtended(header: TarHeader): void {
    this.#extended.begin(header);
    this.#now.padding = paddingOf(header.size);
    this.#now.state = 'extended';
    if (header.size === 0) {
      this.#tellGlobal();
      this.#skipNext(0);
    }
  }

  #takeExtended(chunk: Buffer, at: number, end: number): number {
    const count = this.#extended.take(chunk, at, end);
    this.#now.position += count;
    if (this.#extended.complete) {
      this.#tellGlobal();
      this.#skipNext(this.#now.padding);
    }
    return at + count;
  }

  #tellGlobal(): void {
    const path = this.#extended.globalPath;
    if (path !== null) {
      this.#handler.globalHeader?.(path);
    }
  }

  #skipNext(bytes: number): void {
    this.#now.toSkip = bytes;
    this.#now.state = bytes === 0 ? 'header' : 'skip';
  }

  #emit(gnuSparseSize: number | null): void {
    const entry = this.#extended.apply(this.#header, gnuSparseSize, this.#now.position);
    this.#now.padding = paddingOf(entry.stored);
    if (!this.#handler.entry(entry)) {
      this.#skipNext(entry.stored + this.#now.padding);
      return;
    }
    this.#now.left = entry.stored;
    this.#now.state = 'body';
    if (entry.stored === 0) {
      this.#endBody();
    }
  }

  #takeBody(chunk: Buffer, at: number, end: number): number {
    const count = Math.min(this.#now.left, end - at);
    this.#now.left -= count;
    this.#now.position += count;
    this.#handler.data(chunk.subarray(at, at + count));
    if (this.#now.left === 0) {
      this.#endBody();
    }
    return at + count;
  }

  #endBody(): void {
    this.#skipNext(this.#now.padding);
    this.#handler.end();
  }
}

function paddingOf(size: number): number {
  const rest = size % blockSize;
  return rest === 0 ? 0 : blockSize - rest;
}
