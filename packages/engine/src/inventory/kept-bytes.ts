import { createHash, type Hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { KeptDraft, KeptFile } from './layer-cache.ts';

const digestBytes = 32;
const lengthBytes = 4;
/** Refuses a text that would inflate beyond this, bytes. */
const maxTextBytes = 1024 * 1024 * 1024;

/**
 * The form in which texts are kept, in pieces that are made as they are asked for: magic, each text compressed by itself
 * with both lengths before it, SHA-256 of key and all between. A layer's texts are never in memory together.
 */
export function sealed(magic: Buffer, key: string, texts: Iterable<string>): Generator<Buffer> {
  return sealedBytes(magic, key, packed(texts));
}

function* sealedBytes(magic: Buffer, key: string, payload: Iterable<Buffer>): Generator<Buffer> {
  const digest = digestFor(key);
  yield magic;
  for (const piece of payload) {
    digest.update(piece);
    yield piece;
  }
  yield digest.digest();
}

/** The same form of a payload that stays as it is, written while it is made. */
export class SealedDraft {
  readonly #draft: KeptDraft;
  readonly #key: string;
  readonly #digest: Hash;
  #bytes = 0;

  constructor(draft: KeptDraft, magic: Buffer, key: string) {
    this.#draft = draft;
    this.#key = key;
    this.#digest = digestFor(key);
    draft.write(magic);
  }

  /** of the payload so far */
  get bytes(): number {
    return this.#bytes;
  }

  write(piece: Uint8Array): void {
    if (!this.#draft.write(piece)) return;
    this.#bytes += piece.length;
    this.#digest.update(piece);
  }

  keep(): void {
    this.#draft.write(this.#digest.digest());
    this.#draft.keep(this.#key);
  }

  drop(): void {
    this.#draft.drop();
  }
}

/** A payload that stays where it is. */
export interface SealedPayload {
  readonly bytes: number;
  /** Fills the target. @throws Error where that much is not there */
  read(target: Uint8Array, position: number): void;
}

const readAtOnce = 128 * 1024;

/** The payload of a file that was kept under `key`; undefined where that is damaged, of another version or another key. */
export function sealedPayload(magic: Buffer, key: string, file: KeptFile): SealedPayload | undefined {
  const end = file.size - digestBytes;
  const bytes = end - magic.length;
  const read = (target: Uint8Array, position: number) => {
    for (let at = 0; at < target.length; ) {
      const count = file.read(target.subarray(at), position + at);
      if (count === 0) throw new Error('what was kept became shorter');
      at += count;
    }
  };
  if (bytes < 0) return undefined;
  const head = Buffer.alloc(magic.length);
  const seal = Buffer.alloc(digestBytes);
  read(head, 0);
  read(seal, end);
  if (!head.equals(magic)) return undefined;
  const digest = digestFor(key);
  const buffer = Buffer.allocUnsafe(Math.min(readAtOnce, bytes));
  for (let at = magic.length; at < end; at += readAtOnce) {
    const piece = buffer.subarray(0, Math.min(readAtOnce, end - at));
    read(piece, at);
    digest.update(piece);
  }
  if (!digest.digest().equals(seal)) return undefined;
  return { bytes, read: (target, position) => read(target, magic.length + position) };
}

/**
 * What was kept under `key`; undefined for bytes that are damaged, of another version or another key. The texts are
 * inflated one by one when they are asked for. What passes its checksum was written by `sealed`, so its shape is trusted.
 */
export function readSealed(magic: Buffer, key: string, bytes: Buffer): (() => Generator<string>) | undefined {
  const end = bytes.length - digestBytes;
  if (end < magic.length || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const payload = bytes.subarray(magic.length, end);
  if (!bytes.subarray(end).equals(digestFor(key).update(payload).digest())) return undefined;
  return () => unpacked(payload);
}

function digestFor(key: string): Hash {
  return createHash('sha256').update(`${key}\n`);
}

function* packed(texts: Iterable<string>): Generator<Buffer> {
  for (const text of texts) {
    const plain = Buffer.from(text);
    // told how much comes, the compressor takes no more memory than that needs
    const frame = zstdCompressSync(plain, { pledgedSrcSize: plain.length, chunkSize: chunkFor(plain.length) });
    const lengths = Buffer.alloc(2 * lengthBytes);
    lengths.writeUInt32LE(frame.length, 0);
    lengths.writeUInt32LE(plain.length, lengthBytes);
    yield lengths;
    yield frame;
  }
}

function* unpacked(payload: Buffer): Generator<string> {
  for (let at = 0; at < payload.length; ) {
    const start = at + 2 * lengthBytes;
    const plain = Math.min(payload.readUInt32LE(at + lengthBytes), maxTextBytes);
    at = start + payload.readUInt32LE(at);
    const options = { chunkSize: chunkFor(plain), maxOutputLength: Math.max(plain, 1) };
    yield zstdDecompressSync(payload.subarray(start, at), options).toString('utf8');
  }
}

/** As one piece, which is not put together of many. */
function chunkFor(bytes: number): number {
  return Math.max(bytes, constants.Z_MIN_CHUNK, 1024);
}
