import type { ShardBlob, ShardInfo } from '../types.ts';

/** One place that catalogs and shards are copied from. What comes is not trusted: who asks checks digests and sizes. */
export interface CatalogSource {
  /** @throws AdvisoryError `fetch-failed` */
  catalog(): Promise<Buffer>;
  /** Lines of base64 over the bytes of the catalog that came; undefined: there are none. @throws AdvisoryError */
  signature(digest: string): Promise<string | undefined>;
  /**
   * Puts a compressed shard into a new file of the caller's and returns its path; undefined: it is not there.
   *
   * @throws AdvisoryError `fetch-failed`, `feed-too-large`
   */
  blob(blob: ShardBlob, shard: string): Promise<string | undefined>;
  /** The same of a shard as it is opened, for directories that nobody packed. */
  shard(info: ShardInfo): Promise<string | undefined>;
  close(): Promise<void>;
}

/** of a catalog, bytes */
export const maxCatalogBytes = 64 << 20;
/** of one shard, bytes, compressed or not */
export const maxShardBytes = 4 * 2 ** 30;
