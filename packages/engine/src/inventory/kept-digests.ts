import { createHash } from 'node:crypto';
import type { ContentDigests } from '../image/types.ts';
import { readSealed, sealed } from './kept-bytes.ts';
import type { LayerStore } from './layer-analyser.ts';

const magic = Buffer.from('plimsoll content digest 1\n');

/** Keeps beside the analyses which content digests were found, so that no layer is hashed twice. */
export function keptDigests(store: LayerStore): ContentDigests {
  const keyOf = (id: string) => createHash('sha256').update(`content digest\n${id}`).digest('hex');
  return {
    recall(id) {
      const key = keyOf(id);
      const bytes = store.get(key);
      const texts = bytes && readSealed(magic, key, bytes);
      return texts?.().next().value || undefined;
    },
    keep(id, digest) {
      const key = keyOf(id);
      store.put(key, sealed(magic, key, [digest]));
    },
  };
}
