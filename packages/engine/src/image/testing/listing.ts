import type { EntryType, LayerEntry, LayerListing, Mark } from '../types.ts';

/** `dir/`, `link -> target`, `hard = target`, `.wh.name`, `.wh..wh..opq`, else a file. */
export function layer(...lines: readonly string[]): LayerListing {
  const entries: LayerEntry[] = [];
  const whiteouts: Mark[] = [];
  const opaque: Mark[] = [];
  for (const line of lines) {
    const [path = '', arrow, target = null] = line.split(' ');
    const directory = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const name = path.slice(directory === '' ? 0 : directory.length + 1);
    if (name === '.wh..wh..opq') {
      opaque.push({ path: directory, at: entries.length });
    } else if (name.startsWith('.wh.')) {
      whiteouts.push({ path: directory === '' ? name.slice(4) : `${directory}/${name.slice(4)}`, at: entries.length });
    } else {
      const type: EntryType =
        arrow === '->' ? 'symlink' : arrow === '=' ? 'hardlink' : path.endsWith('/') ? 'directory' : 'file';
      const uid = entries.length;
      entries.push({ path: path.replace(/\/$/, ''), type, mode: 0o644, uid, gid: 0, size: 0, linkTarget: target });
    }
  }
  return { entries, whiteouts, opaque, problems: [] };
}
