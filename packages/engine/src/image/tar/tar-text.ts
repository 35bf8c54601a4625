import { isUtf8 } from 'node:buffer';

/** Where the bytes that are no UTF-8 go: U+F780 to U+F7FF, which are for private use. */
const bytePlane = 0xf700;
const inBytePlane = /[\uf780-\uf7ff]/;

/**
 * Text of a name field. A byte that is no UTF-8 becomes a character of its own (so do the bytes of such characters
 * themselves), so that no two names have the same text: of `\xe9` and `é` both would be one file, and the later one
 * would hide the other.
 */
export function decodeName(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at += 1) {
    if (bytes[at]! >= 0x80) {
      const name = bytes.subarray(start, end);
      const text = isUtf8(name) ? name.toString('utf8') : null;
      return text === null || inBytePlane.test(text) ? escaped(name) : text;
    }
  }
  return bytes.toString('latin1', start, end);
}

function escaped(name: Buffer): string {
  let text = '';
  for (let at = 0; at < name.length; ) {
    const first = name[at]!;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const piece = name.subarray(at, at + length);
    const char = isUtf8(piece) ? piece.toString('utf8') : null;
    if (char === null || inBytePlane.test(char)) {
      text += String.fromCharCode(bytePlane + first);
      at += 1;
    } else {
      text += char;
      at += length;
    }
  }
  return text;
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
