import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readParts } from './blob.ts';
import { throwIfAborted } from './error.ts';
import { maxProblemsPerLayer } from './limits.ts';
import { decodeName } from './tar/tar-text.ts';
import type {
  EntryType,
  LayerEntry,
  LayerListing,
  LayerVisitor,
  ReadLimits,
  ReadProblem,
  ReadProblemCode,
} from './types.ts';

/** Entries between two looks at the signal. */
const entriesPerTurn = 512;

const slash = Buffer.from('/');

/** What is no part of a root file system though it lies in that of a running host. */
const hostFolders: ReadonlySet<string> = new Set(['proc', 'sys', 'dev']);

export interface RootfsOptions {
  readonly limits: ReadLimits;
  readonly signal: AbortSignal | undefined;
  /** the directory is the root of this host: kernel file systems in it are not walked */
  readonly isHostRoot: boolean;
}

/**
 * Walks a root file system that lies unpacked in a directory, as one layer. No link is followed, no directory left.
 *
 * @returns the analysis and the digest over all entries, sorted by path, and the bodies that were read
 * @throws ImageError `ABORTED`
 */
export async function walkRootfs<T>(
  directory: string,
  visitor: LayerVisitor<T>,
  options: RootfsOptions,
): Promise<{ readonly analysis: T; readonly digest: string }> {
  const walk = new RootfsWalk(directory, visitor, options);
  await walk.run();
  return { analysis: visitor.finish(walk.listing()), digest: walk.digest() };
}

interface Place {
  /** relative to the root; '' is the root */
  readonly path: string;
  /** on this host: names need not be UTF-8 */
  readonly real: Buffer;
}

class RootfsWalk<T> {
  readonly #visitor: LayerVisitor<T>;
  readonly #options: RootfsOptions;
  readonly #entries: LayerEntry[] = [];
  readonly #problems: ReadProblem[] = [];
  /** sha256 of the bodies that were read, by path */
  readonly #bodies = new Map<string, string>();
  /** places still to visit, the next one last */
  readonly #left: Place[];

  constructor(directory: string, visitor: LayerVisitor<T>, options: RootfsOptions) {
    this.#visitor = visitor;
    this.#options = options;
    this.#left = this.#children({ path: '', real: Buffer.from(directory) });
  }

  async run(): Promise<void> {
    const { limits, signal } = this.#options;
    for (let place = this.#left.pop(); place !== undefined; place = this.#left.pop()) {
      if (this.#entries.length >= limits.maxEntriesPerLayer) {
        this.#problem('limit-reached', `more than ${limits.maxEntriesPerLayer} entries; the rest was not read`);
        return;
      }
      if (Buffer.byteLength(place.path) > limits.maxPathBytes) {
        this.#problem('limit-reached', `a path of more than ${limits.maxPathBytes} bytes`, place.path.slice(0, 256));
        continue;
      }
      this.#visit(place);
      if (this.#entries.length % entriesPerTurn === 0) {
        await nextTurn();
        throwIfAborted(signal);
      }
    }
  }

