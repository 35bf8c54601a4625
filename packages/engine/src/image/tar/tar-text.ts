import { isUtf8 } from 'node:buffer';

/** Text of a name field: UTF-8 where the bytes are that, else Latin-1, so that every name has exactly one text. */
export function decodeName(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at += 1) {
    if (bytes[at]! >= 0x80) {
      const name = bytes.subarray(start, end);
      return isUtf8(name) ? name.toString('utf8') : name.toString('latin1');
    }
  }
  return bytes.toString('latin1', start, end);
}

/** A field of a header: up to the first NUL or its whole length. */
export function decodeField(bytes: Buffer, start: number, length: number): string {
  let end = start;
  while (end < start + length && bytes[end] !== 0) {
    end += 1;
  }
  return decodeName(bytes, start, end);
}

/** '.', '..' or an empty component */
const unclean = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * Clean relative form of a path in a layer (`./usr//lib/` → `usr/lib`, '' for the root), or undefined for one that has
 * `..` or a NUL in it: such a path means different places to different extractors.
 */
export function cleanPath(raw: string): string | undefined {
  const path = raw.startsWith('./') ? raw.slice(2) : raw;
  if (path.includes('\0')) {
    return undefined;
  }
  if (!unclean.test(path)) {
    return path;
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : parts.join('/');
}
