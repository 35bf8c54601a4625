import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const digestBytes = 32;
/** Refuses what would inflate beyond this, bytes. */
const maxTextBytes = 1024 * 1024 * 1024;

/** The form in which text is kept: magic, SHA-256 of key and payload, zstd-compressed text. */
export function sealed(magic: Buffer, key: string, text: string): Buffer {
  return sealedBytes(magic, key, zstdCompressSync(text));
}

/** The same of a payload that stays as it is. */
export function sealedBytes(magic: Buffer, key: string, payload: Buffer): Buffer {
  return Buffer.concat([magic, digestOf(key, payload), payload]);
}

/**
 * What was kept under `key`; undefined for bytes that are damaged, of another version or another key. The text is
 * inflated when it is asked for. What passes its checksum was written by `sealed`, so its shape is trusted.
 */
export function readSealed(magic: Buffer, key: string, bytes: Buffer): (() => string) | undefined {
  const payload = readSealedBytes(magic, key, bytes);
  return payload && (() => zstdDecompressSync(payload, { maxOutputLength: maxTextBytes }).toString('utf8'));
}

/** The payload that was kept under `key`; undefined for bytes that are damaged, of another version or another key. */
export function readSealedBytes(magic: Buffer, key: string, bytes: Buffer): Buffer | undefined {
  const start = magic.length + digestBytes;
  const payload = bytes.subarray(start);
  if (!bytes.subarray(0, magic.length).equals(magic)) return undefined;
  return bytes.subarray(magic.length, start).equals(digestOf(key, payload)) ? payload : undefined;
}

function digestOf(key: string, payload: Buffer): Buffer {
  return createHash('sha256').update(`${key}\n`).update(payload).digest();
}
