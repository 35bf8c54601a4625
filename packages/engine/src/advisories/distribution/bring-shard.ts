import {
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { AdvisoryError, reasonOf, throwIfAborted } from '../advisory-error.ts';
import { verifyShard } from '../open-advisories.ts';
import { blobPath, shardPath } from '../store/store-paths.ts';
import type { ShardInfo } from '../types.ts';
import type { CatalogSource } from './catalog-source.ts';

/**
 * Brings one shard into a database directory, unless it is there. It gets its name only when its bytes were found to be
 * those that the catalog names.
 *
 * @throws AdvisoryError `digest-mismatch`, `fetch-failed`, `store-failed`, `aborted`
 */
export async function bringShard(
  dbDir: string,
  info: ShardInfo,
  source: CatalogSource,
  signal: AbortSignal | undefined,
  keepBlob = false,
): Promise<void> {
  const path = shardPath(dbDir, info.digest);
  const blob = keepBlob && info.blob ? blobPath(dbDir, info.blob.digest) : undefined;
  if (verifyShard(path, info.digest) && (blob === undefined || verifyShard(blob, info.blob!.digest))) return;
  const packed = info.blob && (await source.blob(info.blob, info.name));
  const temp = packed === undefined ? await source.shard(info) : await opened(packed, info, blob, signal);
  if (temp === undefined) {
    throw new AdvisoryError('fetch-failed', `shard ${info.name}: its catalog names it, but it is not there`);
  }
  if (statSync(temp).size !== info.size || !verifyShard(temp, info.digest)) throw mismatch(info);
  const fd = openSync(temp, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temp, path);
}

function mismatch({ name }: ShardInfo): AdvisoryError {
  return new AdvisoryError(
    'digest-mismatch',
    `shard ${name}: its bytes are not those that the catalog names; the old one is kept`,
  );
}

/** Never writes more than the catalog announces. @returns path of the shard as it is opened */
async function opened(
  packed: string,
  info: ShardInfo,
  blob: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const path = `${packed}.open`;
  let left = info.size;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      done(left < 0 ? mismatch(info) : null, chunk);
    },
  });
  if (statSync(packed).size !== info.blob!.size || !verifyShard(packed, info.blob!.digest)) throw mismatch(info);
  try {
    await pipeline(
      createReadStream(packed),
      createZstdDecompress(),
      limit,
      createWriteStream(path),
      signal === undefined ? {} : { signal },
    );
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof AdvisoryError) throw error;
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw mismatch(info);
    throw new AdvisoryError(
      'store-failed',
      `shard ${info.name} cannot be written: ${reasonOf(error)}; check space`,
      error,
    );
  }
  if (blob === undefined) rmSync(packed, { force: true });
  else renameSync(packed, blob);
  return path;
}
