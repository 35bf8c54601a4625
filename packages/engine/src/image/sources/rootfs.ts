import { lstatSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../blob.ts';
import { layerDigests } from '../content-digest.ts';
import { ImageError } from '../error.ts';
import type { ReadContext } from '../read-layers.ts';
import { readRegular, walkRootfs } from '../rootfs-walk.ts';
import type { ReadImage } from '../types.ts';
import type { ImageSource } from './source.ts';

/** `rootfs:DIRECTORY`: a root file system that lies unpacked there. */
export const rootfsSource: ImageSource = { prefix: 'rootfs', read: readRootfs };

async function readRootfs<T>(target: string, context: ReadContext<T>): Promise<ReadImage<T>> {
  const directory = realDirectory(target);
  const { limits, signal } = context;
  const { analysis, digest } = await walkRootfs(directory, context.analyser.begin(), {
    limits,
    signal,
    isHostRoot: directory === '/',
  });
  return {
    reference: context.reference,
    kind: 'rootfs',
    names: [],
    digest: null,
    id: null,
    platform: null,
    platforms: [],
    config: null,
    layers: [],
    rootfs: analysis,
    rootfsDigest: digest,
    digests: layerDigests(
      () => null,
      async () => null,
    ),
    reread: async (_, paths) => rereadFiles(directory, paths, limits.maxFileBytes),
    close: async () => {},
  };
}

function realDirectory(target: string): string {
  try {
    if (!statSync(target).isDirectory()) {
      throw new ImageError('NOT_AN_IMAGE', `${target}: not a directory`);
    }
    return realpathSync(target);
  } catch (error) {
    throw error instanceof ImageError ? error : fileError(error, target);
  }
}

function rereadFiles(directory: string, paths: ReadonlySet<string>, maxBytes: number): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const path of paths) {
    const body = rereadFile(directory, path, maxBytes);
    if (body !== undefined) {
      found.set(path, body);
    }
  }
  return found;
}

/** Undefined: it is not there, no regular file, or a directory above it is a link. */
function rereadFile(directory: string, path: string, maxBytes: number): Buffer | undefined {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return undefined;
  }
  try {
    for (let count = 1; count < parts.length; count += 1) {
      if (!lstatSync(join(directory, ...parts.slice(0, count))).isDirectory()) {
        return undefined;
      }
    }
    return readRegular(join(directory, path), maxBytes);
  } catch {
    // what cannot be read is absent from the answer, as for any other image
    return undefined;
  }
}
