import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdvisoryError, reasonOf } from '../advisory-error.ts';
import { blobPath, catalogPath, shardPath, tempPath } from '../store/store-paths.ts';
import type { CatalogSource } from './catalog-source.ts';

/** A database directory that somebody else has built. */
export function directoryCatalog(directory: string, dbDir: string): CatalogSource {
  const failed = (what: string, error: unknown): AdvisoryError =>
    new AdvisoryError(
      'fetch-failed',
      `${directory}: ${what} cannot be read (${reasonOf(error)}); check --catalog`,
      error,
    );
  const copy = async (path: string, digest: string, shard: string): Promise<string | undefined> => {
    const temp = join(tempPath(dbDir), `copy-${process.pid}-${digest.slice(-16)}`);
    try {
      copyFileSync(path, temp);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failed(`shard ${shard}`, error);
    }
    return temp;
  };
  return {
    catalog: async () => {
      try {
        return readFileSync(catalogPath(directory));
      } catch (error) {
        throw failed('catalog.json', error);
      }
    },
    blob: ({ digest }, shard) => copy(blobPath(directory, digest), digest, shard),
    shard: ({ digest, name }) => copy(shardPath(directory, digest), digest, name),
  };
}
