import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AdvisoryError, reasonOf, throwIfAborted } from './advisory-error.ts';
import type { FeedTally, ReadContext, ShardSink } from './feed.ts';
import type { FeedFile } from './sources/feed-source.ts';

const readChunk = 1 << 20;
/** the feeds inflate 5 to 20 times; a bomb a thousand times */
const maxRatio = 200;
const minInflatedBytes = 64 << 20;
/** of a file that is parsed in one go */
const maxJsonBytes = 256 << 20;

export function readContext(
  files: ReadonlyMap<string, FeedFile>,
  sink: ShardSink,
  tally: FeedTally,
  tempDir: string,
  signal: AbortSignal | undefined,
): ReadContext {
  return {
    sink,
    tally,
    signal,
    stream: (url) => {
      const file = files.get(url);
      return file === undefined ? undefined : plainBytes(file, url.endsWith('.gz'), signal);
    },
    path: async (url) => {
      const file = files.get(url);
      if (file?.gzipped !== true) return file?.path;
      const path = join(tempDir, `plain-${process.pid}-${Buffer.from(url).toString('base64url').slice(-100)}`);
      await pipeline(plainBytes(file, false, signal), createWriteStream(path));
      return path;
    },
    json: async (url) => {
      const file = files.get(url);
      return file === undefined ? undefined : parseJsonFile(file, signal);
    },
  };
}

/** A whole small file as JSON. @throws AdvisoryError `feed-malformed`, `feed-too-large` */
export async function parseJsonFile(file: FeedFile, signal: AbortSignal | undefined): Promise<unknown> {
  const text = await readText(file, signal);
  try {
    return JSON.parse(text);
  } catch (error) {
    const what = text.trimStart().startsWith('<') ? 'is HTML or XML, not JSON' : `is no JSON (${reasonOf(error)})`;
    throw new AdvisoryError('feed-malformed', `${file.url}: ${what}; fetch it again`, error);
  }
}

export async function readText(file: FeedFile, signal: AbortSignal | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of plainBytes(file, file.url.endsWith('.gz'), signal)) {
    total += chunk.length;
    if (total > maxJsonBytes)
      throw new AdvisoryError('feed-too-large', `${file.url}: larger than ${maxJsonBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

/** The bytes of a feed file without what the mirror's `.gz`, or its own, added. */
async function* plainBytes(file: FeedFile, ownGzip: boolean, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const layers = Number(file.gzipped) + Number(ownGzip);
  let total = 0;
  try {
    const limit = Math.max(minInflatedBytes, statSync(file.path).size * maxRatio);
    let stream: AsyncIterable<Buffer> = createReadStream(file.path, { highWaterMark: readChunk });
    for (let layer = 0; layer < layers; layer++) stream = gunzip(stream);
    for await (const chunk of stream) {
      throwIfAborted(signal);
      total += chunk.length;
      if (layers > 0 && total > limit) {
        throw new AdvisoryError('feed-too-large', `${file.url}: inflates to more than ${limit} bytes`);
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof AdvisoryError) throw error;
    throw new AdvisoryError(
      'feed-malformed',
      `${file.url}: cannot be read (${reasonOf(error)}); fetch it again`,
      error,
    );
  }
}

async function* gunzip(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const inflate = createGunzip({ chunkSize: 256 * 1024 });
  const fed = pipeline(stream, inflate);
  // whoever reads hears of the error through the stream itself
  fed.catch(() => undefined);
  yield* inflate as AsyncIterable<Buffer>;
  await fed;
}
