import type { SquashedView, ViewNode } from '../../image/squash.ts';
import type { EntryType } from '../../image/types.ts';
import type { FileFact } from '../types.ts';
import type { FactGatherer } from './gatherer.ts';

const setId = 0o6000;
const writableByAll = 0o002;

/** Of the squashed view: set-id files, and everything but links that all may write. */
export const fileFacts: FactGatherer<'files'> = {
  name: 'files',
  version: 1,
  gather: ({ view, layerId }) => ({
    facts: [...everything(view)]
      .filter(({ entry }) => isNotable(entry.type, entry.mode))
      .map(({ entry, layer, path }) => ({
        path: `/${path}`,
        type: typeOf(entry.type),
        mode: entry.mode.toString(8).padStart(4, '0'),
        uid: entry.uid,
        gid: entry.gid,
        size: entry.size,
        layer: layerId(layer),
      }))
      .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
  }),
};

function isNotable(type: EntryType, mode: number): boolean {
  if (type === 'symlink') return false;
  return (mode & writableByAll) !== 0 || (type !== 'directory' && (mode & setId) !== 0);
}

function typeOf(type: EntryType): FileFact['type'] {
  if (type === 'directory') return 'directory';
  return type === 'file' || type === 'hardlink' ? 'file' : 'device';
}

function* everything(view: SquashedView): Generator<ViewNode> {
  const left = [''];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    for (const node of view.children(at)) {
      yield node;
      if (node.entry.type === 'directory') left.push(node.path);
    }
  }
}
