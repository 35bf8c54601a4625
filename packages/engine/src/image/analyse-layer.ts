import { createHash } from 'node:crypto';
import { type Blob, headOf, mismatch, piecesOf } from './blob.ts';
import { throwIfAborted } from './error.ts';
import { type CompressedKind, compressionOf, Inflater, refuseForeignCompression } from './inflater.ts';
import { isKeepable, LimitReached } from './layer-problems.ts';
import { LayerScan, type PendingLink, withinLimits } from './layer-scan.ts';
import { ratioJudgedFrom } from './limits.ts';
import type { TarEntry } from './tar/extended-headers.ts';
import { TarDecoder } from './tar/tar-decoder.ts';
import { TarWalk } from './tar-walk.ts';
import type { LayerAnalyser, LayerVisitor, ReadLimits } from './types.ts';

/** What reading one layer needs beside the layer. */
export interface LayerContext<T> {
  readonly analyser: LayerAnalyser<T>;
  readonly limits: ReadLimits;
  readonly signal: AbortSignal | undefined;
  /** bytes of the stored layer that were passed */
  readonly onRead: (position: number) => void;
}

export interface AnalysedLayer<T> {
  readonly analysis: T;
  readonly verified: boolean;
  /** that the bytes were found to have, now or when they were kept; null: they were not hashed */
  readonly blob?: string | null;
  /** of the uncompressed bytes, where these were hashed */
  readonly content?: string | null;
}

/** What a stored layer has to be, as manifest and config state it. */
export interface LayerClaims {
  /** of the blob as stored; null: nothing states it */
  readonly blobDigest: string | null;
  readonly diffId: string;
}

/**
 * Reads a layer that lies in a file. A compressed one is inflated and hashed on the way, a plain one is walked by its
 * headers alone and therefore not verified.
 *
 * @throws ImageError
 */
export async function analyseBlob<T>(
  blob: Blob,
  claims: LayerClaims,
  what: string,
  context: LayerContext<T>,
): Promise<AnalysedLayer<T>> {
  const head = headOf(blob, 8);
  const kind = compressionOf(head);
  refuseForeignCompression(head, what);
  return kind === undefined ? analysePlain(blob, what, context) : analyseCompressed(blob, kind, claims, what, context);
}

async function analysePlain<T>(blob: Blob, what: string, context: LayerContext<T>): Promise<AnalysedLayer<T>> {
  const { analyser, limits, signal } = context;
  const key = { id: blob.file.key(blob), verified: false };
  const kept = analyser.recall(key);
  if (kept !== undefined) {
    return { analysis: kept, verified: false };
  }
  const walk = new TarWalk(blob, what);
  const scan = new LayerScan(analyser.begin(), limits, what, walk);
  await withinLimits(scan, () => walk.run(scan.decoder, signal, context.onRead));
  if (scan.pending.length > 0) {
    readPending(scan, bodiesAt(blob, scan.pending));
  }
  const { analysis, problems } = scan.finish();
  if (isKeepable(problems) && blob.file.unchanged()) {
    analyser.keep(key, analysis);
  }
  return { analysis, verified: false };
}

/** Bodies by their offsets, read where they lie. */
function bodiesAt(blob: Blob, links: readonly PendingLink[]): ReadonlyMap<number, Buffer> {
  const bodies = new Map<number, Buffer>();
  for (const { entry, offset } of links) {
    if (!bodies.has(offset) && offset + entry.size <= blob.size) {
      const body = Buffer.allocUnsafeSlow(entry.size);
      blob.file.readSync(body, body.length, blob.start + offset);
      bodies.set(offset, body);
    }
  }
  return bodies;
}

/** @param bodies by their offsets in the uncompressed layer */
export function readPending<T>(scan: LayerScan<T>, bodies: ReadonlyMap<number, Buffer>): void {
  for (const link of scan.pending) {
    const body = bodies.get(link.offset);
    if (body === undefined) {
      scan.problem('entry-not-understood', 'the file that this hard link names could not be read', link.entry.path);
    } else {
      scan.resolve(link, body);
    }
  }
}

