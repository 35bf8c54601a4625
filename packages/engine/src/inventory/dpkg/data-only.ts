import { sameBytes } from '../../image/path-hash.ts';
import { isDataPath } from '../data-folders.ts';

const digest = /^[0-9a-f]{32} [ *]/;
const [slash, dot] = [0x2f, 0x2e];
const newline = 10;
const longestPath = 4096;

/**
 * Whether all files of a package's file list are documentation, translations and the like. Most packages are told by their
 * first lines.
 *
 * @param body `info/PACKAGE.list`: a path per line, folders before what is in them; or `PACKAGE.md5sums`, which
 *   names no folders
 */
export function isDataOnly(body: Buffer): boolean {
  let files = 0;
  for (let at = 0; at < body.length; ) {
    const found = body.indexOf(newline, at);
    const end = found < 0 ? body.length : found;
    if (end - at > longestPath) return false;
    if (!isFolder(body, at, end)) {
      const path = body.toString('latin1', at, end).replace(digest, '');
      if (path !== '' && path !== '/.') {
        if (!isDataPath(path)) return false;
        files += 1;
      }
    }
    at = end + 1;
  }
  return files > 0;
}

/** Whether a line is nothing, the root, or a folder that the next line is in. A digest before the path makes it none of them. */
function isFolder(body: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length === 0 || (length === 2 && body[start] === slash && body[start + 1] === dot)) return true;
  return body[end + 1 + length] === slash && sameBytes(body, start, end, body, end + 1, end + 1 + length);
}
