import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { digestBytes, sealFor } from './sealed-payload.ts';

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
  const digest = sealFor(key);
  yield magic;
  for (const piece of payload) {
    digest.update(piece);
    yield piece;
  }
  yield digest.digest();
}

/**
 * What was kept under `key`; undefined for bytes that are damaged, of another version or another key. The texts are
 * inflated one by one when they are asked for. What passes its checksum was written by `sealed`, so its shape is trusted.
 */
export function readSealed(magic: Buffer, key: string, bytes: Buffer): (() => Generator<string>) | undefined {
  const end = bytes.length - digestBytes;
  if (end < magic.length || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const payload = bytes.subarray(magic.length, end);
  if (!bytes.subarray(end).equals(sealFor(key).update(payload).digest())) return undefined;
  return () => unpacked(payload);
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
