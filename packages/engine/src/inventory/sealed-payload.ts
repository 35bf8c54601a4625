import { createHash, type Hash } from 'node:crypto';
import type { KeptDraft, KeptFile } from './layer-cache.ts';

export const digestBytes = 32;

/** What tells whether a payload is whole and of this key. */
export function sealFor(key: string): Hash {
  return createHash('sha256').update(`${key}\n`);
}

/** A payload as it is, written while it is made: magic, payload, SHA-256 of key and payload. */
export class SealedDraft {
  readonly #draft: KeptDraft;
  readonly #key: string;
  readonly #digest: Hash;
  #bytes = 0;

  constructor(draft: KeptDraft, magic: Buffer, key: string) {
    this.#draft = draft;
    this.#key = key;
    this.#digest = sealFor(key);
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
  const digest = sealFor(key);
  const buffer = Buffer.allocUnsafe(Math.min(readAtOnce, bytes));
  for (let at = magic.length; at < end; at += readAtOnce) {
    const piece = buffer.subarray(0, Math.min(readAtOnce, end - at));
    read(piece, at);
    digest.update(piece);
  }
  if (!digest.digest().equals(seal)) return undefined;
  return { bytes, read: (target, position) => read(target, magic.length + position) };
}

/** The same form of a short text. */
export function sealedText(magic: Buffer, key: string, text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([magic, payload, sealFor(key).update(payload).digest()]);
}

/** The text that was kept under `key`; undefined for bytes that are damaged, of another version or another key. */
export function readSealedText(magic: Buffer, key: string, bytes: Buffer): string | undefined {
  const end = bytes.length - digestBytes;
  if (end < magic.length || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const payload = bytes.subarray(magic.length, end);
  return bytes.subarray(end).equals(sealFor(key).update(payload).digest()) ? payload.toString('utf8') : undefined;
}
