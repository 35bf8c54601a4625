import { AdvisoryError } from '../advisory-error.ts';
import type { ArchiveVisitor } from './archive-visitor.ts';

export interface TarLimits {
  readonly maxEntries: number;
  /** bytes of one body that is wanted */
  readonly maxBodyBytes: number;
  /** bytes of the whole uncompressed archive */
  readonly maxTotalBytes: number;
}

export const tarLimits: TarLimits = { maxEntries: 2_000_000, maxBodyBytes: 16 << 20, maxTotalBytes: 64 * 2 ** 30 };

const blockSize = 512;

/**
 * Walks a tar stream once and hands over the bodies of regular files whose name is wanted. Feeds keep short names, so
 * that long-name extensions (pax, GNU) are skipped like any other entry; their file then has its shortened name.
 *
 * @throws AdvisoryError `feed-malformed` (truncated, bad checksum), `feed-too-large`
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html (ustar)
 */
export async function readTar(
  name: string,
  stream: AsyncIterable<Buffer>,
  visitor: ArchiveVisitor,
  limits: TarLimits = tarLimits,
): Promise<void> {
  const header = Buffer.alloc(blockSize);
  let headerFill = 0;
  let body: { path: string; chunks: Buffer[] } | undefined;
  /** of the body and of its padding, still to come */
  let bodyLeft = 0;
  let padLeft = 0;
  let entries = 0;
  let total = 0;
  let ended = false;

  for await (const chunk of stream) {
    total += chunk.length;
    if (total > limits.maxTotalBytes)
      throw new AdvisoryError(
        'feed-too-large',
        `${name}: the archive inflates to more than ${limits.maxTotalBytes} bytes`,
      );
    let at = 0;
    while (at < chunk.length && !ended) {
      if (bodyLeft > 0) {
        const take = Math.min(bodyLeft, chunk.length - at);
        body?.chunks.push(chunk.subarray(at, at + take));
        at += take;
        bodyLeft -= take;
        if (bodyLeft === 0 && body !== undefined) {
          visitor.file(body.path, Buffer.concat(body.chunks));
          body = undefined;
        }
        continue;
      }
      if (padLeft > 0) {
        const take = Math.min(padLeft, chunk.length - at);
        at += take;
        padLeft -= take;
        continue;
      }
      const take = Math.min(blockSize - headerFill, chunk.length - at);
      chunk.copy(header, headerFill, at, at + take);
      headerFill += take;
      at += take;
      if (headerFill < blockSize) continue;
      headerFill = 0;
      const entry = parseHeader(header, name);
      if (entry === undefined) {
        ended = true;
        continue;
      }
      if (++entries > limits.maxEntries)
        throw new AdvisoryError('feed-too-large', `${name}: more than ${limits.maxEntries} entries`);
      bodyLeft = entry.size;
      padLeft = (blockSize - (entry.size % blockSize)) % blockSize;
      if (!entry.file || entry.size === 0 || !visitor.wanted(entry.path)) continue;
      if (entry.size > limits.maxBodyBytes) visitor.refused(entry.path, `is larger than ${limits.maxBodyBytes} bytes`);
      else body = { path: entry.path, chunks: [] };
    }
  }
  if (!ended && (total === 0 || bodyLeft > 0 || headerFill > 0)) {
    throw new AdvisoryError('feed-malformed', `${name}: the archive is truncated; fetch it again`);
  }
}

interface TarEntry {
  readonly path: string;
  readonly size: number;
  readonly file: boolean;
}

/** undefined: the zero block that ends an archive. */
function parseHeader(header: Buffer, name: string): TarEntry | undefined {
  let sum = 8 * 0x20;
  for (let i = 0; i < blockSize; i++) if (i < 148 || i >= 156) sum += header[i]!;
  if (sum === 8 * 0x20) return undefined;
  if (octal(header, 148, 8) !== sum)
    throw new AdvisoryError('feed-malformed', `${name}: a tar header's checksum is wrong; fetch it again`);
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(header, 345, 155) : '';
  const path = text(header, 0, 100);
  const type = header[156]!;
  return {
    path: prefix === '' ? path : `${prefix}/${path}`,
    size: octal(header, 124, 12),
    file: type === 0x30 || type === 0,
  };
}

function text(header: Buffer, at: number, length: number): string {
  const end = header.indexOf(0, at);
  return header.toString('utf8', at, end === -1 || end > at + length ? at + length : end);
}

function octal(header: Buffer, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) {
    const digit = header[i]! - 0x30;
    if (digit >= 0 && digit <= 7) value = value * 8 + digit;
  }
  return value;
}
