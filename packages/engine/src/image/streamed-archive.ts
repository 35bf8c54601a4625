import { type AnalysedLayer, collectingVisitor, InflateGuard, PickedBodies, readPending } from './analyse-layer.ts';
import { ArchivePass } from './archive-pass.ts';
import { mismatch } from './blob.ts';
import { ImageError, throwIfAborted } from './error.ts';
import type { ContentReader, ImagePlan, PlannedLayer } from './image-plan.ts';
import { type CompressedKind, Inflater } from './inflater.ts';
import { isKeepable, LimitReached, layerName } from './layer-problems.ts';
import { LayerScan } from './layer-scan.ts';
import type { LayerSink, StreamedMember } from './member-readers.ts';
import type { Members } from './members.ts';
import { finishedImage, type ReadContext } from './read-layers.ts';
import { TarDecoder } from './tar/tar-decoder.ts';
import type { ReadImage, ReadLimits } from './types.ts';

/** An archive that is read from its beginning to its end. */
export interface ArchiveStream {
  /** names it in messages */
  readonly what: string;
  /** how it is compressed as a whole */
  readonly compression: CompressedKind | null;
  /** bytes, as far as known */
  readonly size: number;
  /** of the archive, beyond which it is no image */
  readonly maxBytes?: number;
  /** Opens it, also again: pieces are valid until the next but one is asked for. */
  open(signal: AbortSignal | undefined): AsyncIterable<Buffer>;
}

/**
 * Reads an image from an archive that streams by: one that is compressed as a whole, or the export of an engine. All
 * bytes pass, so all layers are verified. Where hard links lead back to bodies that were passed, it is read once more.
 *
 * @param plan finds the image among the members, once all were seen
 * @throws ImageError
 */
export async function readStreamedArchive<T>(
  stream: ArchiveStream,
  plan: (members: Members) => ImagePlan,
  context: ReadContext<T>,
): Promise<ReadImage<T>> {
  const { limits, signal, analyser } = context;
  const pass = new ArchivePass({
    what: stream.what,
    limits,
    first: true,
    sinkFor: (name) => new LayerScan(analyser.begin(), limits, `${stream.what}: ${name}`),
  });
  await run(stream, pass, limits, signal, (bytesRead) => {
    context.progress?.layer({ index: 0, count: 1, bytesRead, bytesTotal: stream.size, done: false });
  });
  const planned = plan(pass.asMembers());
  context.planned?.(planned.platforms);
  const read = planned.layers.map((layer, index) =>
    verified(pass.members.get(layer.member), layer, layerName(index, planned.layers.length, layer.member)),
  );
  await resolveLinks(stream, new Map(planned.layers.map((layer, index) => [layer.member, read[index]!.sink])), context);
  context.progress?.layer({ index: 0, count: 1, bytesRead: stream.size, bytesTotal: stream.size, done: true });
  const finished = new Map<string, AnalysedLayer<T>>();
  const analysed = read.map((member, index) => {
    const layer = planned.layers[index]!;
    const before = finished.get(layer.member);
    const now = before ?? finishLayer(member, layer, context);
    finished.set(layer.member, now);
    return now;
  });
  const reread = (index: number, paths: ReadonlySet<string>) =>
    rereadMember(stream, planned.layers[index]?.member, paths, context);
  return finishedImage(planned, analysed, context, {
    reread,
    contentOf: contentsOf(stream, context),
    close: async () => {},
  });
}

/** Manifests and configs of an archive that streams by; its layers are passed over. */
export async function streamedMembers(
  stream: ArchiveStream,
  { limits, signal }: Pick<ReadContext<unknown>, 'limits' | 'signal'>,
): Promise<Members> {
  const pass = new ArchivePass<LayerSink>({ what: stream.what, limits, first: true, sinkFor: () => null });
  await run(stream, pass, limits, signal, () => {});
  return pass.asMembers();
}

/** Finds the digests of what the members that are layers hold, of all of them in one more pass once one is asked for. */
export function contentsOf(
  stream: ArchiveStream,
  { limits, signal }: Pick<ReadContext<unknown>, 'limits' | 'signal'>,
): ContentReader {
  let read: Promise<ReadonlyMap<string, StreamedMember<LayerSink>>> | undefined;
  const all = async () => {
    const pass = new ArchivePass<LayerSink>({
      what: stream.what,
      limits,
      first: true,
      contents: true,
      sinkFor: (name) => ({ decoder: new TarDecoder(nobody, `${stream.what}: ${name}`) }),
    });
    await run(stream, pass, limits, signal, () => {});
    return pass.members;
  };
  return async ({ member }) => {
    read ??= all();
    const found = (await read).get(member);
    return found === undefined || found.cut !== null || found.error !== null ? null : found.contentDigest;
  };
}

/** Wants nothing of a layer. */
const nobody = { entry: () => false, data() {}, end() {} };

