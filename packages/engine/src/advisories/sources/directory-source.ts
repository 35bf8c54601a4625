import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type FeedFile, type FeedSource, type FetchResult, mirrorPath, type Validator } from './feed-source.ts';

/** A mirror of the upstream hosts in a directory; files may be stored with `.gz` added. */
export function directorySource(directory: string): FeedSource {
  return {
    fetch: async (url, known) => lookUp(directory, url, known),
    list: (url) => {
      try {
        return readdirSync(join(directory, decodeURIComponent(mirrorPath(url)))).sort();
      } catch {
        return undefined;
      }
    },
  };
}

function lookUp(directory: string, url: string, known: Validator | null): FetchResult {
  const plain = join(directory, decodeURIComponent(mirrorPath(url)));
  const file = fileAt(url, plain, false) ?? fileAt(url, `${plain}.gz`, true);
  if (file === undefined) return { state: 'absent' };
  if (known !== null && known.etag === file.validator.etag) return { state: 'unchanged', validator: file.validator };
  return { state: 'file', file };
}

function fileAt(url: string, path: string, gzipped: boolean): FeedFile | undefined {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (!stat?.isFile()) return undefined;
  return {
    url,
    path,
    gzipped,
    validator: { etag: `file-${stat.size}-${stat.mtimeNs}-${stat.ctimeNs}-${stat.ino}`, lastModified: null },
  };
}
