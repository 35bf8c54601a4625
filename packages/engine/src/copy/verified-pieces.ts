import { createHash } from 'node:crypto';
import { ImageError } from '../registry/error.ts';

/**
 * Holds pieces against the digest that they must have together. The last one is kept back until they do, so that nobody who counts
 * bytes has all of a wrong blob.
 *
 * @throws ImageError `DIGEST_MISMATCH`
 */
export async function* verifiedPieces(
  pieces: AsyncIterable<Buffer>,
  digest: string,
  what: string,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  for await (const piece of pieces) {
    hash.update(piece);
    if (held !== undefined) yield held;
    held = piece;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (found !== digest)
    throw new ImageError('DIGEST_MISMATCH', `${what}: wrong digest: ${digest} is stated, its bytes have ${found}`);
  if (held !== undefined) yield held;
}
