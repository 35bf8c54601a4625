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
  /** real directories of what hides something, while they are what they were */
  marks: { readonly directory: string; readonly name: string }[] = [];
  opaque: string[] = [];
  /** whether `..` took away, in the last path, the first part of it that is no directory */
  guessed = false;

  /** real path; missing parts stay as they are. undefined: it loops */
  real(path: string): string | undefined {
    let real = '';
    this.guessed = false;
    const left = path.split('/').filter(Boolean);
    for (let steps = 0; left.length > 0; ) {
      const name = left.shift()!;
      if (name === '..') {
        const parent = real.includes('/') ? real.slice(0, real.lastIndexOf('/')) : '';
        this.guessed ||= real !== '' && !this.isDirectory(real) && this.isDirectory(parent);
        real = parent;
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

  isDirectory(path: string): boolean {
    return path === '' || this.at.get(path)?.type === 'directory';
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
    const stays = (directory: string) => directory !== path && !directory.startsWith(`${path}/`);
    this.marks = this.marks.filter(({ directory }) => stays(directory));
    this.opaque = this.opaque.filter(stays);
  }

  /** Marks hide directories that the layer itself has no file in place of. */
  hides(directory: string): string | undefined {
    const real = this.real(directory);
    const parts = real?.split('/').filter(Boolean) ?? [];
    const blocked = parts.some((_, at) => {
      const type = this.at.get(parts.slice(0, at + 1).join('/'))?.type;
      return type !== undefined && type !== 'directory';
    });
    return blocked || this.guessed ? undefined : real;
  }

  /** The layer on its own, as a folder; then what it has over what there is. */
  apply(listing: LayerListing, index: number): void {
    const upper = new FlatModel();
    const { whiteouts, opaque } = listing;
    const entries = [...listing.entries];
    const marksAt = (index: number) => {
      for (const { path, at } of whiteouts) if (at === index) upper.whiteout(path);
      for (const { path, at } of opaque) if (at === index) upper.hide(path);
    };
    for (const [at, entry] of entries.entries()) {
      marksAt(at);
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
    marksAt(entries.length);
    for (const { directory, name } of upper.marks) {
      const real = [directory, name].filter(Boolean).join('/');
      if (upper.at.get(real)?.type !== 'directory' || !upper.stated.has(real)) this.remove(real);
    }
    for (const path of upper.opaque) for (const key of this.below(path)) this.at.delete(key);
    for (const [path, node] of upper.at) {
      if (node.type !== 'directory' || this.at.get(path)?.type !== 'directory') {
        this.remove(path);
        this.at.set(path, node);
      } else if (node.made !== '') {
        this.at.set(path, node);
      }
    }
  }

  whiteout(path: string): void {
    const slash = path.lastIndexOf('/');
    const directory = slash < 0 ? '' : this.hides(path.slice(0, slash));
    if (directory === undefined) return;
    this.directories(directory);
    this.marks.push({ directory, name: path.slice(slash + 1) });
  }

  hide(path: string): void {
    const directory = this.hides(path);
    if (directory === undefined || directory === '') return;
    this.directories(directory);
    this.opaque.push(directory);
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
