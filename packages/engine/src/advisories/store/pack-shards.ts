import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { AdvisoryError, reasonOf, throwIfAborted } from '../advisory-error.ts';
import { inLanes } from '../in-lanes.ts';
import type { ShardBlob, ShardInfo } from '../types.ts';
import { blobPath, shardPath, tempPath } from './store-paths.ts';

/** Level 19 saves a tenth more and takes ten times as long. */
const level = 9;
/** What one core compresses while another reads. */
const defaultAtOnce = 2;
/**
 * Compresses the shards that have no blob yet, for those who fetch them. The same shard gives the same blob.
 *
 * @param before shards of the previous catalog, which may be packed already
 * @param atOnce how many are compressed at a time
 * @throws AdvisoryError `store-failed`, `aborted`
 */
export async function packShards(
  dbDir: string,
  catalog: Map<string, ShardInfo>,
  before: readonly ShardInfo[],
  signal: AbortSignal | undefined,
  report: (done: number, total: number) => void,
  atOnce = defaultAtOnce,
): Promise<void> {
  const packed = new Map(before.map(({ digest, blob }) => [digest, blob]));
  const due: ShardInfo[] = [];
  for (const info of catalog.values()) {
    const blob = info.blob ?? packed.get(info.digest);
    if (blob !== undefined && existsSync(blobPath(dbDir, blob.digest))) catalog.set(info.name, { ...info, blob });
    else due.push(info);
  }
  let begun = 0;
  await inLanes(due, atOnce, signal, async (info) => {
    report(begun++, due.length);
    catalog.set(info.name, { ...info, blob: await pack(dbDir, info, signal) });
  });
}

async function pack(dbDir: string, info: ShardInfo, signal: AbortSignal | undefined): Promise<ShardBlob> {
  const temp = join(tempPath(dbDir), `pack-${process.pid}-${info.digest.slice(-16)}`);
  const hash = createHash('sha256');
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  try {
    await pipeline(
      createReadStream(shardPath(dbDir, info.digest), { highWaterMark: 1 << 18 }),
      createZstdCompress({ params, pledgedSrcSize: info.size }),
      count,
      createWriteStream(temp),
      signal === undefined ? {} : { signal },
    );
    const file = await open(temp, 'r+');
    await file.sync().finally(() => file.close());
    const digest = `sha256:${hash.digest('hex')}`;
    renameSync(temp, blobPath(dbDir, digest));
    return { digest, size };
  } catch (error) {
    throwIfAborted(signal);
    const what = `the shard ${info.name} cannot be compressed below ${dbDir}`;
    throw new AdvisoryError('store-failed', `${what}: ${reasonOf(error)}; check space and rights`, error);
  }
}
