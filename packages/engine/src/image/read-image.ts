import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isPath, splitName } from './archive-path.ts';
import { fileError } from './blob.ts';
import { asImageError, ImageError, type ImageErrorCode, throwIfAborted } from './error.ts';
import { defaultReadLimits } from './limits.ts';
import type { DescribeContext, ReadContext } from './read-layers.ts';
import { anyArchiveSource, dockerArchiveSource, ociArchiveSource } from './sources/archive.ts';
import { containerdSource } from './sources/containerd.ts';
import { dockerSource, podmanSource } from './sources/engine.ts';
import { ociLayoutSource } from './sources/oci-layout-directory.ts';
import { registrySource } from './sources/registry.ts';
import { rootfsSource } from './sources/rootfs.ts';
import type { ImageSource, ImageUse } from './sources/source.ts';
import type { DescribedImage, DescribeOptions, NamedPlace, ReadImage, ReadOptions } from './types.ts';

/** Every place an image can come from. */
const sources: readonly ImageSource[] = [
  dockerArchiveSource,
  ociArchiveSource,
  ociLayoutSource,
  dockerSource,
  podmanSource,
  containerdSource,
  registrySource,
  rootfsSource,
];

/** Where a bare name that is no path is looked up, one after the other. */
const namedSources: readonly (readonly [NamedPlace, ImageSource])[] = [
  ['docker', dockerSource],
  ['podman', podmanSource],
  ['containerd', containerdSource],
  ['registry', registrySource],
];

/**
 * Opens an image and analyses its layers: `docker-archive:F`, `oci-archive:F`, `oci-layout:D`, `docker:NAME`,
 * `podman:NAME`, `containerd:NAME`, `registry:REF`, `rootfs:D`, `file://F`, a bare path (the kind is seen from its content) or a bare name (the
 * engines, then the registry). The caller closes it.
 *
 * @throws ImageError when the image as a whole cannot be read; what could not be read of it is in the analyses
 */
export async function readImage<T>(reference: string, options: ReadOptions<T>): Promise<ReadImage<T>> {
  throwIfAborted(options.signal);
  const context: ReadContext<T> = { ...options, limits: { ...defaultReadLimits, ...options.limits }, reference };
  try {
    return await atSource(reference, async (source, target, foundIn) => {
      const image = await source.read(target, context);
      return foundIn === undefined ? image : { ...image, foundIn };
    });
  } catch (error) {
    throw asImageError(error, reference);
  }
}

/**
 * Says what an image is without reading its layers; references as in `readImage`, but no root file systems.
 *
 * @throws ImageError
 */
export function describeImage(reference: string, options: DescribeOptions): Promise<DescribedImage> {
  return withDescribed(reference, options, ({ digests: _, ...described }) => described);
}

/**
 * The same, for whoever may want to know what layers hold: it is open while it is used.
 *
 * @throws ImageError
 */
export async function withDescribed<R>(reference: string, options: DescribeOptions, use: ImageUse<R>): Promise<R> {
  throwIfAborted(options.signal);
  const context: DescribeContext = { ...options, limits: { ...defaultReadLimits, ...options.limits }, reference };
  try {
    return await atSource(reference, (source, target) => {
      if (source.describe === undefined) {
        throw new ImageError('UNSUPPORTED', `${reference}: ${source.prefix}: has no layers`);
      }
      return source.describe(target, context, use);
    });
  } catch (error) {
    throw asImageError(error, reference);
  }
}

/**
 * Describes the image of this manifest digest in the OCI layout or archive that another image was read from; null where
 * it is not there, or cannot be read.
 */
export async function withBeside<R>(
  { reference, kind }: Pick<ReadImage<unknown>, 'reference' | 'kind'>,
  digest: string,
  options: DescribeOptions,
  use: ImageUse<R>,
): Promise<R | null> {
  if (kind !== 'oci-layout' && kind !== 'oci-archive') {
    return null;
  }
  const context: DescribeContext = { ...options, limits: { ...defaultReadLimits, ...options.limits }, reference };
  try {
    return await atSource(
      reference,
      async (source, target) => (await source.describe?.(`${splitName(target).path}:${digest}`, context, use)) ?? null,
    );
  } catch (error) {
    throwIfAborted(options.signal);
    if (error instanceof ImageError) {
      return null;
    }
    throw error;
  }
}

/** @param foundIn of a name without a prefix: whose turn it is */
type SourceUse<R> = (source: ImageSource, target: string, foundIn?: NamedPlace) => Promise<R>;

/** Finds where a reference leads, and uses that source. */
async function atSource<R>(reference: string, use: SourceUse<R>): Promise<R> {
  if (reference === '') {
    throw new ImageError('NOT_FOUND', 'the image reference is empty');
  }
  if (reference.startsWith('file://')) {
    return atPath(reference.slice('file://'.length), use);
  }
  const prefix = /^([a-z][a-z-]*):/.exec(reference)?.[1];
  if (prefix !== undefined) {
    const source = sources.find((known) => known.prefix === prefix);
    if (source !== undefined) {
      return use(source, reference.slice(prefix.length + 1));
    }
  }
  return isPath(reference) ? atPath(reference, use) : atName(reference, use);
}

async function atPath<R>(target: string, use: SourceUse<R>): Promise<R> {
  const { path } = splitName(target);
  if (!isDirectory(path)) {
    return use(anyArchiveSource, target);
  }
  if (existsSync(join(path, 'oci-layout')) || existsSync(join(path, 'index.json'))) {
    return use(ociLayoutSource, target);
  }
  throw new ImageError(
    'NOT_AN_IMAGE',
    `${path}: a directory, but no OCI layout; if it holds a root file system say rootfs:${path}, if an image of the engine is meant docker:${path}`,
  );
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw fileError(error, path);
  }
}

/** 12 digits or all of them: of an image that an engine has, and of no registry's. */
const imageId = /^(?:sha256:)?(?:[0-9a-f]{12}|[0-9a-f]{64})$/;

/**
 * Asks one place after the other. An engine that is there and fails is not passed over: elsewhere the same name may be
 * another image.
 */
async function atName<R>(name: string, use: SourceUse<R>): Promise<R> {
  const reasons: string[] = [];
  for (const [place, source] of namedSources) {
    if (imageId.test(name) && source.hasIds !== true) {
      continue;
    }
    try {
      return await use(source, name, place);
    } catch (error) {
      if (!(error instanceof ImageError) || error.code === 'ABORTED') {
        throw error;
      }
      if (error.code === 'ENGINE_UNREACHABLE') {
        const hint = 'no other place is asked; name one to do so';
        throw new ImageError(error.code, `${name}: no such file, and ${error.message}; ${hint}`, { cause: error });
      }
      reasons.push(error.message);
      if (ofRegistries.has(error.code)) {
        throw new ImageError(error.code, nowhere(name, reasons), { cause: error });
      }
      if (error.code !== 'NOT_FOUND' && error.code !== 'NO_ENGINE') {
        throw error;
      }
    }
  }
  throw new ImageError('NOT_FOUND', nowhere(name, reasons));
}

const ofRegistries: ReadonlySet<ImageErrorCode> = new Set(['REGISTRY_UNREACHABLE', 'REGISTRY_ERROR', 'ACCESS_DENIED']);

function nowhere(name: string, reasons: readonly string[]): string {
  return `${name}: no such file, and ${[...new Set(reasons)].join('; ')}`;
}