async function analyseCompressed<T>(
  blob: Blob,
  kind: CompressedKind,
  claims: LayerClaims,
  what: string,
  context: LayerContext<T>,
): Promise<AnalysedLayer<T>> {
  const { analyser, limits, signal } = context;
  const stated = claims.blobDigest ?? claims.diffId;
  const kept = claims.blobDigest === null ? undefined : analyser.recall({ id: stated, verified: true });
  if (kept !== undefined) {
    return { analysis: kept, verified: true, blob: stated };
  }
  const scan = new LayerScan(analyser.begin(), limits, what);
  const hash = createHash('sha256');
  // the content is hashed only where nothing states the digest of the blob: it is two to three times as long
  const onBlob = claims.blobDigest === null ? () => {} : (chunk: Buffer) => hash.update(chunk);
  const onContent = claims.blobDigest === null ? (chunk: Buffer) => hash.update(chunk) : () => {};
  const sink = (chunk: Buffer) => {
    onContent(chunk);
    scan.decoder.push(chunk);
  };
  let cut = true;
  await withinLimits(scan, async () => {
    await inflate(blob, kind, { onBlob, sink }, what, context);
    cut = false;
  });
  if (!cut) {
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== stated) {
      throw mismatch(what, stated, found);
    }
  }
  if (scan.pending.length > 0) {
    const bodies = new PickedBodies(scan.pending, what);
    await inflate(blob, kind, { onBlob: () => {}, sink: (chunk) => bodies.decoder.push(chunk) }, what, {
      limits,
      signal,
      onRead: () => {},
    });
    readPending(scan, bodies.byOffset);
  }
  const { analysis, problems } = scan.finish();
  if (!cut && isKeepable(problems)) {
    analyser.keep({ id: stated, verified: true }, analysis);
  }
  if (cut) return { analysis, verified: false };
  return { analysis, verified: true, [claims.blobDigest === null ? 'content' : 'blob']: stated };
}

async function inflate(
  blob: Blob,
  kind: CompressedKind,
  to: { readonly onBlob: (chunk: Buffer) => void; readonly sink: (chunk: Buffer) => void },
  what: string,
  context: Pick<LayerContext<unknown>, 'limits' | 'signal' | 'onRead'>,
): Promise<void> {
  let read = 0;
  const guard = new InflateGuard(context.limits);
  const inflater = new Inflater(
    kind,
    (chunk) => {
      guard.count(chunk.length, read);
      to.sink(chunk);
    },
    what,
    true,
  );
  // one piece is hashed while the one before it is inflated on another thread
  let pending: Promise<void> = Promise.resolve();
  try {
    for await (const piece of piecesOf(blob, what, context.signal)) {
      to.onBlob(piece);
      await pending;
      read += piece.length;
      context.onRead(read);
      pending = inflater.write(piece);
      // whoever awaits it hears of a failure; until then it is not unhandled
      pending.catch(() => {});
    }
    await pending;
    await inflater.end();
  } finally {
    inflater.destroy();
  }
  throwIfAborted(context.signal);
}

/** Stops what inflates without end. */
export class InflateGuard {
  readonly #limits: ReadLimits;
  #inflated = 0;

  constructor(limits: ReadLimits) {
    this.#limits = limits;
  }

  /** @throws LimitReached */
  count(bytes: number, read: number): void {
    this.#inflated += bytes;
    const { maxLayerBytes, maxInflateRatio } = this.#limits;
    if (this.#inflated > maxLayerBytes) {
      throw new LimitReached(`the layer inflates to more than ${maxLayerBytes} bytes`);
    }
    if (this.#inflated > ratioJudgedFrom && this.#inflated > read * maxInflateRatio) {
      throw new LimitReached(`the layer inflates to more than ${maxInflateRatio} times its size`);
    }
  }
}

/** Picks the bodies that links wait for out of a layer that is read once more. */
export class PickedBodies {
  readonly decoder: TarDecoder;
  readonly byOffset = new Map<number, Buffer>();
  readonly #wanted: ReadonlySet<number>;
  #offset = 0;
  #chunks: Buffer[] = [];

  constructor(links: readonly PendingLink[], what: string) {
    this.#wanted = new Set(links.map(({ offset }) => offset));
    this.decoder = new TarDecoder(this, what);
  }

  entry({ type, offset }: TarEntry): boolean {
    this.#offset = offset;
    return type === 'file' && this.#wanted.has(offset);
  }

  data(chunk: Buffer): void {
    this.#chunks.push(Buffer.from(chunk));
  }

  end(): void {
    this.byOffset.set(this.#offset, Buffer.concat(this.#chunks));
    this.#chunks = [];
  }
}

/** A visitor that only collects the bodies at these paths: for `reread`. */
export function collectingVisitor(paths: ReadonlySet<string>): LayerVisitor<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  return {
    wants: (path) => paths.has(path),
    file: (entry, body) => void found.set(entry.path, Buffer.from(body)),
    finish: () => found,
  };
}

/** An analyser that keeps nothing, around one visitor. */
export function onceAnalyser<T>(visitor: LayerVisitor<T>): LayerAnalyser<T> {
  return { recall: () => undefined, begin: () => visitor, keep: () => {} };
}