  #visit(place: Place): void {
    const entry = this.#attempt(place, () => entryAt(place));
    if (entry === undefined) {
      return;
    }
    this.#entries.push(entry);
    if (entry.type === 'directory') {
      if (this.#options.isHostRoot && hostFolders.has(place.path)) {
        this.#problem('file-unreadable', 'not walked: it belongs to the running host', place.path);
        return;
      }
      for (const child of this.#children(place)) {
        this.#left.push(child);
      }
    } else if (entry.type === 'file') {
      const wanted = this.#visitor.wants(entry.path, entry.size, entry.mode, false);
      if (wanted === true || wanted === 'either') {
        this.#read(place, entry);
      } else if (wanted === 'parts' && this.#visitor.parts !== undefined) {
        this.#readParts(place, entry);
      }
    }
  }

  /** Last first, as `#left` wants them. */
  #children(place: Place): Place[] {
    const names = this.#attempt(place, () => readdirSync(place.real, { encoding: 'buffer' })) ?? [];
    const prefix = place.path === '' ? '' : `${place.path}/`;
    return names
      .map((name) => ({
        path: prefix + decodeName(name, 0, name.length),
        real: Buffer.concat([place.real, slash, name]),
      }))
      .sort((a, b) => (a.path < b.path ? 1 : a.path > b.path ? -1 : 0));
  }

  #read(place: Place, entry: LayerEntry): void {
    const { maxFileBytes } = this.#options.limits;
    if (entry.size > maxFileBytes) {
      const message = `a file of ${entry.size} bytes (the limit is ${maxFileBytes}) was not read`;
      this.#problem('file-too-large', message, entry.path);
      return;
    }
    const body = this.#attempt(place, () => readRegular(place.real, maxFileBytes));
    if (body !== undefined) {
      this.#bodies.set(entry.path, createHash('sha256').update(body).digest('hex'));
      this.#visitor.file(entry, body);
    }
  }

  /** The digest covers what was read of it. */
  #readParts(place: Place, entry: LayerEntry): void {
    this.#attempt(place, () => {
      const descriptor = openRegular(place.real);
      try {
        const hash = createHash('sha256');
        const parts = readParts(entry.size, (buffer, position) => {
          const count = readSync(descriptor, buffer, 0, buffer.length, position);
          hash.update(`${position} ${count}\n`).update(buffer.subarray(0, count));
          return count;
        });
        this.#visitor.parts!(entry, parts);
        this.#bodies.set(entry.path, hash.digest('hex'));
      } finally {
        closeSync(descriptor);
      }
    });
  }

  #attempt<R>(place: Place, job: () => R): R | undefined {
    try {
      return job();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      this.#problem('file-unreadable', `cannot be read (${code})`, place.path);
      return undefined;
    }
  }

  #problem(code: ReadProblemCode, message: string, path?: string): void {
    if (this.#problems.length < maxProblemsPerLayer) {
      this.#problems.push(path === undefined ? { code, message } : { code, message, path });
    } else if (this.#problems.length === maxProblemsPerLayer) {
      this.#problems.push({ code: 'limit-reached', message: 'further problems are not listed' });
    }
  }

  listing(): LayerListing {
    return { entries: this.#entries, whiteouts: [], opaque: [], problems: this.#problems };
  }

  digest(): string {
    const hash = createHash('sha256');
    const sorted = [...this.#entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    for (const { path, type, mode, size, linkTarget } of sorted) {
      // JSON keeps names with line breaks apart
      hash.update(`${JSON.stringify([path, type, mode, size, linkTarget, this.#bodies.get(path) ?? null])}\n`);
    }
    return `sha256:${hash.digest('hex')}`;
  }
}

function entryAt(place: Place): LayerEntry {
  const stat = lstatSync(place.real);
  const type = typeOf(stat);
  const target = type === 'symlink' ? readlinkSync(place.real, { encoding: 'buffer' }) : null;
  return {
    path: place.path,
    type,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    size: type === 'file' ? stat.size : 0,
    linkTarget: target === null ? null : decodeName(target, 0, target.length),
  };
}

/** A socket is no file of an image: it is listed as what is nearest to it. */
function typeOf(stat: Stats): EntryType {
  if (stat.isFile()) {
    return 'file';
  }
  if (stat.isDirectory()) {
    return 'directory';
  }
  if (stat.isSymbolicLink()) {
    return 'symlink';
  }
  if (stat.isCharacterDevice()) {
    return 'character';
  }
  return stat.isBlockDevice() ? 'block' : 'fifo';
}

function openRegular(path: Buffer | string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** The body of what is a regular file at this moment; never waits for a pipe, never follows a link. */
export function readRegular(path: Buffer | string, maxBytes: number): Buffer {
  const descriptor = openRegular(path);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size > maxBytes) {
      throw new Error('it changed while it was read');
    }
    const body = Buffer.allocUnsafeSlow(stat.size);
    let at = 0;
    while (at < body.length) {
      const count = readSync(descriptor, body, at, body.length - at, at);
      if (count === 0) {
        throw new Error('it became shorter while it was read');
      }
      at += count;
    }
    return body;
  } finally {
    closeSync(descriptor);
  }
}
