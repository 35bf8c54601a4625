import { existsSync, statSync } from 'node:fs';
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { headOf, OpenFile } from '../../image/blob.ts';
import { compressionOf } from '../../image/inflater.ts';

/** Bytes of the file; compressed ones inflate to a thousand times as much at most. */
const headBytes = 1024;

/** `sbom:FILE`, or a path, also as `file://`, whose content begins as an SBOM does; null: an image is meant. */
export function sbomFile(reference: string): string | null {
  if (reference.startsWith('sbom:')) return reference.slice('sbom:'.length);
  const path = reference.startsWith('file://') ? reference.slice('file://'.length) : reference;
  if (!existsSync(path) || !statSync(path).isFile()) return null;
  const file = new OpenFile(path);
  try {
    return beginsAsSbom(headOf({ file, start: 0, size: file.size }, headBytes)) ? path : null;
  } finally {
    file.close();
  }
}

/** JSON, XML and SPDX's tags: no archive begins like that. */
function beginsAsSbom(head: Buffer): boolean {
  const bytes = inflated(head);
  const letters = bytes.toString('latin1').replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '');
  // whoever reads UTF-16 says that it cannot
  const text = (isUtf16(bytes) ? letters.replaceAll('\0', '') : letters).trimStart();
  return text.startsWith('{') || /^<(?:\?xml|bom|rdf)/.test(text) || /^(?:#[^\n]*\n\s*)*SPDXVersion:/.test(text);
}

/** By its byte order mark, as PowerShell writes what it redirects. */
export function isUtf16(head: Buffer): boolean {
  return head.length >= 2 && (head.readUInt16BE(0) === 0xfffe || head.readUInt16BE(0) === 0xfeff);
}

/** As far as the head goes. */
function inflated(head: Buffer): Buffer {
  try {
    switch (compressionOf(head)) {
      case 'gzip':
        return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
      case 'zstd':
        return zstdDecompressSync(head, { finishFlush: constants.ZSTD_e_flush, maxOutputLength: 2 ** 20 });
      default:
        return head;
    }
  } catch {
    return head; // whoever reads it says what is wrong
  }
}
