import type { EntryType, LayerEntry, LayerListing } from '../types.ts';

/** What an entry is known by; '' for a directory that none states. */
export function madeOf({ path, type, mode, uid }: LayerEntry, layer: number): string {
  return type === 'directory' && mode !== 0o644 ? '' : `${path}@${layer} ${uid}`;
}

/**
 * A file system as flat as can be: a map of real paths. Slow and simple, it does with strings what the view does with
 * nodes.
 */
export class FlatModel {
  readonly at = new Map<string, { readonly type: EntryType; readonly target: string | null; readonly made: string }>();
  /** directories that have an entry */
  readonly stated = new Set<string>();

  /** real path; missing parts stay as they are. undefined: it loops */
  real(path: string): string | undefined {
    let real = '';
    const left = path.split('/').filter(Boolean);
    for (let steps = 0; left.length > 0; ) {
      const name = left.shift()!;
      if (name === '..') {
        real = real.includes('/') ? real.slice(0, real.lastIndexOf('/')) : '';
        continue;
      }
      const next = real === '' ? name : `${real}/${name}`;
      const node = this.at.get(next);
      if (node?.type !== 'symlink') {
        real = next;
        continue;
      }
      steps += 1;
      if (steps > 40) {
        return undefined;
      }
      real = node.target!.startsWith('/') ? '' : real;
      left.unshift(...node.target!.split('/').filter(Boolean));
    }
    return real;
  }

  place(path: string): string | undefined {
    const slash = path.lastIndexOf('/');
    const directory = slash < 0 ? '' : this.real(path.slice(0, slash));
    return directory === undefined ? undefined : [directory, path.slice(slash + 1)].filter(Boolean).join('/');
  }

  below(path: string): string[] {
    return [...this.at.keys()].filter((key) => path === '' || key.startsWith(`${path}/`));
  }

  remove(path: string): void {
    for (const key of [path, ...this.below(path)]) {
      this.at.delete(key);
      this.stated.delete(key);
    }
  }

  /** Marks hide directories that the layer itself has no file in place of. */
  hides(directory: string): string | undefined {
    const real = this.real(directory);
    const parts = real?.split('/').filter(Boolean) ?? [];
    const blocked = parts.some((_, at) => {
      const type = this.at.get(parts.slice(0, at + 1).join('/'))?.type;
      return type !== undefined && type !== 'directory';
    });
    return blocked ? undefined : real;
  }

  /** The layer on its own, as a folder; then what it has over what there is. */
  apply(listing: LayerListing, index: number): void {
    const upper = new FlatModel();
    for (const entry of listing.entries) {
      const path = upper.place(entry.path);
      if (path !== undefined) upper.directories(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
      const shared = entry.type === 'hardlink' ? this.shared(upper, entry.linkTarget!) : undefined;
      if (path !== undefined && shared !== undefined) {
        upper.remove(path);
        upper.at.set(path, shared);
      } else if (path !== undefined) {
        upper.put(path, entry, index);
      }
    }
    const hidden = new Set<string>();
    const gone = new Set<string>();
    for (const path of listing.whiteouts) {
      const slash = path.lastIndexOf('/');
      const directory = slash < 0 ? '' : upper.hides(path.slice(0, slash));
      if (directory === undefined) continue;
      const real = [directory, path.slice(slash + 1)].filter(Boolean).join('/');
      upper.directories(directory);
      if (upper.at.get(real)?.type !== 'directory' || !upper.stated.has(real)) gone.add(real);
    }
    for (const path of listing.opaque) {
      const directory = upper.hides(path);
      if (directory === undefined || directory === '') continue;
      upper.directories(directory);
      hidden.add(directory);
    }
    for (const path of gone) this.remove(path);
    for (const path of hidden) for (const key of this.below(path)) this.at.delete(key);
    for (const [path, node] of upper.at) {
      if (node.type !== 'directory' || this.at.get(path)?.type !== 'directory') {
        this.remove(path);
        this.at.set(path, node);
      } else if (node.made !== '') {
        this.at.set(path, node);
      }
    }
  }

  /** What a hard link is another name of: in its layer, else below. */
  shared(upper: FlatModel, target: string) {
    const own = upper.at.get(upper.place(target) ?? '');
    if (own !== undefined) return own.type === 'directory' ? undefined : own;
    if (upper.place(target) === undefined) return undefined;
    const below = this.at.get(this.place(target) ?? '');
    return below?.type === 'directory' ? undefined : below;
  }

  directories(path: string): void {
    for (let slash = path.indexOf('/'); ; slash = path.indexOf('/', slash + 1)) {
      const parent = slash < 0 ? path : path.slice(0, slash);
      if (parent !== '' && this.at.get(parent)?.type !== 'directory') {
        this.at.set(parent, { type: 'directory', target: null, made: '' });
      }
      if (slash < 0) return;
    }
  }

  put(path: string, entry: LayerEntry, index: number): void {
    this.directories(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
    const { type, linkTarget: target } = entry;
    if (!(type === 'directory' && this.at.get(path)?.type === 'directory')) {
      this.remove(path);
    }
    this.at.set(path, { type, target, made: madeOf(entry, index) });
    if (type === 'directory') this.stated.add(path);
  }
}
