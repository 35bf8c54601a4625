import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from './blob.ts';
import { asImageError, ImageError, throwIfAborted } from './error.ts';
import { defaultReadLimits } from './limits.ts';
import type { ReadContext } from './read-layers.ts';
import { dockerArchiveSource, ociArchiveSource, readArchive, splitName } from './sources/archive.ts';
import { engineSource } from './sources/engine.ts';
import { ociLayoutSource, readOciLayout } from './sources/oci-layout-directory.ts';
import { rootfsSource } from './sources/rootfs.ts';
import type { ImageSource } from './sources/source.ts';
import type { ReadImage, ReadOptions } from './types.ts';

/** Every place an image can come from. */
const sources: readonly ImageSource[] = [
  dockerArchiveSource,
  ociArchiveSource,
  ociLayoutSource,
  engineSource,
  rootfsSource,
];

/** Where a bare name that is no path is looked up. */
const namedSource: ImageSource = engineSource;

/** Prefixes that are understood and cannot be read yet. */
const plannedPrefixes = ['registry', 'podman', 'containerd', 'sbom'];

/**
 * Opens an image and analyses its layers: `docker-archive:F`, `oci-archive:F`, `oci-layout:D`, `docker:NAME`, `rootfs:D`,
 * `file://F`, a bare path (the kind is seen from its content) or a bare name (the local engine). The caller closes it.
 *
 * @throws ImageError when the image as a whole cannot be read; what could not be read of it is in the analyses
 */
export async function readImage<T>(reference: string, options: ReadOptions<T>): Promise<ReadImage<T>> {
  throwIfAborted(options.signal);
  const context: ReadContext<T> = { ...options, limits: { ...defaultReadLimits, ...options.limits }, reference };
  try {
    return await readReference(reference, context);
  } catch (error) {
    throw asImageError(error, reference);
  }
}

function readReference<T>(reference: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  if (reference === '') {
    throw new ImageError('NOT_FOUND', 'the image reference is empty');
  }
  if (reference.startsWith('file://')) {
    return readPath(reference.slice('file://'.length), context);
  }
  const prefix = /^([a-z][a-z-]*):/.exec(reference)?.[1];
  if (prefix !== undefined) {
    const source = sources.find((known) => known.prefix === prefix);
    if (source !== undefined) {
      return source.read(reference.slice(prefix.length + 1), context);
    }
    if (plannedPrefixes.includes(prefix)) {
      const known = sources.map((each) => `${each.prefix}:`).join(', ');
      throw new ImageError('UNSUPPORTED', `${prefix}: is not supported yet; what is: ${known} file:// and bare paths`);
    }
  }
  return existsSync(reference) || looksLikePath(splitName(reference).path)
    ? readPath(reference, context)
    : readName(reference, context);
}

/**
 * No image name begins with a dot or a slash, and one that ends in `.tar` is a file that is not there. `web:1.0` beside a
 * folder `web` is a name.
 */
function looksLikePath(reference: string): boolean {
  return /^[./~]/.test(reference) || /\.(?:tar|tgz|tar\.gz|tar\.zst)$/.test(reference);
}

async function readPath<T>(target: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  const { path } = splitName(target);
  if (!isDirectory(path)) {
    return readArchive(target, null, context);
  }
  if (existsSync(join(path, 'oci-layout')) || existsSync(join(path, 'index.json'))) {
    return readOciLayout(target, context);
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

async function readName<T>(name: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  try {
    return await namedSource.read(name, context);
  } catch (error) {
    if (error instanceof ImageError && error.code === 'ENGINE_UNREACHABLE') {
      throw new ImageError(error.code, `${name}: no such file, and ${error.message}`, { cause: error });
    }
    throw error;
  }
}