/** @throws ImageError when the member is no layer, or not the one that the manifest means */
function verified<S extends LayerSink>(
  member: StreamedMember<S> | undefined,
  layer: PlannedLayer,
  what: string,
): StreamedMember<S> {
  if (member === undefined) {
    throw new ImageError('CORRUPT', `${what}: neither a tar nor compressed with gzip or zstd`);
  }
  if (member.error !== null) {
    throw member.error;
  }
  if (member.cut === null) {
    const stated = verifiedId(member, layer);
    const found = member.blobDigest ?? member.contentDigest;
    if (found !== stated) {
      throw mismatch(what, stated, found ?? 'none');
    }
  }
  return member;
}

/** What the bytes that were hashed are compared with. */
function verifiedId<S extends LayerSink>(member: StreamedMember<S>, layer: PlannedLayer): string {
  if (member.contentDigest === null) {
    return layer.blobDigest ?? layer.diffId;
  }
  // of a plain layer blob and content are the same; where a manifest names the blob, that counts
  return member.blobDigest === null ? layer.diffId : (layer.digest ?? layer.diffId);
}

function finishLayer<T>(
  member: StreamedMember<LayerScan<T>>,
  layer: PlannedLayer,
  context: ReadContext<T>,
): AnalysedLayer<T> {
  const { sink, cut } = member;
  if (cut !== null) {
    sink.problem('limit-reached', `${cut.message}; the rest of the layer was not read`);
  }
  const { analysis, problems } = sink.finish();
  if (cut === null && isKeepable(problems)) {
    context.analyser.keep({ id: verifiedId(member, layer), verified: true }, analysis);
  }
  return cut === null
    ? { analysis, verified: true, blob: member.blobDigest, content: member.contentDigest }
    : { analysis, verified: false };
}

/** Reads the bodies that hard links wait for, of all layers in one more pass. */
async function resolveLinks<T, U>(
  stream: ArchiveStream,
  scans: ReadonlyMap<string, LayerScan<U>>,
  context: ReadContext<T>,
): Promise<void> {
  const waiting = new Map([...scans].filter(([, scan]) => scan.pending.length > 0));
  if (waiting.size === 0) {
    return;
  }
  const pass = new ArchivePass({
    what: stream.what,
    limits: context.limits,
    first: false,
    sinkFor: (name) => {
      const scan = waiting.get(name);
      return scan === undefined ? null : new PickedBodies(scan.pending, `${stream.what}: ${name}`);
    },
  });
  await run(stream, pass, context.limits, context.signal, () => {});
  for (const [name, scan] of waiting) {
    readPending(scan, pass.members.get(name)?.sink.byOffset ?? new Map());
  }
}

async function rereadMember<T>(
  stream: ArchiveStream,
  member: string | undefined,
  paths: ReadonlySet<string>,
  context: ReadContext<T>,
): Promise<ReadonlyMap<string, Buffer>> {
  if (member === undefined || paths.size === 0) {
    return new Map();
  }
  const { limits, signal } = context;
  const pass = new ArchivePass({
    what: stream.what,
    limits,
    first: false,
    sinkFor: (name) =>
      name === member ? new LayerScan(collectingVisitor(paths), limits, `${stream.what}: ${name}`) : null,
  });
  await run(stream, pass, limits, signal, () => {});
  const scan = pass.members.get(member)?.sink;
  if (scan === undefined) {
    return new Map();
  }
  await resolveLinks(stream, new Map([[member, scan]]), context);
  return scan.finish().analysis;
}

/** What one write inflates to is held until it is read: at 1,030:1 these are 33 MiB. */
const pushedAtOnce = 32 * 1024;

/** Streams the whole archive through a pass. */
async function run<S extends LayerSink>(
  stream: ArchiveStream,
  pass: ArchivePass<S>,
  limits: ReadLimits,
  signal: AbortSignal | undefined,
  onRead: (bytes: number) => void,
): Promise<void> {
  const { decoder } = pass;
  // only the ratio bounds the archive as a whole; each layer has its own limit
  const guard = new InflateGuard({ ...limits, maxLayerBytes: Number.POSITIVE_INFINITY });
  let read = 0;
  const { compression } = stream;
  const inflater =
    compression === null
      ? null
      : new Inflater(
          compression,
          (chunk) => {
            guard.count(chunk.length, read);
            decoder.push(chunk);
          },
          stream.what,
        );
  try {
    for await (const piece of stream.open(signal)) {
      for (let at = 0; at < piece.length; at += pushedAtOnce) {
        const part = piece.subarray(at, at + pushedAtOnce);
        read += part.length;
        if (inflater === null) {
          decoder.push(part);
        } else {
          await inflater.write(part);
        }
        await pass.drain();
      }
      onRead(read);
      throwIfAborted(signal);
      if (read > (stream.maxBytes ?? read)) {
        throw new ImageError('TOO_LARGE', `${stream.what}: more than ${stream.maxBytes} bytes`);
      }
      // what follows the end mark is no part of it, and need not end
      if (inflater === null && decoder.done) {
        break;
      }
    }
    await inflater?.end();
    await pass.drain();
    decoder.finish();
  } catch (error) {
    if (error instanceof LimitReached) {
      throw new ImageError('TOO_LARGE', `${stream.what}: ${error.message.replace('the layer', 'the archive')}`);
    }
    throw error;
  } finally {
    inflater?.destroy();
  }
}
