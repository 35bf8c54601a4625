import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { indexArchive } from '../image/archive-index.ts';
import { type Blob, headOf, OpenFile, readWhole } from '../image/blob.ts';
import { compressionOf } from '../image/inflater.ts';
import { streamChunkBytes } from '../image/limits.ts';
import type { Members } from '../image/members.ts';
import { ImageError } from '../registry/error.ts';

/** An image in files of this machine. */
export interface StoredMembers extends Members {
  blob(name: string): Blob | undefined;
  /** @throws ImageError when a file was replaced, or written to, since it was opened */
  checkUnchanged(): void;
  close(): void;
}

/** An archive or a layout folder. @throws ImageError */
export async function storedMembers(path: string, signal: AbortSignal | undefined): Promise<StoredMembers> {
  return isFolder(path) ? folderMembers(path) : archiveMembers(path, signal);
}

async function archiveMembers(path: string, signal: AbortSignal | undefined): Promise<StoredMembers> {
  const file = new OpenFile(path);
  try {
    const compression = compressionOf(headOf({ file, start: 0, size: file.size }, 8));
    if (compression !== undefined)
      throw new ImageError('UNSUPPORTED', `${path}: compressed as a whole (${compression}); unpack it first`);
    const index = await indexArchive(file, signal);
    return { ...index, checkUnchanged: () => checkUnchanged([file]), close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Names come from this room alone (`index.json`, `blobs/sha256/HEX`), so that none leaves the folder. */
function folderMembers(folder: string): StoredMembers {
  const files = new Map<string, OpenFile>();
  const open = (name: string): OpenFile | undefined => {
    const known = files.get(name);
    if (known !== undefined || !existsSync(join(folder, name))) return known;
    const file = new OpenFile(join(folder, name));
    files.set(name, file);
    return file;
  };
  return {
    what: folder,
    find(name) {
      const file = open(name);
      return file && { name, size: file.size };
    },
    read(name, maxBytes) {
      const file = open(name);
      if (file === undefined) throw new ImageError('MISSING_BLOB', `${folder}: ${name} is missing`);
      return readWhole({ file, start: 0, size: file.size }, maxBytes, `${folder}: ${name}`);
    },
    blob(name) {
      const file = open(name);
      return file && { file, start: 0, size: file.size };
    },
    checkUnchanged: () => checkUnchanged([...files.values()]),
    close() {
      for (const file of files.values()) file.close();
    },
  };
}

function checkUnchanged(files: readonly OpenFile[]): void {
  for (const file of files) {
    const now = new OpenFile(file.path);
    try {
      const whole = { file, start: 0, size: file.size };
      if (!file.unchanged() || now.key(whole) !== file.key(whole))
        throw new ImageError('CORRUPT', `${file.path}: it was changed while it was judged`);
    } finally {
      now.close();
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Bytes of a blob, each piece in memory of its own. @throws ImageError `TRUNCATED` */
export async function* piecesFrom({ file, start, size }: Blob, from: number, what: string): AsyncGenerator<Buffer> {
  for (let at = from; at < size; ) {
    const length = Math.min(streamChunkBytes, size - at);
    const buffer = Buffer.allocUnsafe(length);
    const read = await file.read(buffer, length, start + at);
    if (read === 0) throw new ImageError('TRUNCATED', `${what}: truncated`);
    at += read;
    yield buffer.subarray(0, read);
  }
}
