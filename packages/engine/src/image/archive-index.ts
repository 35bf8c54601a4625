import { type Blob, type OpenFile, readWhole, walkTar } from './blob.ts';
import { ImageError } from './error.ts';
import { maxArchiveMembers } from './limits.ts';
import { followMemberLinks, type Members, memberLinkTarget } from './members.ts';
import type { TarEntry } from './tar/extended-headers.ts';
import { TarDecoder } from './tar/tar-decoder.ts';
import { cleanPath } from './tar/tar-text.ts';

/** The members of an archive that lies uncompressed in a file: only its headers were read. */
export interface ArchiveIndex extends Members {
  readonly file: OpenFile;
  blob(name: string): Blob | undefined;
}

/** @throws ImageError `TRUNCATED`, `CORRUPT`, `TOO_LARGE`, `ABORTED` */
export async function indexArchive(file: OpenFile, signal: AbortSignal | undefined): Promise<ArchiveIndex> {
  const what = file.path;
  const blobs = new Map<string, Blob>();
  const links = new Map<string, string>();
  const handler = {
    entry(entry: TarEntry): boolean {
      noteMember(entry, (name) => blobs.set(name, { file, start: entry.offset, size: entry.stored }), links);
      if (blobs.size + links.size > maxArchiveMembers) {
        throw new ImageError('TOO_LARGE', `${what}: more than ${maxArchiveMembers} members`);
      }
      return false;
    },
    data() {},
    end() {},
  };
  const decoder = new TarDecoder(handler, what);
  await walkTar({ file, start: 0, size: file.size }, decoder, what, signal);
  decoder.finish();
  const resolved = (name: string) => followMemberLinks(name, (at) => (blobs.has(at) ? undefined : links.get(at)));
  return {
    what,
    file,
    blob: (name) => blobs.get(resolved(name)),
    find(name) {
      const end = resolved(name);
      const blob = blobs.get(end);
      return blob && { name: end, size: blob.size };
    },
    read(name, maxBytes) {
      const blob = blobs.get(resolved(name));
      if (blob === undefined) {
        throw new ImageError('MISSING_BLOB', `${what}: ${name} is missing`);
      }
      return readWhole(blob, maxBytes, `${what}: ${name}`);
    },
  };
}

/** Files and links of an outer archive; the last one of a name counts, as it would once extracted. */
export function noteMember(entry: TarEntry, onFile: (name: string) => void, links: Map<string, string>): void {
  const name = cleanPath(entry.path);
  if (name === undefined) {
    return;
  }
  if (entry.type === 'file' && !entry.sparse) {
    links.delete(name);
    onFile(name);
  } else if (entry.type === 'symlink' || entry.type === 'hardlink') {
    const target = entry.type === 'hardlink' ? cleanPath(entry.linkTarget) : memberLinkTarget(name, entry.linkTarget);
    if (target !== undefined) {
      links.set(name, target);
    }
  }
}
