import { channel } from 'node:diagnostics_channel';
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { ImageError } from './error.ts';
import { streamChunkBytes } from './limits.ts';

export type CompressedKind = 'gzip' | 'zstd';

/** What the first bytes of a file say; undefined: not compressed in a way that is known. At least 4 bytes are needed. */
export function compressionOf(head: Buffer): CompressedKind | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) {
    return 'gzip';
  }
  const magic = head.length < 4 ? 0 : head.readUInt32LE(0);
  // a zstd frame, or one of the 16 skippable ones that may stand before it
  return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50 ? 'zstd' : undefined;
}

/** Compressions that some engines read and this room does not. */
const foreignMagics: readonly (readonly [string, string])[] = [
  ['xz', '\xfd7zXZ\0'],
  ['bzip2', 'BZh'],
  ['lz4', '\x04"M\x18'],
];

/** @throws ImageError `UNSUPPORTED` for what is compressed in another way: it would look like a damaged tar */
export function refuseForeignCompression(head: Buffer, what: string): void {
  const text = head.toString('latin1', 0, 8);
  for (const [name, magic] of foreignMagics) {
    if (text.startsWith(magic)) {
      throw new ImageError('UNSUPPORTED', `${what}: compressed with ${name}; only gzip and zstd can be read`);
    }
  }
}

/** Told when something begins to be inflated: who runs the process may set it up for that. */
const inflating = channel('plimsoll.inflate');

/**
 * Inflates gzip (with several members, or padded with zeros) and zstd (with several frames). The output goes to a
 * callback as it comes. Only one write at a time.
 */
export class Inflater {
  readonly #kind: CompressedKind;
  readonly #output: (chunk: Buffer) => void;
  readonly #what: string;
  readonly #lettingGo: boolean;
  readonly #chunkSize: number;
  #engine: Gunzip | ZstdDecompress;
  #failure: unknown;
  /** settles what waits for the engine: it failed, or it is over */
  #wake: (() => void) | null = null;
  #ended = false;
  #padding = false;

  /**
   * @param output gets each piece; what it throws, `write` or `end` throws
   * @param what names the compressed thing in messages
   * @param lettingGo the pieces are valid during the call alone, which takes less memory
   * @param chunkSize bytes of a piece; between two of them the work goes to another thread and back
   */
  constructor(
    kind: CompressedKind,
    output: (chunk: Buffer) => void,
    what: string,
    lettingGo = false,
    chunkSize = streamChunkBytes,
  ) {
    this.#chunkSize = chunkSize;
    this.#lettingGo = lettingGo;
    this.#kind = kind;
    this.#output = output;
    this.#what = what;
    this.#engine = this.#start();
  }

  #start(): Gunzip | ZstdDecompress {
    inflating.publish({ kind: this.#kind });
    const options = { chunkSize: this.#chunkSize };
    const engine = this.#kind === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
    this.#ended = false;
    // after this callback: Node has the next piece inflated on another thread while this one is looked at
    engine.on('data', (chunk: Buffer) => process.nextTick(() => this.#take(chunk)));
    engine.on('error', (error) => this.#fail(this.#broken(error)));
    engine.on('end', () => {
      this.#ended = true;
      this.#wake?.();
    });
    engine.on('close', () => this.#wake?.());
    return engine;
  }

  #take(chunk: Buffer): void {
    if (this.#failure !== undefined) {
      return;
    }
    try {
      this.#output(chunk);
      if (this.#lettingGo) {
        letGo(chunk);
      }
    } catch (error) {
      this.#fail(error);
      this.#engine.destroy();
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  #broken(error: unknown): ImageError {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'Z_BUF_ERROR'
      ? new ImageError('TRUNCATED', `${this.#what}: truncated (its ${this.#kind} data ends early)`, { cause: error })
      : new ImageError('CORRUPT', `${this.#what}: damaged ${this.#kind} data`, { cause: error });
  }

  /** Resolves when all of `chunk` has been inflated and handed on; then `chunk` may be used again. */
  async write(chunk: Buffer): Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#padding) {
        this.#checkPadding(rest);
        return;
      }
      const before = this.#engine.bytesWritten;
      await this.#settled((done) => this.#engine.write(rest, done));
      const consumed = this.#engine.bytesWritten - before;
      rest = rest.subarray(consumed);
      if (rest.length > 0) {
        await this.#nextFrame(consumed);
      }
    }
  }

  /** The engine ended before its input did. */
  async #nextFrame(consumed: number): Promise<void> {
    if (!this.#ended) {
      await this.#settled(
        () => {},
        () => this.#ended,
      );
    }
    if (this.#kind === 'gzip') {
      // Node reads further members by itself; what it stops at is zeros
      this.#padding = true;
      return;
    }
    if (consumed === 0 && this.#engine.bytesWritten === 0) {
      throw new ImageError('CORRUPT', `${this.#what}: damaged zstd data`);
    }
    this.#engine.destroy();
    this.#engine = this.#start();
  }

  #checkPadding(rest: Buffer): void {
    if (rest.some((byte) => byte !== 0)) {
      throw new ImageError('CORRUPT', `${this.#what}: bytes that do not belong there follow its gzip data`);
    }
  }

  /** The input is complete. */
  async end(): Promise<void> {
    if (!this.#padding && !this.#ended) {
      await this.#settled(
        () => this.#engine.end(),
        () => this.#ended,
      );
    }
    this.destroy();
  }

  destroy(): void {
    this.#engine.destroy();
  }

  async #settled(start: (done: () => void) => void, until: () => boolean = () => true): Promise<void> {
    if (this.#failure === undefined && !this.#engine.destroyed) {
      await new Promise<void>((resolve) => {
        const check = () => {
          if (this.#failure !== undefined || this.#engine.destroyed || until()) {
            this.#wake = null;
            resolve();
          }
        };
        this.#wake = () => {
          if (this.#failure !== undefined || this.#ended || this.#engine.destroyed) {
            check();
          }
        };
        start(check);
      });
    }
    if (this.#failure !== undefined) {
      this.#engine.destroy();
      throw this.#failure;
    }
    if (!until()) {
      throw new ImageError('CORRUPT', `${this.#what}: damaged ${this.#kind} data`);
    }
  }
}

/**
 * Gives the memory of a piece back once Node has filled all of it and goes on with another. The collector of garbage would
 * come for it 60 MB later, and memory that was just used is still in the processor's cache for the next piece.
 */
function letGo({ buffer, byteOffset, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && byteLength > 0 && byteOffset + byteLength === buffer.byteLength) {
    buffer.transfer(0);
  }
}
