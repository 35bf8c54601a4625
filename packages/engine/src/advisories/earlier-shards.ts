import { readFileSync } from 'node:fs';
import { isAdvisoryError } from './advisory-error.ts';
import { copyFromCatalog } from './copy-catalog.ts';
import { verifyShard } from './open-advisories.ts';
import { parseCatalog, readCatalog } from './store/catalog.ts';
import { keptDigests } from './store/kept-catalogs.ts';
import { keptCatalogPath, shardPath } from './store/store-paths.ts';
import type { Catalog, ShardInfo } from './types.ts';

/** A catalog that a folder keeps, by its digest. */
interface KeptCatalog {
  /** `sha256:…` */
  readonly digest: string;
  readonly shards: readonly ShardInfo[];
}

/**
 * The advisories of a folder as they were on a day: the digest of the last catalog that it keeps all of whose shards had
 * been confirmed by then. Undefined: it keeps none.
 *
 * @param day `YYYY-MM-DD`
 */
export function catalogOfDay(dbDir: string, day: string): string | undefined {
  let newest: { readonly digest: string; readonly confirmed: string } | undefined;
  for (const { digest, shards } of keptCatalogs(dbDir)) {
    const confirmed = shards.reduce((latest, { checkedAt }) => (checkedAt > latest ? checkedAt : latest), '');
    if (shards.length > 0 && confirmed <= day && (newest === undefined || confirmed >= newest.confirmed))
      newest = { digest, confirmed };
  }
  return newest?.digest;
}

/**
 * Finds shards of a folder by their digests, unpacking those that only a kept catalog names.
 *
 * @param wanted shard name → digest
 * @returns what is there, under the names asked for; the others are left out
 */
export async function shardsByDigest(
  dbDir: string,
  wanted: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<readonly ShardInfo[]> {
  const current = new Map(currentShards(dbDir).map((info) => [info.name, info]));
  const kept = keptCatalogs(dbDir);
  const found: ShardInfo[] = [];
  for (const [name, digest] of Object.entries(wanted)) {
    const own = current.get(name);
    const isThere = verifyShard(shardPath(dbDir, digest), digest);
    const earlier = kept.find(({ shards }) => shards.some((info) => info.name === name && info.digest === digest));
    if (own?.digest === digest && isThere) found.push(own);
    else if (earlier && (isThere || (await unpack(dbDir, earlier.digest, name, signal))))
      found.push(...earlier.shards.filter((info) => info.name === name));
  }
  return found;
}

/** @throws AdvisoryError `aborted` */
async function unpack(dbDir: string, catalog: string, name: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await copyFromCatalog({ dbDir, catalog: `${dbDir}@${catalog}`, names: [name], signal });
    return true;
  } catch (error) {
    if (isAdvisoryError(error, 'aborted') || !isAdvisoryError(error)) throw error;
    return false;
  }
}

/** Shards that a folder names now. A catalog that cannot be read names none. */
export function currentShards(dbDir: string): readonly ShardInfo[] {
  try {
    return readCatalog(dbDir)?.shards ?? [];
  } catch (error) {
    if (isAdvisoryError(error, 'catalog-malformed')) return [];
    throw error;
  }
}

/** Oldest first. One that cannot be read is left out. */
function keptCatalogs(dbDir: string): readonly KeptCatalog[] {
  return keptDigests(dbDir).flatMap((digest) => {
    try {
      const path = keptCatalogPath(dbDir, digest);
      const { shards }: Catalog = parseCatalog(readFileSync(path, 'utf8'), path);
      return [{ digest, shards }];
    } catch (error) {
      if (isAdvisoryError(error) || (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}
