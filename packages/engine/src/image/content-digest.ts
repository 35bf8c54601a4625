import { createHash } from 'node:crypto';
import { InflateGuard } from './analyse-layer.ts';
import { type Blob, headOf, mismatch, piecesOf } from './blob.ts';
import { throwIfAborted } from './error.ts';
import type { PlannedLayer } from './image-plan.ts';
import { compressionOf, Inflater, refuseForeignCompression } from './inflater.ts';
import { LimitReached } from './layer-problems.ts';
import type { DescribeContext } from './read-layers.ts';
import type { LayerDigests } from './types.ts';

/** Bytes that show how a layer is compressed. */
const headBytes = 8;
/** What one write inflates to is held until it is read: at 1,030:1 these are 33 MiB. */
const pushedAtOnce = 32 * 1024;

type HashContext = Pick<DescribeContext, 'limits' | 'signal' | 'contentDigests'>;

/**
 * The digest of a layer's uncompressed bytes, which lie in a file: all of them are read. A compressed layer that has a digest of
 * its own is known by that from then on, any other by the place where it lies.
 *
 * @returns null where a limit is in the way, or the file was changed meanwhile
 * @throws ImageError `DIGEST_MISMATCH` when the blob is not the one that its manifest or name says
 */
export async function contentOfBlob(
  blob: Blob,
  { blobDigest }: Pick<PlannedLayer, 'blobDigest'>,
  what: string,
  context: HashContext,
): Promise<string | null> {
  const isPlain = compressionOf(headOf(blob, headBytes)) === undefined;
  // a plain layer is walked by position, so that nobody has hashed what lies there
  const id = isPlain || blobDigest === null ? blob.file.key(blob) : blobDigest;
  return known(id, context, async () => {
    const found = await hashed(piecesOf(blob, what, context.signal), blobDigest, what, context);
    return blob.file.unchanged() ? found : null;
  });
}

/** The same of a blob that is pulled, and known by its digest. @throws ImageError */
export function contentOfPulled(
  blob: () => AsyncIterable<Buffer>,
  blobDigest: string,
  what: string,
  context: HashContext,
): Promise<string | null> {
  return known(blobDigest, context, () => hashed(blob(), blobDigest, what, context));
}

async function known(
  id: string,
  { contentDigests }: HashContext,
  find: () => Promise<string | null>,
): Promise<string | null> {
  const kept = contentDigests?.recall(id);
  if (kept !== undefined) return kept;
  const found = await find();
  if (found !== null) contentDigests?.keep(id, found);
  return found;
}

async function hashed(
  pieces: AsyncIterable<Buffer>,
  blobDigest: string | null,
  what: string,
  { limits, signal }: HashContext,
): Promise<string | null> {
  const [stored, content] = [createHash('sha256'), createHash('sha256')];
  const guard = new InflateGuard(limits);
  let read = 0;
  const take = (chunk: Buffer) => {
    guard.count(chunk.length, read);
    content.update(chunk);
  };
  let head = Buffer.alloc(0);
  let inflater: Inflater | null | undefined;
  const push = async (bytes: Buffer) => {
    if (inflater === undefined) {
      refuseForeignCompression(bytes, what);
      const kind = compressionOf(bytes);
      inflater = kind === undefined ? null : new Inflater(kind, take, what, true);
    }
    for (let at = 0; at < bytes.length; at += pushedAtOnce) {
      const part = bytes.subarray(at, at + pushedAtOnce);
      read += part.length;
      stored.update(part);
      if (inflater === null) take(part);
      else await inflater.write(part);
    }
  };
  try {
    for await (const piece of pieces) {
      throwIfAborted(signal);
      if (inflater !== undefined) {
        await push(piece);
        continue;
      }
      head = Buffer.concat([head, piece]);
      if (head.length >= headBytes) await push(head);
    }
    if (inflater === undefined) await push(head);
    await inflater?.end();
  } catch (error) {
    if (error instanceof LimitReached) return null;
    throw error;
  } finally {
    inflater?.destroy();
  }
  throwIfAborted(signal);
  const found = `sha256:${stored.digest('hex')}`;
  if (blobDigest !== null && found !== blobDigest) throw mismatch(what, blobDigest, found);
  return `sha256:${content.digest('hex')}`;
}

/** Asks for each layer's content once. */
export function layerDigests(
  blob: (layer: number) => string | null,
  content: (layer: number) => Promise<string | null>,
): LayerDigests {
  const asked = new Map<number, Promise<string | null>>();
  return {
    blob,
    content(layer) {
      const found = asked.get(layer) ?? content(layer);
      asked.set(layer, found);
      return found;
    },
  };
}
