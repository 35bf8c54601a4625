import type { EntryType, LayerEntry, LayerListing } from '../types.ts';

/** `dir/`, `link -> target`, `hard = target`, `.wh.name`, `.wh..wh..opq`, else a file. */
export function layer(...lines: readonly string[]): LayerListing {
  const entries: LayerEntry[] = [];
  const whiteouts: string[] = [];
  const opaque: string[] = [];
  const whiteoutsAt: number[] = [];
  const opaqueAt: number[] = [];
  for (const line of lines) {
    const [path = '', arrow, target = null] = line.split(' ');
    const directory = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const name = path.slice(directory === '' ? 0 : directory.length + 1);
    if (name === '.wh..wh..opq') {
      opaque.push(directory);
      opaqueAt.push(entries.length);
    } else if (name.startsWith('.wh.')) {
      whiteouts.push(directory === '' ? name.slice(4) : `${directory}/${name.slice(4)}`);
      whiteoutsAt.push(entries.length);
    } else {
      const type: EntryType =
        arrow === '->' ? 'symlink' : arrow === '=' ? 'hardlink' : path.endsWith('/') ? 'directory' : 'file';
      const uid = entries.length;
      entries.push({ path: path.replace(/\/$/, ''), type, mode: 0o644, uid, gid: 0, size: 0, linkTarget: target });
    }
  }
  return { entries, whiteouts, opaque, whiteoutsAt, opaqueAt, problems: [] };
}
