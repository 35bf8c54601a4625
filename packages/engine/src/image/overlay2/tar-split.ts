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
  checksum(): Buffer | null;
}

export interface SplitHandler {
  /** The first `length` bytes are of the tar and no file's content. Valid until the next but one call of this kind. */
  segment(bytes: Buffer, length: number): void;
  /** The bytes of this file follow. Called for every entry of the tar, also for those without bytes. Valid during the call. */
  file(file: SplitFile): void;
}

const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;
const padding = 0x3d;
const segmentStart = Buffer.from('{"type":2,"payload":"');
const fileStart = Buffer.from('{"type":1,"name":"');
const sizeStart = Buffer.from(',"size":');
const payloadStart = Buffer.from(',"payload":');
const positionStart = Buffer.from(',"position":');
const noPayload = Buffer.from('null');
const noBytes = Buffer.alloc(0);
const lineEnd = Buffer.from([newline]);

/**
 * Decodes what the engines keep of the tar of a layer: a line of JSON for each stretch of headers and padding and for
 * each file, in the order of the tar. A layer has some hundred thousand, so a line as Go writes it makes neither text nor
 * objects.
 *
 * @see https://github.com/vbatts/tar-split/blob/main/tar/storage/entry.go
 */
export class TarSplitDecoder {
  readonly #handler: SplitHandler;
  /** of a line whose end has not come */
  #rest: Buffer = noBytes;
  /** they take turns */
  #scratch = Buffer.allocUnsafe(64 * 1024);
  #other = Buffer.allocUnsafe(64 * 1024);
  readonly #file = new FileOfLine();

  constructor(handler: SplitHandler) {
    this.#handler = handler;
  }

  /** @throws ImageError `UNREADABLE` for what is no such line; whatever the handler throws */
  push(chunk: Buffer): void {
    let start = 0;
    if (this.#rest.length > 0) {
      start = chunk.indexOf(newline) + 1;
      if (start > 0) {
        const line = this.#joined(chunk.subarray(0, start));
        this.#rest = noBytes;
        this.#lines(line, 0, line.length);
      }
    }
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > start) this.#lines(chunk, start, end);
    if (end < chunk.length) this.#rest = this.#joined(chunk.subarray(end));
  }

  end(): void {
    if (this.#rest.length > 0) this.push(lineEnd);
  }

  #joined(more: Buffer): Buffer {
    if (this.#rest.length + more.length > maxLineBytes) {
      throw unusable('the list of its files has a line that is too long');
    }
    return Buffer.concat([this.#rest, more]);
  }

  /** Whole lines, the last with its line break. */
  #lines(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end; ) {
      // nearly all lines are of one of these two forms
      let next = begins(bytes, at, segmentStart) ? this.#segment(bytes, at) : this.#passFile(bytes, at);
      if (next < 0) {
        next = bytes.indexOf(newline, at) + 1;
        this.#parsed(bytes.toString('utf8', at, next - 1));
      }
      at = next;
    }
  }

  /** Returns where the next line begins. */
  #segment(bytes: Buffer, line: number): number {
    const from = line + segmentStart.length;
    const to = bytes.indexOf(quote, from);
    if (to < 0) throw damaged();
    const scratch = this.#other;
    this.#other = this.#scratch;
    this.#scratch = scratch;
    if (to - from > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(to - from);
    const length = this.#scratch.write(bytes.toString('latin1', from, to), 'base64');
    // Node passes over what is no base64
    if (length !== base64Bytes(bytes, from, to)) throw damaged();
    this.#handler.segment(this.#scratch, length);
    const next = passEnd(bytes, to + 1);
    return next < 0 ? bytes.indexOf(newline, to) + 1 : next;
  }

  /** A file as Go writes it, with nothing escaped in its name. -1: it is another line. */
  #passFile(bytes: Buffer, line: number): number {
    if (!begins(bytes, line, fileStart)) return -1;
    const file = this.#file;
    file.bytes = bytes;
    file.nameStart = line + fileStart.length;
    file.nameEnd = passText(bytes, file.nameStart);
    if (file.nameEnd < 0) return -1;
    let at = file.nameEnd + 1;
    file.size = 0;
    if (begins(bytes, at, sizeStart)) {
      const from = at + sizeStart.length;
      at = passNumber(bytes, from);
      if (at < 0) return -1;
      for (let digit = from; digit < at; digit += 1) file.size = 10 * file.size + bytes[digit]! - 0x30;
    }
    if (!begins(bytes, at, payloadStart)) return -1;
    at += payloadStart.length;
    file.sumStart = at + 1;
    file.sumEnd = at + 1;
    if (begins(bytes, at, noPayload)) {
      at += noPayload.length;
    } else {
      file.sumEnd = bytes[at] === quote ? passText(bytes, at + 1) : -1;
      if (file.sumEnd < 0) return -1;
      at = file.sumEnd + 1;
    }
    const next = passEnd(bytes, at);
    if (next >= 0) this.#handler.file(file);
    return next;
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

/** One after the other. */
class FileOfLine implements SplitFile {
  bytes: Buffer = noBytes;
  nameStart = 0;
  nameEnd = 0;
  size = 0;
  sumStart = 0;
  sumEnd = 0;

  get name(): Buffer {
    return this.bytes.subarray(this.nameStart, this.nameEnd);
  }

  checksum(): Buffer | null {
    const { sumStart, sumEnd } = this;
    return sumStart === sumEnd ? null : Buffer.from(this.bytes.toString('latin1', sumStart, sumEnd), 'base64');
  }
}

function begins(bytes: Buffer, at: number, what: Buffer): boolean {
  for (let index = 0; index < what.length; index += 1) {
    if (bytes[at + index] !== what[index]) return false;
  }
  return true;
}

/** Where a text without escapes ends; -1: it is none. */
function passText(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (byte === quote) return at;
    if (byte === backslash || byte < 0x20) return -1;
  }
  return -1;
}

/** Where a number ends; -1: there is none, or one of more than 15 digits. */
function passNumber(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at += 1;
  return at === start || at - start > 15 ? -1 : at;
}

/** Behind the line break of a line that ends as all do; -1: it does not. */
function passEnd(bytes: Buffer, start: number): number {
  if (!begins(bytes, start, positionStart)) return -1;
  const at = passNumber(bytes, start + positionStart.length);
  return at >= 0 && bytes[at] === closingBrace && bytes[at + 1] === newline ? at + 2 : -1;
}

function base64Bytes(line: Buffer, start: number, end: number): number {
  const padded = end - start < 2 ? 0 : line[end - 1] !== padding ? 0 : line[end - 2] !== padding ? 1 : 2;
  return ((end - start) / 4) * 3 - padded;
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
