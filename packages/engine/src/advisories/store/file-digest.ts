import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';

const hashChunk = 256 * 1024;

/** `sha256:…` of an open file. */
export function digestOf(fd: number): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(hashChunk);
  for (let at = 0; ; ) {
    const read = readSync(fd, buffer, 0, hashChunk, at);
    if (read === 0) break;
    hash.update(buffer.subarray(0, read));
    at += read;
  }
  return `sha256:${hash.digest('hex')}`;
}
