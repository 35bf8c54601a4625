import { type Blob, type OpenFile, readWhole } from './blob.ts';
import { ImageError } from './error.ts';
import { maxArchiveMembers, streamChunkBytes } from './limits.ts';
import { followMemberLinks, type Members, memberLinkTarget } from './members.ts';
import type { TarEntry } from './tar/extended-headers.ts';
import { TarDecoder } from './tar/tar-decoder.ts';
import { cleanPath } from './tar/tar-text.ts';
import { TarWalk } from './tar-walk.ts';

/** The members of an archive that lies uncompressed in a file: only its headers were read. */
export interface ArchiveIndex extends Members {
  readonly file: OpenFile;
  blob(name: string): Blob | undefined;
}

/** @throws ImageError `TRUNCATED`, `CORRUPT`, `TOO_LARGE`, `ABORTED` */
export async function indexArchive(file: OpenFile, signal: AbortSignal | undefined): Promise<ArchiveIndex> {
  const what = file.path;
  const blobs = new Map<string, Blob>();
  /** what other members of the same name say */
  const others = new Map<string, Blob[]>();
  const links = new Map<string, string>();
  const handler = {
    entry(entry: TarEntry): boolean {
      const isFile = (name: string) => {
        const before = blobs.get(name);
        if (before !== undefined) {
          others.set(name, [...(others.get(name) ?? []), before]);
        }
        blobs.set(name, { file, start: entry.offset, size: entry.stored });
      };
      noteMember(entry, isFile, links);
      if (blobs.size + links.size > maxArchiveMembers) {
        throw new ImageError('TOO_LARGE', `${what}: more than ${maxArchiveMembers} members`);
      }
      return false;
    },
    data() {},
    end() {},
  };
  const decoder = new TarDecoder(handler, what);
  await new TarWalk({ file, start: 0, size: file.size }, what).run(decoder, signal);
  decoder.finish();
  const resolved = (name: string) =>
    followMemberLinks(name, (at) => {
      if (blobs.has(at) && links.has(at)) {
        throw repeated(what, at);
      }
      return links.get(at);
    });
  const blobOf = (name: string) => {
    const end = resolved(name);
    const blob = blobs.get(end);
    if (blob !== undefined && others.get(end)?.some((other) => !sameBytes(blob, other))) {
      throw repeated(what, end);
    }
    return blob;
  };
  return {
    what,
    file,
    blob: blobOf,
    find(name) {
      const end = resolved(name);
      const blob = blobs.get(end);
      return blob && { name: end, size: blob.size };
    },
    read(name, maxBytes) {
      const blob = blobOf(name);
      if (blob === undefined) {
        throw new ImageError('MISSING_BLOB', `${what}: ${name} is missing`);
      }
      return readWhole(blob, maxBytes, `${what}: ${name}`);
    },
  };
}

/** Some engines take the first member of a name, some the last. */
export function repeated(what: string, name: string): ImageError {
  return new ImageError('CORRUPT', `${what}: ${name} is there twice: engines do not agree on which one counts`);
}

function sameBytes(one: Blob, other: Blob): boolean {
  if (one.size !== other.size) {
    return false;
  }
  const [a, b] = [Buffer.alloc(streamChunkBytes), Buffer.alloc(streamChunkBytes)];
  for (let at = 0; at < one.size; ) {
    const length = Math.min(streamChunkBytes, one.size - at);
    const read = one.file.readSync(a, length, one.start + at);
    if (read === 0 || other.file.readSync(b, read, other.start + at) !== read || a.compare(b, 0, read, 0, read) !== 0) {
      return false;
    }
    at += read;
  }
  return true;
}

/** Files and links of an outer archive; the last one of a name counts, as it would once extracted. */
export function noteMember(entry: TarEntry, onFile: (name: string) => void, links: Map<string, string>): void {
  const name = cleanPath(entry.path);
  if (name === undefined) {
    return;
  }
  if (entry.type === 'file' && !entry.sparse) {
    onFile(name);
  } else if (entry.type === 'symlink' || entry.type === 'hardlink') {
    const target = entry.type === 'hardlink' ? cleanPath(entry.linkTarget) : memberLinkTarget(name, entry.linkTarget);
    if (target !== undefined) {
      links.set(name, target);
    }
  }
}
