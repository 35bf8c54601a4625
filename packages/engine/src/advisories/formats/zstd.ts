import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { AdvisoryError, reasonOf } from '../advisory-error.ts';

/**
 * The content of a zstd stream, chunk by chunk.
 *
 * @throws AdvisoryError `feed-malformed` (no zstd, truncated, damaged)
 */
export async function* zstdContent(name: string, stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decompress = createZstdDecompress({ chunkSize: 256 * 1024 });
  const fed = pipeline(stream, decompress);
  // whoever reads hears of the error through the stream itself
  fed.catch(() => undefined);
  try {
    yield* decompress as AsyncIterable<Buffer>;
    await fed;
  } catch (error) {
    if (error instanceof AdvisoryError) throw error;
    throw new AdvisoryError('feed-malformed', `${name}: cannot be read (${reasonOf(error)}); fetch it again`, error);
  }
}
