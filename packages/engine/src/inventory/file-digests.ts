import { createHash, getHashes, hash } from 'node:crypto';
import { ImageError } from '../image/error.ts';
import type { FileParts } from '../image/types.ts';
import type { FileDigests } from './cataloger.ts';

const canDigest = getHashes().includes('md5') && getHashes().includes('sha1');

/** Null where the runtime refuses these algorithms (FIPS): then a shipped file is taken for unchanged. */
export function digestsOf(body: Buffer): FileDigests | null {
  return canDigest ? { md5: hash('md5', body), sha1: hash('sha1', body), sha256: hash('sha256', body) } : null;
}

/** The same of a file that can still be read: few are asked for, and of those one digest. They are no part of its JSON. */
export function digestsLater(path: string, parts: FileParts): FileDigests | null {
  return canDigest ? new LaterDigests(path, parts) : null;
}

/** All of them, made now. */
export function digestsOfParts(path: string, parts: FileParts): FileDigests | null {
  if (!canDigest) return null;
  const [md5, sha1, sha256] = digestParts(path, parts, 'md5', 'sha1', 'sha256') as [string, string, string];
  return { md5, sha1, sha256 };
}

const digestedAtOnce = 128 * 1024;
const digested = Buffer.allocUnsafeSlow(digestedAtOnce);

class LaterDigests implements FileDigests {
  readonly #path: string;
  readonly #parts: FileParts;
  /** asked for once for each of the packages that the file proves */
  #last: { readonly algorithm: keyof FileDigests; readonly digest: string } | null = null;

  constructor(path: string, parts: FileParts) {
    this.#path = path;
    this.#parts = parts;
  }

  get md5(): string {
    return this.#digest('md5');
  }

  get sha1(): string {
    return this.#digest('sha1');
  }

  get sha256(): string {
    return this.#digest('sha256');
  }

  #digest(algorithm: keyof FileDigests): string {
    if (this.#last?.algorithm !== algorithm) {
      this.#last = { algorithm, digest: digestParts(this.#path, this.#parts, algorithm)[0]! };
    }
    return this.#last.digest;
  }
}

/** @throws ImageError `TRUNCATED` */
function digestParts(path: string, parts: FileParts, ...algorithms: readonly (keyof FileDigests)[]): readonly string[] {
  const digests = algorithms.map((algorithm) => createHash(algorithm));
  for (let at = 0; at < parts.size; at += digestedAtOnce) {
    const chunk = digested.subarray(0, Math.min(digestedAtOnce, parts.size - at));
    if (parts.readInto?.(chunk, at) !== true) {
      throw new ImageError('TRUNCATED', `${path}: truncated (the file became shorter while it was read)`);
    }
    for (const digest of digests) digest.update(chunk);
  }
  return digests.map((digest) => digest.digest('hex'));
}
