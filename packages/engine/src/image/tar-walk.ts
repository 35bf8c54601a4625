import type { Blob } from './blob.ts';
import { ImageError, throwIfAborted } from './error.ts';
import type { BodiesAt } from './layer-scan.ts';
import { headerChunkBytes, maxPartBytes, nearHeaderBytes, streamChunkBytes } from './limits.ts';
import { spareOf } from './spare-body.ts';
import type { TarDecoder } from './tar/tar-decoder.ts';
import type { FileParts } from './types.ts';

/** Reads this often walk headers before others get their turn. */
const readsPerTurn = 512;

/** A tar that lies uncompressed in a file: what its decoder does not need is passed by position. */
export class TarWalk implements BodiesAt {
  readonly #blob: Blob;
  readonly #what: string;
  readonly #buffer = Buffer.allocUnsafeSlow(streamChunkBytes);
  /** where the buffer's content stands in the blob */
  #start = 0;
  #end = 0;
  /** how much is read where the next header stands */
  #chunk: number = headerChunkBytes.least;

  /** @param what names the tar in messages */
  constructor(blob: Blob, what: string) {
    this.#blob = blob;
    this.#what = what;
  }

  /**
   * @param onRead is told how far it came, in bytes of the blob
   * @throws ImageError `TRUNCATED`, `CORRUPT`, `ABORTED`; whatever the handler throws
   */
  async run(decoder: TarDecoder, signal: AbortSignal | undefined, onRead?: (position: number) => void): Promise<void> {
    let position = 0;
    for (let turn = 1; position < this.#blob.size && !decoder.done; turn += 1) {
      position = this.#step(decoder, position);
      if (turn % readsPerTurn === 0) {
        onRead?.(position);
        await nextTurn();
        throwIfAborted(signal);
      }
    }
  }

  /** One read, and what is skipped after it. Returns the position of the next. */
  #step(decoder: TarDecoder, start: number): number {
    const { file, start: blobStart, size } = this.#blob;
    // a body over one header chunk is read in large pieces
    const wanted = Math.max(this.#chunk, Math.min(decoder.wanted, this.#buffer.length));
    const count = file.readSync(this.#buffer, Math.min(wanted, size - start), blobStart + start);
    if (count === 0) {
      throw new ImageError('TRUNCATED', `${this.#what}: truncated (the file became shorter while it was read)`);
    }
    this.#start = start;
    this.#end = start + count;
    decoder.push(this.#buffer, count);
    const skip = decoder.skippable;
    // small files lie beside each other, and so do large ones
    const chunk = skip < nearHeaderBytes ? 2 * this.#chunk : this.#chunk / 2;
    this.#chunk = Math.max(headerChunkBytes.least, Math.min(chunk, headerChunkBytes.most));
    if (skip === 0) {
      return this.#end;
    }
    if (this.#end + skip > size) {
      throw new ImageError('TRUNCATED', `${this.#what}: truncated (an entry claims more bytes than there are)`);
    }
    decoder.skip(skip);
    return this.#end + skip;
  }

  /**
   * Stretches of the `size` bytes at `offset`, valid while the handler is called: the first ones were mostly read with the
   * header. What a damaged archive places beyond its end is not at hand.
   */
  parts(offset: number, size: number): FileParts {
    const far = this.later(offset, size);
    return {
      size,
      read: (position, length) =>
        (position >= 0 && length >= 0 && position + length <= size ? this.#near(offset + position, length) : null) ??
        far.read(position, length),
      readInto: (target, position) => far.readInto(target, position),
      later: far,
    };
  }

  /** The same without what was read with the header, and without this walk. */
  later(offset: number, size: number): StretchOfBlob {
    return new StretchOfBlob(this.#blob, offset, size);
  }

  /** Where it was not read with its header it is read at once, and passed then like a body that nobody wants. */
  body(offset: number, size: number): Buffer | null {
    const { file, start, size: blobSize } = this.#blob;
    const near = this.#near(offset, size);
    if (near !== null || offset + size > blobSize) {
      return near;
    }
    const body = spareOf(size);
    return file.readSync(body, size, start + offset) === size ? body : null;
  }

  /** A stretch of the blob, if it is in the buffer. */
  #near(offset: number, length: number): Buffer | null {
    const at = offset - this.#start;
    return at >= 0 && at + length <= this.#end - this.#start ? this.#buffer.subarray(at, at + length) : null;
  }
}

/** A body that lies in a blob. There are thousands that are kept until the image is known: an object, and nothing else. */
class StretchOfBlob implements FileParts {
  readonly size: number;
  readonly #blob: Blob;
  readonly #offset: number;

  constructor(blob: Blob, offset: number, size: number) {
    this.#blob = blob;
    this.#offset = offset;
    this.size = size;
  }

  read(position: number, length: number): Buffer | null {
    if (position < 0 || length < 0 || position + length > this.size || length > maxPartBytes) {
      return null;
    }
    const buffer = Buffer.allocUnsafe(length);
    return this.readInto(buffer, position) ? buffer : null;
  }

  readInto(target: Buffer, position: number): boolean {
    const { file, start, size } = this.#blob;
    const [at, { length }] = [this.#offset + position, target];
    return (
      position >= 0 &&
      position + length <= this.size &&
      at + length <= size &&
      file.readSync(target, length, start + at) === length
    );
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
