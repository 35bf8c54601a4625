import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LayerStore } from './layer-analyser.ts';

export interface LayerCacheOptions {
  /** made when the first analysis is kept */
  readonly directory: string;
  /** of all files together; the oldest go first */
  readonly maxBytes?: number | undefined;
}

const defaultMaxBytes = 512 * 1024 * 1024;
/** After an eviction this part of `maxBytes` is left, so that not every further file evicts again. */
const keptShare = 0.9;
const suffix = '.layer';
const unfinished = '.tmp';

/**
 * Keeps layer analyses as files, one for each key. Several processes may use one directory: files appear by renaming, so
 * nobody reads half of one. A cache is no reason to fail: a directory that cannot be read or written means that nothing
 * is recalled or kept.
 */
export function openLayerCache(options: LayerCacheOptions): LayerStore {
  const { directory, maxBytes = defaultMaxBytes } = options;
  let held: number | null = null;
  return {
    get(key) {
      return ignoringSystemErrors(() => readFileSync(join(directory, `${key}${suffix}`)));
    },
    put(key, bytes) {
      if (bytes.length > maxBytes) return;
      ignoringSystemErrors(() => {
        makeDirectory(directory);
        const draft = join(directory, `${key}.${process.pid}-${randomBytes(6).toString('hex')}${unfinished}`);
        try {
          writeFileSync(draft, bytes, { mode: 0o600, flag: 'wx' });
          renameSync(draft, join(directory, `${key}${suffix}`));
        } catch (error) {
          rmSync(draft, { force: true });
          throw error;
        }
        held = held === null ? evict(directory, maxBytes) : held + bytes.length;
        if (held > maxBytes) held = evict(directory, maxBytes);
      });
    },
  };
}

/** Removes the oldest files until the rest fits; other files of the directory are left alone. Returns the bytes left. */
function evict(directory: string, maxBytes: number): number {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(suffix) || name.endsWith(unfinished))
    .flatMap((name) => {
      const stat = statSync(join(directory, name), { bigint: true, throwIfNoEntry: false });
      return stat === undefined ? [] : [{ name, size: Number(stat.size), age: stat.mtimeNs }];
    })
    .sort((a, b) => (a.age < b.age ? -1 : a.age > b.age ? 1 : a.name < b.name ? -1 : 1));
  let held = files.reduce((sum, { size }) => sum + size, 0);
  if (held <= maxBytes) return held;
  for (const { name, size } of files) {
    if (held <= maxBytes * keptShare) break;
    rmSync(join(directory, name), { force: true });
    held -= size;
  }
  return held;
}

function ignoringSystemErrors<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** Makes a directory and its parents, each once: Node's own recursive way never ends below /proc. */
function makeDirectory(path: string, parents = true): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || !parents || dirname(path) === path) throw error;
    makeDirectory(dirname(path));
    makeDirectory(path, false);
  }
}
