import { availableParallelism } from 'node:os';
import {
  type AnalysedLayer,
  analyseBlob,
  collectingVisitor,
  type LayerContext,
  onceAnalyser,
} from './analyse-layer.ts';
import type { Blob } from './blob.ts';
import { instructions } from './config.ts';
import { contentOfBlob, layerDigests } from './content-digest.ts';
import { asImageError, ImageError, throwIfAborted } from './error.ts';
import { type ContentReader, type ImagePlan, type PlannedLayer, plannedName } from './image-plan.ts';
import { maxLayersAtOnce } from './limits.ts';
import { dropSpare } from './spare-body.ts';
import type { DescribeOptions, LayerDescriptor, ReadImage, ReadLimits, ReadOptions } from './types.ts';

/** What reading an image needs, with the defaults filled in. */
export interface ReadContext<T> extends ReadOptions<T> {
  readonly limits: ReadLimits;
  /** as the user wrote it */
  readonly reference: string;
}

/** What describing an image needs, with the defaults filled in. */
export type DescribeContext = DescribeOptions & Pick<ReadContext<unknown>, 'limits' | 'reference'>;

/**
 * Reads the layers of an image whose blobs lie in files, several at once.
 *
 * @param blobOf the blob of a layer; files that it opens are closed by `close`
 */
export function readPlannedImage<T>(
  plan: ImagePlan,
  blobOf: (layer: PlannedLayer) => Blob,
  context: ReadContext<T>,
  close: () => void,
): Promise<ReadImage<T>> {
  const reader: LayerReader = {
    analyse: (layer, what, job) => analyseBlob(blobOf(layer), layer, what, job),
    contentOf: (layer, what) => contentOfBlob(blobOf(layer), layer, what, context),
  };
  return readPlannedLayers(plan, reader, context, close);
}

/** Reads one layer from wherever it is; `what` names it in messages. */
export interface LayerReader {
  analyse<U>(layer: PlannedLayer, what: string, job: LayerContext<U>): Promise<AnalysedLayer<U>>;
  readonly contentOf: ContentReader;
}

/** Reads the layers of an image, so many at once. `member` tells them apart. */
export async function readPlannedLayers<T>(
  plan: ImagePlan,
  reader: LayerReader,
  context: ReadContext<T>,
  close: () => void | Promise<void>,
  atOnce = Math.min(maxLayersAtOnce, availableParallelism()),
): Promise<ReadImage<T>> {
  context.planned?.(plan.platforms);
  const names = plan.layers.map((_, index) => plannedName(plan, index));
  const analyse = (index: number, signal: AbortSignal | undefined) => {
    const planned = plan.layers[index]!;
    return reader.analyse(planned, names[index]!, {
      analyser: context.analyser,
      limits: context.limits,
      signal,
      onRead: progressOf(plan, index, context),
    });
  };
  // a blob that stands for several layers (an empty one) is read once
  const first = plan.layers.map((layer) => plan.layers.findIndex((other) => other.member === layer.member));
  const distinct = [...new Set(first)];
  const read = await inParallel(distinct.length, atOnce, context.signal, async (at, signal) => {
    const layer = await analyse(distinct[at]!, signal);
    reportDone(plan, distinct[at]!, context);
    return layer;
  });
  const analysed = first.map((index) => read[distinct.indexOf(index)]!);
  const reread = async (index: number, paths: ReadonlySet<string>) => {
    const planned = plan.layers[index];
    if (planned === undefined || paths.size === 0) {
      return new Map<string, Buffer>();
    }
    const once: LayerContext<ReadonlyMap<string, Buffer>> = {
      analyser: onceAnalyser(collectingVisitor(paths)),
      limits: context.limits,
      signal: context.signal,
      onRead: () => {},
    };
    return (await reader.analyse(planned, names[index]!, once)).analysis;
  };
  return finishedImage(plan, analysed, context, { reread, contentOf: reader.contentOf, close: async () => close() });
}

/** Puts together what was read. */
export function finishedImage<T>(
  plan: ImagePlan,
  analysed: readonly AnalysedLayer<T>[],
  context: ReadContext<T>,
  open: Pick<ReadImage<T>, 'reread' | 'close'> & Pick<LayerReader, 'contentOf'>,
): ReadImage<T> {
  dropSpare();
  const madeBy = instructions(plan.config, plan.layers.length);
  return {
    reference: context.reference,
    kind: plan.kind,
    names: plan.names,
    digest: plan.digest,
    id: plan.id,
    platform: plan.platform,
    platforms: plan.platforms,
    config: plan.config,
    annotations: plan.annotations,
    layers: plan.layers.map((layer, index) => ({
      ...descriptorOf(layer, madeBy[index] ?? null, analysed[index]!.verified),
      analysis: analysed[index]!.analysis,
    })),
    rootfs: null,
    rootfsDigest: null,
    digests: layerDigests(
      (layer) => analysed[layer]?.blob ?? null,
      async (layer) => analysed[layer]!.content ?? open.contentOf(plan.layers[layer]!, plannedName(plan, layer)),
    ),
    reread: open.reread,
    close: open.close,
  };
}

function descriptorOf(layer: PlannedLayer, instruction: string | null, verified: boolean): LayerDescriptor {
  const { digest, diffId, mediaType, size } = layer;
  return { digest, diffId, mediaType, size, instruction, verified };
}

function progressOf<T>(plan: ImagePlan, index: number, context: ReadContext<T>): (position: number) => void {
  const { progress } = context;
  const count = plan.layers.length;
  const bytesTotal = plan.layers[index]!.size;
  return (bytesRead) => progress?.layer({ index, count, bytesRead, bytesTotal, done: false });
}

function reportDone<T>(plan: ImagePlan, index: number, context: ReadContext<T>): void {
  const bytesTotal = plan.layers[index]!.size;
  context.progress?.layer({ index, count: plan.layers.length, bytesRead: bytesTotal, bytesTotal, done: true });
}

/**
 * Runs a job per index, a few at once, in order. When one fails the others are stopped and awaited, so that nothing reads
 * from a file that is being closed; the error of the lowest index that failed by itself is thrown.
 */
async function inParallel<R>(
  count: number,
  atOnce: number,
  signal: AbortSignal | undefined,
  job: (index: number, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  throwIfAborted(signal);
  const stop = new AbortController();
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const results = new Array<R>(count);
  const errors: { index: number; error: unknown }[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count && !both.aborted) {
      const index = next;
      next += 1;
      try {
        results[index] = await job(index, both);
      } catch (error) {
        errors.push({ index, error: asImageError(error, `layer ${index + 1} of ${count}`) });
        stop.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, worker));
  throwIfAborted(signal);
  errors.sort((a, b) => a.index - b.index);
  const own = errors.find(({ error }) => !(error instanceof ImageError && error.code === 'ABORTED')) ?? errors[0];
  if (own !== undefined) {
    throw own.error;
  }
  return results;
}
