import type { ImageError } from '../error.ts';
import { unusable } from './unusable.ts';

/** Longest line that is held, bytes: bytes behind the end of a layer come in pieces of a mebibyte and more. */
const maxLineBytes = 8 * 1024 * 1024;

/** A file whose bytes are left out: they lie in the layer's folder. */
export interface SplitFile {
  /** as in its tar header */
  readonly name: Buffer;
  /** bytes */
  readonly size: number;
  /** CRC-64 (ISO 3309), big-endian; null for an empty file */
  readonly checksum: Buffer | null;
}

export interface SplitHandler {
  /** Bytes of the tar that are no file's content. Valid until the next call. */
  segment(bytes: Buffer): void;
  /** The bytes of this file follow. Called for every entry of the tar, also for those without bytes. */
  file(file: SplitFile): void;
}

const newline = 0x0a;
const quote = 0x22;
const segmentStart = Buffer.from('{"type":2,"payload":"');

/**
 * Decodes what the engines keep of the tar of a layer: a line of JSON for each stretch of headers and padding and for
 * each file, in the order of the tar.
 *
 * @see https://github.com/vbatts/tar-split/blob/main/tar/storage/entry.go
 */
export class TarSplitDecoder {
  readonly #handler: SplitHandler;
  #rest = Buffer.alloc(0);
  #scratch = Buffer.allocUnsafe(64 * 1024);

  constructor(handler: SplitHandler) {
    this.#handler = handler;
  }

  /** @throws ImageError `UNREADABLE` for what is no such line; whatever the handler throws */
  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      if (this.#rest.length === 0) {
        this.#line(chunk, start, end);
      } else {
        const line = Buffer.concat([this.#rest, chunk.subarray(start, end)]);
        this.#rest = Buffer.alloc(0);
        this.#line(line, 0, line.length);
      }
      start = end + 1;
    }
    if (this.#rest.length + chunk.length - start > maxLineBytes) {
      throw unusable('the list of its files has a line that is too long');
    }
    if (start < chunk.length) {
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(start)]);
    }
  }

  end(): void {
    if (this.#rest.length > 0) {
      this.#line(this.#rest, 0, this.#rest.length);
    }
  }

  #line(bytes: Buffer, start: number, end: number): void {
    const from = start + segmentStart.length;
    // nearly all bytes are in lines of this form
    if (from < end && segmentStart.compare(bytes, start, from) === 0) {
      const to = bytes.indexOf(quote, from);
      if (to >= 0 && to < end) {
        this.#handler.segment(this.#decoded(bytes, from, to));
        return;
      }
    }
    this.#other(bytes.toString('utf8', start, end));
  }

  #decoded(line: Buffer, start: number, end: number): Buffer {
    if (end - start > this.#scratch.length) {
      this.#scratch = Buffer.allocUnsafe(end - start);
    }
    const bytes = this.#scratch.write(line.toString('latin1', start, end), 'base64');
    // Node passes over what is no base64
    if (bytes !== base64Bytes(line, start, end)) {
      throw damaged();
    }
    return this.#scratch.subarray(0, bytes);
  }

  #other(line: string): void {
    const { type, name, name_raw, size, payload } = parsed(line);
    if (type === 2 && (payload === null || payload === undefined)) {
      return;
    }
    if (type !== 1) {
      throw damaged();
    }
    const raw = typeof name_raw === 'string' ? Buffer.from(name_raw, 'base64') : null;
    const bytes = size ?? 0;
    if ((raw === null && typeof name !== 'string') || !Number.isSafeInteger(bytes) || (bytes as number) < 0) {
      throw damaged();
    }
    this.#handler.file({
      name: raw ?? Buffer.from(name as string),
      size: bytes as number,
      checksum: typeof payload === 'string' ? Buffer.from(payload, 'base64') : null,
    });
  }
}

function base64Bytes(line: Buffer, start: number, end: number): number {
  const padding = end - start < 2 ? 0 : line[end - 1] !== 0x3d ? 0 : line[end - 2] !== 0x3d ? 1 : 2;
  return ((end - start) / 4) * 3 - padding;
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw error;
    }
  }
  throw damaged();
}

function damaged(): ImageError {
  return unusable('the list of its files is damaged');
}
