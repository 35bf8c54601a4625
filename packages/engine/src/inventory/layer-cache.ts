import {
  closeSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { LayerStore } from './layer-analyser.ts';
import { removeAbandoned, writerMark } from './unfinished-files.ts';

export interface LayerCacheOptions {
  /** made when the first analysis is kept */
  readonly directory: string;
  /** of all files together; those that were not used for the longest time go first */
  readonly maxBytes?: number | undefined;
}

const defaultMaxBytes = 512 * 1024 * 1024;
/** After an eviction this part of `maxBytes` is left, so that not every further file evicts again. */
const keptShare = 0.9;
/** Other processes add files too: after this part of `maxBytes` was added the directory is looked at again. */
const unseenShare = 1 / 16;
/** A file that was used within this time, milliseconds, is not marked as used again. */
const usedRecently = 10 * 60 * 1000;
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
  let added = 0;
  return {
    get(key) {
      return ignoringSystemErrors(() => recall(join(directory, `${key}${suffix}`)));
    },
    put(key, pieces) {
      ignoringSystemErrors(() => {
        makeDirectory(directory);
        const draft = join(directory, `${key}${writerMark()}${unfinished}`);
        let written: number | null;
        try {
          written = writePieces(draft, pieces, maxBytes);
          if (written !== null) renameSync(draft, join(directory, `${key}${suffix}`));
        } catch (error) {
          rmSync(draft, { force: true });
          throw error;
        }
        if (written === null) {
          rmSync(draft, { force: true });
          return;
        }
        added += written;
        if (held === null || held + added > maxBytes || added > maxBytes * unseenShare) {
          held = evict(directory, maxBytes);
          added = 0;
        }
      });
    },
  };
}

/** Writes a new file. Returns its bytes; null: there were more than `maxBytes`, and not all was written. */
function writePieces(path: string, pieces: Iterable<Buffer>, maxBytes: number): number | null {
  const file = openSync(path, 'wx', 0o600);
  try {
    let bytes = 0;
    for (const piece of pieces) {
      bytes += piece.length;
      if (bytes > maxBytes) return null;
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Reads a file, and marks it as used. */
function recall(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = readFileSync(file);
    ignoringSystemErrors(() => {
      const now = Date.now();
      if (now - fstatSync(file).mtimeMs > usedRecently) futimesSync(file, now / 1000, now / 1000);
    });
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Removes the files that were used least recently until the rest fits; other files of the directory are left alone. Returns the bytes left. */
function evict(directory: string, maxBytes: number): number {
  removeAbandoned(directory, unfinished);
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
