import { isDataPath } from '../data-folders.ts';

const digest = /^[0-9a-f]{32} [ *]/;
const newline = 10;
const longestPath = 4096;

/**
 * Whether all files of a package's file list are documentation, translations and the like. Most packages are told by their
 * first lines.
 *
 * @param body `info/PACKAGE.list`: a path per line, folders before what is in them; or `PACKAGE.md5sums`, which names no folders; or `PACKAGE.md5sums`, which names no folders
 */
export function isDataOnly(body: Buffer): boolean {
  let files = 0;
  for (let at = 0; at < body.length; ) {
    const found = body.indexOf(newline, at);
    const end = found < 0 ? body.length : found;
    if (end - at > longestPath) return false;
    const path = body.toString('latin1', at, end).replace(digest, '');
    const next = end + 1;
    const isFolder =
      path === '/.' ||
      path === '' ||
      body.subarray(next, next + path.length + 1).equals(Buffer.from(`${path}/`, 'latin1'));
    if (!isFolder) {
      if (!isDataPath(path)) return false;
      files += 1;
    }
    at = next;
  }
  return files > 0;
}
