import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { OpenFile, readWhole } from '../blob.ts';
import { unusable } from './unusable.ts';

/** Where an engine with the storage driver overlay2 keeps one layer. */
export interface LayerFolder {
  /** digest over the diff IDs up to this layer */
  readonly chainId: string;
  /** the layer's own files, unpacked */
  readonly files: string;
  /** its tar without the contents of its files, gzipped */
  readonly tarSplit: string;
  /** bytes of its files */
  readonly size: number;
  /** tells it from any other on this machine, as long as the engine does not write it anew */
  identity(tarSplit: OpenFile): string;
}

/** The data folder of an engine, seen from the folder of any of its layers (`DATA/overlay2/ID/diff`); null: none. */
export function dataFolder(upperDir: string): string | null {
  return /^(\/.+)\/overlay2\/[^/]+\/diff$/.exec(upperDir)?.[1] ?? null;
}

/** The config of an image as the engine keeps it. @throws ImageError when it cannot be read */
export function configFile(data: string, id: string, maxBytes: number): Buffer {
  return smallFile(join(data, 'image/overlay2/imagedb/content/sha256', hexOf(id)), maxBytes);
}

/**
 * @param diffIds base first
 * @throws ImageError when one of them is not there, or is not the layer with that diff ID
 */
export function layerFolders(data: string, diffIds: readonly string[]): LayerFolder[] {
  let chainId = '';
  return diffIds.map((diffId) => {
    chainId = chainId === '' ? diffId : `sha256:${createHash('sha256').update(`${chainId} ${diffId}`).digest('hex')}`;
    return layerFolder(data, chainId, diffId);
  });
}

function layerFolder(data: string, chainId: string, diffId: string): LayerFolder {
  const entry = join(data, 'image/overlay2/layerdb/sha256', hexOf(chainId));
  const read = (name: string) => smallFile(join(entry, name), 1024).toString('latin1').trim();
  if (read('diff') !== diffId) {
    throw unusable(`${entry} is another layer`);
  }
  const cacheId = read('cache-id');
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(cacheId)) {
    throw unusable(`${entry} names no folder`);
  }
  const files = join(data, 'overlay2', cacheId, 'diff');
  const stat = lstatSync(files, { bigint: true });
  if (!stat.isDirectory()) {
    throw unusable(`${files} is no directory`);
  }
  const size = Number(read('size'));
  return {
    chainId,
    files,
    tarSplit: join(entry, 'tar-split.json.gz'),
    size: Number.isSafeInteger(size) && size >= 0 ? size : 0,
    identity: (tarSplit) =>
      `overlay2:${chainId}:${cacheId}:${stat.dev}:${stat.ino}:${tarSplit.key({ file: tarSplit, start: 0, size: 0 })}`,
  };
}

function smallFile(path: string, maxBytes: number): Buffer {
  const file = new OpenFile(path);
  try {
    return readWhole({ file, start: 0, size: file.size }, maxBytes, path);
  } finally {
    file.close();
  }
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
