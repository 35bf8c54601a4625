import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAdvisoryError } from '../advisory-error.ts';
import type { Catalog, ShardInfo } from '../types.ts';
import { catalogText, parseCatalog, replaceFile } from './catalog.ts';
import { catalogPath, keptCatalogPath, keptCatalogsPath, keptSignaturePath } from './store-paths.ts';

/** How long an old catalog stays addressable where nothing else was said, days. */
export const defaultKeepDays = 14;
const dayMs = 24 * 3600 * 1000;

/** Signs a catalog's bytes. */
export type CatalogSigner = (bytes: Buffer) => string;

/**
 * Replaces the catalog of a directory that others fetch from, and keeps it under its digest, so that a scan can be told to
 * use just that one again. Its signature is there before it is: whoever fetches one finds the other. Call with the write
 * lock held.
 */
export function publishCatalog(dbDir: string, shards: Iterable<ShardInfo>, signer?: CatalogSigner): Catalog {
  mkdirSync(keptCatalogsPath(dbDir), { recursive: true });
  const { catalog, text } = catalogText(shards);
  const bytes = Buffer.from(text);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (signer !== undefined) replaceFile(dbDir, keptSignaturePath(dbDir, digest), signer(bytes));
  replaceFile(dbDir, keptCatalogPath(dbDir, digest), text);
  replaceFile(dbDir, catalogPath(dbDir), text);
  return catalog;
}

/** Shards of the catalogs that are kept. A file that cannot be read keeps nothing. */
export function keptShards(dbDir: string): ShardInfo[] {
  return keptNames(dbDir).flatMap((name) => {
    const path = join(keptCatalogsPath(dbDir), name);
    try {
      return parseCatalog(readFileSync(path, 'utf8'), path).shards;
    } catch (error) {
      if (isAdvisoryError(error) || (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}

/** Removes kept catalogs that are older. @returns how many */
export function dropOldCatalogs(dbDir: string, keepDays: number, nowMs: number): number {
  const old = keptNames(dbDir).filter((name) => {
    const stat = statSync(join(keptCatalogsPath(dbDir), name), { throwIfNoEntry: false });
    return stat !== undefined && nowMs - stat.mtimeMs > keepDays * dayMs;
  });
  for (const name of old) {
    rmSync(join(keptCatalogsPath(dbDir), name), { force: true });
    rmSync(join(keptCatalogsPath(dbDir), name.replace(/json$/, 'sig')), { force: true });
  }
  return old.length;
}

/** `sha256:…` of the catalogs that are kept, those that were written first before the others. */
export function keptDigests(dbDir: string): string[] {
  const written = keptNames(dbDir).map((name) => {
    const stat = statSync(join(keptCatalogsPath(dbDir), name), { throwIfNoEntry: false });
    return { digest: `sha256:${name.slice(0, 64)}`, at: stat?.mtimeMs ?? 0 };
  });
  return written.sort((a, b) => a.at - b.at || (a.digest < b.digest ? -1 : 1)).map(({ digest }) => digest);
}

function keptNames(dbDir: string): string[] {
  try {
    return readdirSync(keptCatalogsPath(dbDir)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
  } catch {
    return [];
  }
}
