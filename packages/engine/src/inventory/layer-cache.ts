import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
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

/** What is kept under a key, read where it lies. */
export interface KeptFile {
  readonly size: number;
  /** Fills the target from this position. @returns bytes, fewer at the end alone */
  read(target: Uint8Array, position: number): number;
  close(): void;
}

/** Something that is written before it is known whether it will be kept. After an error of the system it is gone. */
export interface KeptDraft {
  /** @returns whether it is still there */
  write(piece: Uint8Array): boolean;
  keep(key: string): void;
  /** Takes it away, unless it was kept. */
  drop(): void;
}

/** What is kept, as files: large ones need not be in memory. */
export interface FileStore extends LayerStore {
  open(key: string): KeptFile | undefined;
  begin(): KeptDraft;
}

/**
 * Keeps layer analyses as files, one for each key. Several processes may use one directory: files appear by renaming, so
 * nobody reads half of one. A cache is no reason to fail: a directory that cannot be read or written means that nothing
 * is recalled or kept.
 */
export function openLayerCache(options: LayerCacheOptions): FileStore {
  const { directory, maxBytes = defaultMaxBytes } = options;
  let held: number | null = null;
  let added = 0;
  const pathOf = (key: string) => join(directory, `${key}${suffix}`);
  const begin = () => {
    return new FileDraft(directory, maxBytes, pathOf, (bytes) => {
      added += bytes;
      if (held !== null && held + added <= maxBytes && added <= maxBytes * unseenShare) return;
      held = evict(directory, maxBytes);
      added = 0;
    });
  };
  return {
    get: (key) => ignoringSystemErrors(() => recall(pathOf(key), maxBytes)),
    open: (key) => ignoringSystemErrors(() => openKept(pathOf(key), maxBytes)),
    begin,
    put(key, pieces) {
      const draft = begin();
      try {
        for (const piece of pieces) if (!draft.write(piece)) return;
        draft.keep(key);
      } finally {
        draft.drop();
      }
    },
  };
}

class FileDraft implements KeptDraft {
  readonly #maxBytes: number;
  readonly #pathOf: (key: string) => string;
  readonly #onKept: (bytes: number) => void;
  readonly #path: string;
  /** undefined: it is closed */
  #file: number | undefined;
  #bytes = 0;

  constructor(directory: string, maxBytes: number, pathOf: (key: string) => string, onKept: (bytes: number) => void) {
    this.#maxBytes = maxBytes;
    this.#pathOf = pathOf;
    this.#onKept = onKept;
    this.#path = join(directory, `draft${writerMark()}${unfinished}`);
    this.#file = ignoringSystemErrors(() => {
      makeDirectory(directory);
      return openSync(this.#path, 'wx', 0o600);
    });
  }

  write(piece: Uint8Array): boolean {
    const file = this.#file;
    if (file === undefined) return false;
    this.#bytes += piece.length;
    const isWritten = ignoringSystemErrors(() => {
      if (this.#bytes > this.#maxBytes) return false;
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
      return true;
    });
    if (isWritten !== true) this.drop();
    return isWritten === true;
  }

  keep(key: string): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    const isKept = ignoringSystemErrors(() => {
      closeSync(file);
      renameSync(this.#path, this.#pathOf(key));
      return true;
    });
    if (isKept) ignoringSystemErrors(() => this.#onKept(this.#bytes));
    else this.#remove();
  }

  drop(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    ignoringSystemErrors(() => closeSync(file));
    this.#remove();
  }

  #remove(): void {
    ignoringSystemErrors(() => rmSync(this.#path, { force: true }));
  }
}

/** What would wait or never end is not opened: pipes, devices, links to them. */
const ownFileOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Reads a file, and marks it as used. */
function recall(path: string, maxBytes: number): Buffer | undefined {
  const opened = openOwn(path, maxBytes);
  if (opened === undefined) return undefined;
  try {
    return readFileSync(opened.file);
  } finally {
    closeSync(opened.file);
  }
}

function openKept(path: string, maxBytes: number): KeptFile | undefined {
  const opened = openOwn(path, maxBytes);
  if (opened === undefined) return undefined;
  const { file, size } = opened;
  return {
    size,
    read: (target, position) => readSync(file, target, 0, target.length, position),
    close: () => closeSync(file),
  };
}

/** Others may write to the directory: what this store cannot have written is as good as not there. */
function openOwn(path: string, maxBytes: number): { readonly file: number; readonly size: number } | undefined {
  const file = openSync(path, ownFileOnly);
  try {
    const stat = fstatSync(file);
    if (stat.isFile() && stat.size <= maxBytes) {
      markAsUsed(file);
      return { file, size: stat.size };
    }
  } catch (error) {
    closeSync(file);
    throw error;
  }
  closeSync(file);
  return undefined;
}

function markAsUsed(file: number): void {
  ignoringSystemErrors(() => {
    const now = Date.now();
    if (now - fstatSync(file).mtimeMs > usedRecently) futimesSync(file, now / 1000, now / 1000);
  });
}

/** Removes the files that were used least recently until the rest fits; other files of the directory are left alone. Returns the bytes left. */
function evict(directory: string, maxBytes: number): number {
  removeAbandoned(directory, unfinished);
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(suffix) || name.endsWith(unfinished))
    .flatMap((name) => {
      const stat = lstatSync(join(directory, name), { bigint: true, throwIfNoEntry: false });
      // a directory cannot be removed like a file, and would end the eviction each time
      return stat === undefined || stat.isDirectory() ? [] : [{ name, size: Number(stat.size), age: stat.mtimeNs }];
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
