import { lstatSync } from 'node:fs';
import { OpenFile, readWhole } from '../blob.ts';
import type { EngineImage } from '../engine-client.ts';
import { unusable } from './unusable.ts';

/** Where an engine keeps one layer. */
export interface LayerFolder {
  /** the engine's own name of it */
  readonly id: string;
  /** the layer's own files, unpacked */
  readonly files: string;
  /** its tar without the contents of its files, gzipped */
  readonly tarSplit: string;
  /** bytes of its files */
  readonly size: number;
}

/** An image as an engine keeps it on this machine. */
export interface StoredImage {
  readonly config: Buffer;
  /** base first; the layers that these diff IDs name */
  folders(diffIds: readonly string[]): readonly LayerFolder[];
}

/** One way in which engines keep images. */
export interface ImageStore {
  /** storage driver, as the engine names it */
  readonly driver: string;
  /** @throws ImageError when it cannot be read */
  open(image: EngineImage, maxBytes: number): StoredImage;
}

/** Tells a layer's folder from any other on this machine, as long as the engine does not write it anew. */
export function folderIdentity(folder: LayerFolder, tarSplit: OpenFile): string {
  const { dev, ino } = lstatSync(folder.files, { bigint: true });
  return `overlay2:${folder.id}:${dev}:${ino}:${tarSplit.key({ file: tarSplit, start: 0, size: 0 })}`;
}

/** @throws ImageError for what is no directory */
export function checkFolder(path: string): string {
  if (!lstatSync(path).isDirectory()) {
    throw unusable(`${path} is no directory`);
  }
  return path;
}

/** A file of the engine that is not large. @throws ImageError */
export function engineFile(path: string, maxBytes: number): Buffer {
  const file = new OpenFile(path);
  try {
    return readWhole({ file, start: 0, size: file.size }, maxBytes, path);
  } finally {
    file.close();
  }
}
