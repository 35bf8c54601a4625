import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdvisoryError, reasonOf } from '../advisory-error.ts';
import {
  blobPath,
  catalogPath,
  keptCatalogPath,
  keptSignaturePath,
  shardPath,
  tempPath,
} from '../store/store-paths.ts';
import type { CatalogAddress } from './artefact.ts';
import type { CatalogSource } from './catalog-source.ts';

/** A database directory that somebody else has built. */
export function directoryCatalog({ base, digest: wanted }: CatalogAddress, dbDir: string): CatalogSource {
  const failed = (what: string, error: unknown): AdvisoryError =>
    new AdvisoryError(
      'fetch-failed',
      `${base}: ${what} cannot be read (${reasonOf(error)}); check the address of the catalog`,
      error,
    );
  const unlessAbsent = <R>(what: string, job: () => R): R | undefined => {
    try {
      return job();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failed(what, error);
    }
  };
  const copy = async (path: string, digest: string, shard: string): Promise<string | undefined> => {
    const temp = join(tempPath(dbDir), `copy-${process.pid}-${digest.slice(-16)}`);
    return unlessAbsent(`shard ${shard}`, () => {
      copyFileSync(path, temp);
      return temp;
    });
  };
  return {
    catalog: async () => {
      try {
        return readFileSync(wanted === null ? catalogPath(base) : keptCatalogPath(base, wanted));
      } catch (error) {
        throw failed(wanted === null ? 'catalog.json' : `the catalog ${wanted}`, error);
      }
    },
    signature: async (digest) =>
      unlessAbsent('the signature', () => readFileSync(keptSignaturePath(base, digest), 'utf8')),
    blob: ({ digest }, shard) => copy(blobPath(base, digest), digest, shard),
    shard: ({ digest, name }) => copy(shardPath(base, digest), digest, name),
    close: async () => {},
  };
}
