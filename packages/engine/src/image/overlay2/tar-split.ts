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
  readonly checksum: () => Buffer | null;
}

export interface SplitHandler {
  /** Bytes of the tar that are no file's content. Valid until the next but one call of this kind. */
  segment(bytes: Buffer): void;
  /** The bytes of this file follow. Called for every entry of the tar, also for those without bytes. Valid during the call. */
  file(file: SplitFile): void;
}

const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const segmentStart = Buffer.from('{"type":2,"payload":"');
const fileStart = Buffer.from('{"type":1,"name":"');
const sizeStart = Buffer.from(',"size":');
const payloadStart = Buffer.from(',"payload":');
const positionStart = Buffer.from(',"position":');
const noPayload = Buffer.from('null');

/**
 * Decodes what the engines keep of the tar of a layer: a line of JSON for each stretch of headers and padding and for
 * each file, in the order of the tar.
 *
 * @see https://github.com/vbatts/tar-split/blob/main/tar/storage/entry.go
 */
export class TarSplitDecoder {
  readonly #handler: SplitHandler;
  #rest = Buffer.alloc(0);
  /** they take turns */
  #scratch = Buffer.allocUnsafe(64 * 1024);
  #other = Buffer.allocUnsafe(64 * 1024);

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
    // nearly all lines are of this form, or of the one that `#file` takes
    if (from < end && segmentStart.compare(bytes, start, from) === 0) {
      const to = bytes.indexOf(quote, from);
      if (to >= 0 && to < end) {
        this.#handler.segment(this.#decoded(bytes, from, to));
        return;
      }
    }
    if (!this.#file(bytes, start, end)) this.#parsed(bytes.toString('utf8', start, end));
  }

  /** A file as Go writes it, with nothing escaped in its name. False: it is another line. */
  #file(bytes: Buffer, start: number, end: number): boolean {
    const line = new LineReader(bytes, start, end);
    if (!line.passes(fileStart)) return false;
    const from = line.at;
    const to = line.text();
    if (to < 0) return false;
    const size = line.passes(sizeStart) ? line.number() : 0;
    if (size < 0 || !line.passes(payloadStart)) return false;
    const sumFrom = line.at + 1;
    const sumTo = line.passes(noPayload) ? sumFrom : line.passesByte(quote) ? line.text() : -1;
    if (sumTo < 0 || !line.passes(positionStart) || line.number() < 0 || line.at !== end - 1) return false;
    if (bytes[line.at] !== 0x7d) return false;
    this.#handler.file({
      name: bytes.subarray(from, to),
      size,
      checksum: () => (sumTo === sumFrom ? null : Buffer.from(bytes.toString('latin1', sumFrom, sumTo), 'base64')),
    });
    return true;
  }

  #decoded(line: Buffer, start: number, end: number): Buffer {
    const scratch = this.#other;
    this.#other = this.#scratch;
    this.#scratch = scratch;
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

  #parsed(line: string): void {
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
      checksum: () => (typeof payload === 'string' ? Buffer.from(payload, 'base64') : null),
    });
  }
}

/** Walks along one line of JSON. */
class LineReader {
  at: number;
  readonly #bytes: Buffer;
  readonly #end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  passes(what: Buffer): boolean {
    if (this.at + what.length > this.#end) return false;
    for (let index = 0; index < what.length; index += 1) {
      if (this.#bytes[this.at + index] !== what[index]) return false;
    }
    this.at += what.length;
    return true;
  }

  passesByte(what: number): boolean {
    if (this.at >= this.#end || this.#bytes[this.at] !== what) return false;
    this.at += 1;
    return true;
  }

  /** Where a text without escapes ends, whose closing quote is passed; -1: it is none. */
  text(): number {
    for (let at = this.at; at < this.#end; at += 1) {
      const byte = this.#bytes[at]!;
      if (byte === quote) {
        this.at = at + 1;
        return at;
      }
      if (byte === backslash || byte < 0x20) return -1;
    }
    return -1;
  }

  /** -1: there is none, or one of more than 15 digits */
  number(): number {
    const start = this.at;
    let value = 0;
    for (; this.at < this.#end && this.at - start < 16; this.at += 1) {
      const digit = this.#bytes[this.at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = 10 * value + digit;
    }
    const digits = this.at - start;
    return digits === 0 || digits > 15 ? -1 : value;
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
