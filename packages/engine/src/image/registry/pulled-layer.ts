import type { RegistryClient } from '../../registry/registry-client.ts';
import { type AnalysedLayer, type LayerContext, PickedBodies, readPending } from '../analyse-layer.ts';
import { mismatch } from '../blob.ts';
import { contentOfPulled } from '../content-digest.ts';
import { ImageError, throwIfAborted } from '../error.ts';
import type { PlannedLayer } from '../image-plan.ts';
import { compressionOf, refuseForeignCompression } from '../inflater.ts';
import { isKeepable } from '../layer-problems.ts';
import { LayerScan } from '../layer-scan.ts';
import {
  compressedReader,
  type LayerSink,
  type MemberReader,
  plainReader,
  type StreamedMember,
} from '../member-readers.ts';
import type { DescribeContext } from '../read-layers.ts';

/** Bytes that show how a layer is compressed. */
const headBytes = 8;
/** What one write inflates to is held until it is read: at 1,030:1 these are 33 MiB. */
const pushedAtOnce = 32 * 1024;

/**
 * Analyses a layer while it is pulled; a layer whose analysis was kept under its digest is not asked for. Where hard links
 * lead back to bodies that were passed, it is pulled once more.
 *
 * @throws ImageError
 */
export async function analysePulled<T>(
  client: RegistryClient,
  layer: PlannedLayer,
  what: string,
  context: LayerContext<T>,
): Promise<AnalysedLayer<T>> {
  const { analyser, limits } = context;
  const key = { id: layer.blobDigest!, verified: true };
  const kept = analyser.recall(key);
  if (kept !== undefined) {
    return { analysis: kept, verified: true, blob: key.id };
  }
  const scan = new LayerScan(analyser.begin(), limits, what);
  const { cut, blobDigest, contentDigest } = await pull(client, layer, what, scan, context);
  if (cut !== null) {
    scan.problem('limit-reached', `${cut.message}; the rest of the layer was not read`);
  }
  if (scan.pending.length > 0) {
    const bodies = new PickedBodies(scan.pending, what);
    await pull(client, layer, what, bodies, { ...context, onRead: () => {} });
    readPending(scan, bodies.byOffset);
  }
  const { analysis, problems } = scan.finish();
  if (cut === null && isKeepable(problems)) {
    analyser.keep(key, analysis);
  }
  return cut === null
    ? { analysis, verified: true, blob: blobDigest, content: contentDigest }
    : { analysis, verified: false };
}

/** The digest of the uncompressed bytes of a layer, which is pulled for it. @throws ImageError */
export function contentOfLayer(
  client: RegistryClient,
  layer: PlannedLayer,
  what: string,
  context: DescribeContext,
): Promise<string | null> {
  return contentOfPulled(() => blobOf(client, layer, what, context.signal), layer.blobDigest!, what, context);
}

/** Streams a layer into a sink, and checks its digest. */
async function pull<S extends LayerSink>(
  client: RegistryClient,
  layer: PlannedLayer,
  what: string,
  sink: S,
  context: Pick<LayerContext<unknown>, 'limits' | 'signal' | 'onRead'>,
): Promise<StreamedMember<S>> {
  const { signal, onRead } = context;
  const digest = layer.blobDigest!;
  let member: StreamedMember<S> | null = null;
  const done = (finished: StreamedMember<S>) => {
    member = finished;
  };
  let reader: MemberReader | null = null;
  let head = Buffer.alloc(0);
  let read = 0;
  const push = async (bytes: Buffer) => {
    reader ??= readerFor(head, what, sink, context, done);
    for (let at = 0; at < bytes.length; at += pushedAtOnce) {
      await reader.push(bytes.subarray(at, at + pushedAtOnce));
    }
  };
  for await (const piece of blobOf(client, layer, what, signal)) {
    read += piece.length;
    if (reader === null && head.length + piece.length < headBytes && read < layer.size) {
      head = Buffer.concat([head, piece]);
      continue;
    }
    if (reader === null) {
      head = Buffer.concat([head, piece]);
      await push(head);
    } else {
      await push(piece);
    }
    onRead(read);
    throwIfAborted(signal);
  }
  await push(Buffer.alloc(0));
  await reader!.end();
  const finished: StreamedMember<S> = member!;
  if (finished.cut === null && finished.blobDigest !== digest) {
    throw mismatch(what, digest, finished.blobDigest ?? 'none');
  }
  if (finished.error !== null) {
    throw finished.error;
  }
  return finished;
}

/** The URLs that a manifest names for layers of which registries have no copy are not asked: anybody could have written them. */
async function* blobOf(
  client: RegistryClient,
  layer: PlannedLayer,
  what: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  try {
    yield* client.blob(layer.blobDigest!, layer.size, what, signal);
  } catch (error) {
    if (error instanceof ImageError && error.code === 'MISSING_BLOB' && notDistributed.test(layer.mediaType)) {
      const message = `${what}: the registry has no copy of it (${layer.mediaType}), and no other place is asked`;
      throw new ImageError('MISSING_BLOB', message, { cause: error });
    }
    throw error;
  }
}

const notDistributed = /\.(?:foreign|nondistributable)\./;

function readerFor<S extends LayerSink>(
  head: Buffer,
  what: string,
  sink: S,
  { limits }: Pick<LayerContext<unknown>, 'limits'>,
  done: (member: StreamedMember<S>) => void,
): MemberReader {
  const kind = compressionOf(head);
  refuseForeignCompression(head, what);
  const options = { name: what, limits, hashed: true };
  return kind === undefined
    ? plainReader(sink, options, done)
    : compressedReader(sink, kind, { ...options, byBlob: true }, done);
}
