import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { ImageError, throwIfAborted } from './error.ts';
import { maxPartBytes, streamChunkBytes } from './limits.ts';
import type { FileParts } from './types.ts';

const readAsync = promisify(read);

/** A stretch of an open file. */
export interface Blob {
  readonly file: OpenFile;
  /** in the file */
  readonly start: number;
  readonly size: number;
}

/** A regular file that is open for reading, and what tells it from any other. */
export class OpenFile {
  readonly path: string;
  readonly size: number;
  /** when it was changed last, milliseconds since 1970 */
  readonly changed: number;
  readonly #descriptor: number;
  readonly #identity: string;
  #open = true;

  /** @throws ImageError `NOT_FOUND`, `NOT_AN_IMAGE` (no regular file), `UNREADABLE` */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = openDescriptor(path);
    const stat = fstatSync(this.#descriptor, { bigint: true });
    if (!stat.isFile()) {
      this.close();
      throw new ImageError('NOT_AN_IMAGE', `${path}: not a regular file`);
    }
    this.size = Number(stat.size);
    this.changed = Number(stat.ctimeNs / 1_000_000n);
    this.#identity = identityOf(stat);
  }

  /** `file:dev:inode:size:ctimeNs:offset` of a blob in it. True as long as `unchanged` says so. */
  key(blob: Blob): string {
    return `${this.#identity}:${blob.start}`;
  }

  unchanged(): boolean {
    return identityOf(fstatSync(this.#descriptor, { bigint: true })) === this.#identity;
  }

  /** Nothing once it is closed: whoever kept a part of it must not read what has its descriptor since. */
  readSync(buffer: Buffer, length: number, position: number): number {
    if (!this.#open) {
      return 0;
    }
    return readSync(this.#descriptor, buffer, 0, length, position);
  }

  async read(buffer: Buffer, length: number, position: number): Promise<number> {
    return (await readAsync(this.#descriptor, buffer, 0, length, position)).bytesRead;
  }

  close(): void {
    if (this.#open) {
      this.#open = false;
      closeSync(this.#descriptor);
    }
  }
}

function openDescriptor(path: string): number {
  try {
    // without O_NONBLOCK a named pipe would wait for its writer
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw fileError(error, path);
  }
}

function identityOf(stat: { dev: bigint; ino: bigint; size: bigint; ctimeNs: bigint }): string {
  return `file:${stat.dev}:${stat.ino}:${stat.size}:${stat.ctimeNs}`;
}

/** A system's error on a path as one of ours. */
export function fileError(error: unknown, path: string): ImageError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ImageError('NOT_FOUND', `${path}: no such file or directory`, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new ImageError('UNREADABLE', `${path}: permission denied`, { cause: error });
  }
  return new ImageError('UNREADABLE', `${path}: cannot be read (${code || String(error)})`, { cause: error });
}

/** First bytes of a blob, fewer if it is shorter. */
export function headOf(blob: Blob, bytes: number): Buffer {
  const buffer = Buffer.alloc(Math.min(bytes, blob.size));
  return buffer.subarray(0, blob.file.readSync(buffer, buffer.length, blob.start));
}

/** @param readAt fills the buffer from this position of the file, and says how far */
export function readParts(size: number, readAt: (buffer: Buffer, position: number) => number): FileParts {
  return {
    size,
    read(position, length) {
      if (position < 0 || length < 0 || position + length > size || length > maxPartBytes) return null;
      const buffer = Buffer.allocUnsafe(length);
      return readAt(buffer, position) === length ? buffer : null;
    },
    readInto: (target, position) =>
      position >= 0 && position + target.length <= size && readAt(target, position) === target.length,
  };
}

/** A whole blob of limited size: manifests and configs. */
export function readWhole(blob: Blob, maxBytes: number, what: string): Buffer {
  if (blob.size > maxBytes) {
    throw new ImageError('TOO_LARGE', `${what}: ${blob.size} bytes (the limit is ${maxBytes})`);
  }
  const buffer = Buffer.alloc(blob.size);
  let at = 0;
  while (at < buffer.length) {
    const count = blob.file.readSync(buffer.subarray(at), buffer.length - at, blob.start + at);
    if (count === 0) {
      throw new ImageError('TRUNCATED', `${what}: truncated`);
    }
    at += count;
  }
  return buffer;
}

export function mismatch(what: string, stated: string, found: string): ImageError {
  return new ImageError('DIGEST_MISMATCH', `${what}: wrong digest: ${stated} is stated, its bytes have ${found}`);
}

/**
 * A blob in pieces, read ahead by one. A piece is valid until the next but one is asked for: two buffers take turns.
 */
export async function* piecesOf(blob: Blob, what: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const buffers = [Buffer.allocUnsafeSlow(streamChunkBytes), Buffer.allocUnsafeSlow(streamChunkBytes)] as const;
  let position = 0;
  for (let turn = 0; position < blob.size; turn = 1 - turn) {
    throwIfAborted(signal);
    const buffer = buffers[turn === 0 ? 0 : 1];
    const count = await blob.file.read(buffer, Math.min(buffer.length, blob.size - position), blob.start + position);
    if (count === 0) {
      throw new ImageError('TRUNCATED', `${what}: truncated (the file became shorter while it was read)`);
    }
    position += count;
    yield buffer.subarray(0, count);
  }
}
