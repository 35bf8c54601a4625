import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AdvisoryError, reasonOf } from '../advisory-error.ts';

/**
 * A database directory:
 *
 * - `catalog.json`: which shards there are; replaced as a whole
 * - `shards/HEX.sqlite`: named by the SHA-256 of their bytes, never changed
 * - `blobs/HEX.zst`: the same, compressed, as others fetch them; named by the SHA-256 of the compressed bytes
 * - `catalogs/HEX.json`: earlier catalogs by their SHA-256, `HEX.sig` their signatures
 * - `fetched/`: catalogs of others as they were last
 * - `feeds/`: archives of OSV ecosystems as they were last, into which changed records are put (only writers read them)
 * - `state.json`: what the feeds were when they were last asked (only writers read it)
 * - `lock.sqlite`: held by the one writer
 * - `tmp/`: files in the making
 */
export function catalogPath(dbDir: string): string {
  return join(dbDir, 'catalog.json');
}

export function statePath(dbDir: string): string {
  return join(dbDir, 'state.json');
}

export function keptFeedsPath(dbDir: string): string {
  return join(dbDir, 'feeds');
}

export function lockPath(dbDir: string): string {
  return join(dbDir, 'lock.sqlite');
}

export function tempPath(dbDir: string): string {
  return join(dbDir, 'tmp');
}

export function shardsPath(dbDir: string): string {
  return join(dbDir, 'shards');
}

/** @param digest `sha256:…` */
export function shardPath(dbDir: string, digest: string): string {
  return join(shardsPath(dbDir), `${digest.slice('sha256:'.length)}.sqlite`);
}

export function blobsPath(dbDir: string): string {
  return join(dbDir, 'blobs');
}

/** @param digest `sha256:…` of the compressed bytes */
export function blobPath(dbDir: string, digest: string): string {
  return join(blobsPath(dbDir), `${digest.slice('sha256:'.length)}.zst`);
}

export function keptCatalogsPath(dbDir: string): string {
  return join(dbDir, 'catalogs');
}

/** @param digest `sha256:…` of the catalog */
export function keptCatalogPath(dbDir: string, digest: string): string {
  return join(keptCatalogsPath(dbDir), `${digest.slice('sha256:'.length)}.json`);
}

export function keptSignaturePath(dbDir: string, digest: string): string {
  return join(keptCatalogsPath(dbDir), `${digest.slice('sha256:'.length)}.sig`);
}

export function fetchedPath(dbDir: string): string {
  return join(dbDir, 'fetched');
}

/** Makes a directory and its parents, each once: Node's own recursive way never ends below /proc. */
function makeDirectory(path: string, parents = true): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || !parents || dirname(path) === path) throw error;
    makeDirectory(dirname(path));
    makeDirectory(path, false);
  }
}

/** @throws AdvisoryError `store-failed` */
export function makeStore(dbDir: string): void {
  try {
    makeDirectory(shardsPath(dbDir));
    makeDirectory(blobsPath(dbDir));
    makeDirectory(tempPath(dbDir));
  } catch (error) {
    throw new AdvisoryError('store-failed', `cannot make the database directory ${dbDir}: ${reasonOf(error)}`, error);
  }
}
