import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { checkFolder, engineFile, type ImageStore, type LayerFolder } from './stored-image.ts';
import { unusable } from './unusable.ts';

/** `DATA/overlay2/ID/diff` and `DATA/image/overlay2/…` of the Docker engine. */
export const dockerStore: ImageStore = {
  driver: 'overlay2',
  open({ id, upperDir }, maxBytes) {
    const data = /^(\/.+)\/overlay2\/[^/]+\/diff$/.exec(upperDir ?? '')?.[1];
    if (data === undefined) {
      throw unusable('it names no folder');
    }
    return {
      config: engineFile(join(data, 'image/overlay2/imagedb/content/sha256', hexOf(id)), maxBytes),
      folders(diffIds) {
        let chainId = '';
        return diffIds.map((diffId) => {
          chainId = chainId === '' ? diffId : digestOfText(`${chainId} ${diffId}`);
          return layerFolder(data, chainId, diffId);
        });
      },
    };
  },
};

function layerFolder(data: string, chainId: string, diffId: string): LayerFolder {
  const entry = join(data, 'image/overlay2/layerdb/sha256', hexOf(chainId));
  const read = (name: string) => engineFile(join(entry, name), 1024).toString('latin1').trim();
  if (read('diff') !== diffId) {
    throw unusable(`${entry} is another layer`);
  }
  const cacheId = read('cache-id');
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(cacheId)) {
    throw unusable(`${entry} names no folder`);
  }
  const size = Number(read('size'));
  return {
    id: `${chainId}:${cacheId}`,
    files: checkFolder(join(data, 'overlay2', cacheId, 'diff')),
    tarSplit: join(entry, 'tar-split.json.gz'),
    size: Number.isSafeInteger(size) && size >= 0 ? size : 0,
  };
}

function digestOfText(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
