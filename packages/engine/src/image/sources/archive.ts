import { type ArchiveIndex, indexArchive } from '../archive-index.ts';
import { splitName } from '../archive-path.ts';
import { headOf, OpenFile, piecesOf } from '../blob.ts';
import { contentOfBlob } from '../content-digest.ts';
import { hasDockerManifest, planDockerArchive } from '../docker-manifest.ts';
import { ImageError } from '../error.ts';
import { type ContentReader, describedPlan, type ImageChoice, type ImagePlan } from '../image-plan.ts';
import { compressionOf, refuseForeignCompression } from '../inflater.ts';
import type { Members } from '../members.ts';
import { hasOciIndex, ociImageIds, planOciLayout } from '../oci-layout.ts';
import { hostPlatform } from '../platform.ts';
import { type DescribeContext, type ReadContext, readPlannedImage } from '../read-layers.ts';
import { type ArchiveStream, contentsOf, readStreamedArchive, streamedMembers } from '../streamed-archive.ts';
import { hasChecksum } from '../tar/checksum.ts';
import { blockSize } from '../tar/tar-header.ts';
import type { ReadImage } from '../types.ts';
import type { ImageSource, ImageUse } from './source.ts';

export type ArchiveKind = 'docker-archive' | 'oci-archive';

/** `docker-archive:FILE[:NAME]` */
export const dockerArchiveSource: ImageSource = {
  prefix: 'docker-archive',
  read: (target, context) => readArchive(target, 'docker-archive', context),
  describe: (target, context, use) => describeArchive(target, 'docker-archive', context, use),
};

/** `oci-archive:FILE[:NAME]` */
export const ociArchiveSource: ImageSource = {
  prefix: 'oci-archive',
  read: (target, context) => readArchive(target, 'oci-archive', context),
  describe: (target, context, use) => describeArchive(target, 'oci-archive', context, use),
};

/** An archive of whichever kind it is: what a path names. */
export const anyArchiveSource: ImageSource = {
  prefix: '',
  read: (target, context) => readArchive(target, null, context),
  describe: (target, context, use) => describeArchive(target, null, context, use),
};

/** Reads an archive of the kind that was asked for; null: whichever it is. */
async function readArchive<T>(
  target: string,
  kind: ArchiveKind | null,
  context: ReadContext<T>,
): Promise<ReadImage<T>> {
  const { path, name } = splitName(target);
  const choice = choiceOf(context, name);
  const file = new OpenFile(path);
  try {
    const stream = compressedStream(file);
    if (stream !== null) {
      const image = await readStreamedArchive(stream, (members) => planArchive(members, kind, choice), context);
      return { ...image, close: async () => file.close() };
    }
    const index = await indexArchive(file, context.signal);
    const plan = planArchive(index, kind, choice);
    return await readPlannedImage(
      plan,
      (layer) => blobOf(index, layer.member),
      context,
      () => file.close(),
    );
  } catch (error) {
    file.close();
    throw error;
  }
}

async function describeArchive<R>(
  target: string,
  kind: ArchiveKind | null,
  context: DescribeContext,
  use: ImageUse<R>,
): Promise<R> {
  const { path, name } = splitName(target);
  const file = new OpenFile(path);
  const described = (members: Members, contentOf: ContentReader) =>
    use(describedPlan(planArchive(members, kind, choiceOf(context, name)), context.reference, contentOf));
  try {
    const stream = compressedStream(file);
    if (stream !== null) return await described(await streamedMembers(stream, context), contentsOf(stream, context));
    const index = await indexArchive(file, context.signal);
    return await described(index, (layer, what) => contentOfBlob(blobOf(index, layer.member), layer, what, context));
  } finally {
    file.close();
  }
}

/**
 * The archive as a stream when it is compressed as a whole; null when it is a tar.
 *
 * @throws ImageError when it is neither
 */
function compressedStream(file: OpenFile): ArchiveStream | null {
  const { path, size } = file;
  if (size === 0) {
    throw new ImageError('TRUNCATED', `${path}: the file is empty`);
  }
  const whole = { file, start: 0, size };
  const head = headOf(whole, blockSize);
  const compression = compressionOf(head);
  if (compression !== undefined) {
    return { what: path, compression, size, open: (signal) => piecesOf(whole, path, signal) };
  }
  refuseForeignCompression(head, path);
  if (!looksLikeTar(head)) {
    throw new ImageError('NOT_AN_IMAGE', `${path}: no image archive (neither a tar nor compressed with gzip or zstd)`);
  }
  return null;
}

/** A damaged archive is told from something else altogether by its magic. */
function looksLikeTar(head: Buffer): boolean {
  return head.length >= blockSize && (hasChecksum(head, 0) || head.toString('latin1', 257, 262) === 'ustar');
}

function blobOf(index: ArchiveIndex, member: string) {
  const blob = index.blob(member);
  if (blob === undefined) {
    throw new ImageError('MISSING_BLOB', `${index.what}: ${member} is missing`);
  }
  return blob;
}

export function choiceOf(context: DescribeContext, name: string | null): ImageChoice {
  return {
    platform: context.platform ?? null,
    hostPlatform: hostPlatform(),
    name,
    maxManifestBytes: context.limits.maxManifestBytes,
  };
}

/**
 * An engine that keeps images as containerd does reads index.json, others manifest.json.
 *
 * @throws ImageError `AMBIGUOUS` when they mean different images
 */
function checkSameImage(members: Members, choice: ImageChoice, plan: ImagePlan): void {
  const ids = ociImageIds(members, choice, plan.platform);
  if (ids.some((id) => id !== plan.id)) {
    const message =
      'manifest.json and index.json mean different images; say which one: docker-archive: or oci-archive:';
    throw new ImageError('AMBIGUOUS', `${members.what}: ${message}`);
  }
}

/** An archive of Docker 25 and later is both kinds: unless asked for, the one with the tags counts. */
function planArchive(members: Members, kind: ArchiveKind | null, choice: ImageChoice): ImagePlan {
  if (kind !== 'oci-archive' && hasDockerManifest(members)) {
    const plan = planDockerArchive(members, choice, 'docker-archive');
    if (kind === null && hasOciIndex(members)) {
      checkSameImage(members, choice, plan);
    }
    return plan;
  }
  if (kind !== 'docker-archive' && hasOciIndex(members)) {
    return planOciLayout(members, choice, 'oci-archive');
  }
  const expected =
    kind === 'docker-archive' ? 'manifest.json' : kind === 'oci-archive' ? 'index.json' : 'manifest.json or index.json';
  throw new ImageError('NOT_AN_IMAGE', `${members.what}: no image archive (it has no ${expected})`);
}
