import { defaultReadLimits } from '../image/limits.ts';
import { asImageError, ImageError, throwIfAborted } from '../registry/error.ts';
import { openRegistry } from '../registry/open-registry.ts';
import { pushReferrer } from '../registry/referrers.ts';
import { familiarName, parseRegistryReference, type RegistryReference } from '../registry/registry-reference.ts';
import { type RegistryUploader, registryUploader } from '../registry/registry-uploader.ts';
import { type Attached, attachedTo } from './attached.ts';
import { openSource, type SourceRequest } from './open-source.ts';
import { imagesOf, manifestsOf, type SourceImage } from './source-tree.ts';
import type { ImageContent, ImageSource, SourceBlob, SourceManifest } from './types.ts';

export interface PromotionRequest extends SourceRequest {
  /** an image of a registry, with its tag */
  readonly destination: string;
}

/** What was judged: of a registry or layout by its manifest's digest, of an archive without manifests by its ID. */
export interface JudgedImage {
  readonly id: string | null;
  readonly digest: string | null;
}

export interface CopyProgress {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

export interface CopyReport {
  /** `HOST/NAME:TAG` */
  readonly destination: string;
  /** of the manifest or index that the tag names now */
  readonly digest: string;
  readonly blobs: { readonly sent: number; readonly mounted: number; readonly there: number };
  readonly bytesSent: number;
  /** signatures, attestations and SBOMs that went along */
  readonly attached: number;
}

/** An image between a gate and the registry that it goes to once it has passed. */
export interface Promotion {
  /** what is to be judged: names exactly what `copy` copies */
  readonly reference: string;
  /** all platforms of it are copied, and have to be judged */
  readonly isIndex: boolean;
  /** whether it is in a registry, where attestations hang to it */
  readonly inRegistry: boolean;
  /** Its images: of an index one for each platform. @throws ImageError */
  images(): Promise<readonly SourceImage[]>;
  /**
   * Copies it with all that hangs to it. The tag moves last.
   *
   * @param judged what may be copied: an image that is not among it stops all of it
   * @throws ImageError
   */
  copy(judged: readonly JudgedImage[], progress?: (event: CopyProgress) => void): Promise<CopyReport>;
  close(): Promise<void>;
}

/** @throws ImageError */
export async function openPromotion(request: PromotionRequest): Promise<Promotion> {
  const destination = parseRegistryReference(request.destination.replace(/^registry:/, ''));
  const source = await ofImage(request, () => openSource(request));
  let opened: ReturnType<ImageSource['open']> | undefined;
  const open = () => {
    opened ??= source.open();
    return opened;
  };
  return {
    reference: source.reference,
    isIndex: source.isIndex,
    inRegistry: source.place !== null,
    images: () => ofImage(request, async () => imagesOf((await open()).top)),
    copy: (judged, progress = () => {}) =>
      ofImage(request, async () => {
        const { content, top } = await open();
        checkJudged(top, judged, content);
        content.checkUnchanged();
        return copyTo({ source, content, top, destination, request, progress });
      }),
    close: () => source.close(),
  };
}

async function ofImage<R>({ reference, signal }: PromotionRequest, job: () => Promise<R>): Promise<R> {
  try {
    return await job();
  } catch (error) {
    throwIfAborted(signal);
    throw asImageError(error, reference);
  }
}

/** @throws ImageError for an image that nobody has judged */
function checkJudged(top: SourceManifest, judged: readonly JudgedImage[], { what }: ImageContent): void {
  const images = imagesOf(top);
  const isJudged = (image: SourceImage) =>
    judged.some(({ id, digest }) => (digest === null ? id === image.imageId : digest === image.digest));
  const missed = images.find((image) => !isJudged(image));
  if (images.length === 0) throw new ImageError('NOT_AN_IMAGE', `${what}: it holds no image`);
  if (missed !== undefined) {
    const named = missed.platform === null ? missed.digest : `${missed.digest} (${missed.platform})`;
    throw new ImageError('AMBIGUOUS', `${what}: it also holds ${named}, which was not judged; nothing is copied`);
  }
}

interface Copy {
  readonly source: ImageSource;
  readonly content: ImageContent;
  readonly top: SourceManifest;
  readonly destination: RegistryReference;
  readonly request: PromotionRequest;
  readonly progress: (event: CopyProgress) => void;
}

async function copyTo({ source, content, top, destination, request, progress }: Copy): Promise<CopyReport> {
  const { registry = {}, signal } = request;
  const manifests = manifestsOf(top);
  // all is known before the first byte is sent
  const attached =
    source.client === null
      ? []
      : await attachedTo(
          manifests.map(({ digest }) => digest),
          source.client,
          content.what,
          signal,
        );
  const trees = [...manifests, ...attached.flatMap(({ manifest }) => manifestsOf(manifest))];
  const blobs = new Map(trees.flatMap((each) => each.blobs.map((blob) => [blob.digest, blob])));
  const uploader = registryUploader(destination, registry, signal);
  const { client, close } = openRegistry(destination, { ...registry, mirrors: [] }, defaultReadLimits.maxManifestBytes);
  try {
    const mountFrom =
      source.place?.host === destination.host && source.place.repository !== destination.repository
        ? source.place.repository
        : undefined;
    const counts = await sendBlobs(uploader, [...blobs.values()], mountFrom, progress);
    content.checkUnchanged();
    for (const { digest, mediaType, bytes } of manifests) await uploader.manifest(digest, mediaType, bytes);
    for (const each of attached) await pushAttached(uploader, client, each, destination, signal);
    const tag = destination.tag!;
    await uploader.manifest(tag, top.mediaType, top.bytes);
    const name = familiarName(destination);
    const now = await client.manifest(tag, name, signal);
    if (now.digest !== top.digest)
      throw new ImageError('DIGEST_MISMATCH', `${name}: the registry has ${now.digest} there, not ${top.digest}`);
    return {
      destination: `${destination.host}/${destination.repository}:${tag}`,
      digest: top.digest,
      ...counts,
      attached: attached.length,
    };
  } finally {
    await uploader.close();
    await close();
  }
}

/** Blobs that are sent at once: most of the time is spent waiting. */
const lanes = 3;

async function sendBlobs(
  uploader: RegistryUploader,
  blobs: readonly SourceBlob[],
  mountFrom: string | undefined,
  progress: (event: CopyProgress) => void,
): Promise<Pick<CopyReport, 'blobs' | 'bytesSent'>> {
  const counts = { sent: 0, mounted: 0, there: 0 };
  const waiting = [...blobs];
  let [bytesSent, done, failed] = [0, 0, false];
  const lane = async (): Promise<void> => {
    for (let blob = waiting.shift(); blob !== undefined && !failed; blob = waiting.shift()) {
      const what = `blob ${blob.digest}`;
      progress({ done, total: blobs.length, what });
      const how = await uploader.stream({ ...blob, mountFrom }, what);
      counts[how] += 1;
      done += 1;
      if (how === 'sent') bytesSent += blob.size;
    }
  };
  const ran = await Promise.allSettled(
    Array.from({ length: lanes }, () =>
      lane().catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    ),
  );
  for (const each of ran) if (each.status === 'rejected') throw each.reason;
  return { blobs: counts, bytesSent };
}

async function pushAttached(
  uploader: RegistryUploader,
  client: Parameters<typeof pushReferrer>[1],
  { manifest, by }: Attached,
  { host, repository }: RegistryReference,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { digest, mediaType, bytes } of manifestsOf(manifest).slice(0, -1))
    await uploader.manifest(digest, mediaType, bytes);
  const { digest, mediaType, bytes } = manifest;
  if ('tag' in by) {
    await uploader.manifest(by.tag, mediaType, bytes);
    return;
  }
  const subject = { digest: by.subject, what: `${host}/${repository}@${by.subject}` };
  await pushReferrer(uploader, client, subject, { ...by.listed, digest, mediaType, size: bytes.length }, bytes, signal);
}
