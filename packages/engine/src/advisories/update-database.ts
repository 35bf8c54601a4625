import type { RegistryOptions } from '../registry/types.ts';
import { isAdvisoryError } from './advisory-error.ts';
import { yearsBeside } from './build-beside.ts';
import { type BuildProgress, type BuildReport, buildDatabase } from './build-database.ts';
import { copyFromCatalog, isPinned } from './copy-catalog.ts';
import { isRemote } from './distribution/artefact.ts';
import type { CatalogSigners } from './distribution/catalog-signature.ts';
import { verifyShard } from './open-advisories.ts';
import { besideOf } from './shard-names.ts';
import { readCatalog } from './store/catalog.ts';
import { shardPath } from './store/store-paths.ts';
import type { Catalog } from './types.ts';

export interface UpdateOptions {
  readonly dbDir: string;
  /** shard names, without those of texts, which come along */
  readonly needed: readonly string[];
  /** see `buildDatabase`; none: the upstream hosts */
  readonly mirrors?: readonly string[] | undefined;
  /** a catalog of ready-made shards, as directory, http(s) URL or `oci://` reference; instead of building */
  readonly catalog?: string | undefined;
  /** public keys (PEM), one of which must have signed the catalog */
  readonly catalogKeys?: readonly string[] | undefined;
  /** identities that may have signed it instead */
  readonly catalogSigners?: CatalogSigners | undefined;
  readonly registry?: RegistryOptions | undefined;
  /** only directories are asked, no connection is opened */
  readonly offline?: boolean | undefined;
  /** today, `YYYY-MM-DD`: what was confirmed on this day is not asked again */
  readonly asOf: string;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((event: BuildProgress) => void) | undefined;
}

export interface UpdateReport {
  /** names of shards that were made, fetched or confirmed, sorted */
  readonly updated: readonly string[];
  /** what could not be had, in words; the old shards stay */
  readonly notes: readonly string[];
  /** false: there is nobody to ask without a connection */
  readonly asked?: false;
  /** the earlier catalog that was asked for by its digest, to open a reader with */
  readonly catalog?: Catalog;
}

/**
 * Brings the shards that are needed up to date: from a catalog, else by building just those.
 *
 * @throws AdvisoryError as `buildDatabase`; for a catalog also `fetch-failed` and `digest-mismatch`
 */
export async function updateDatabase(options: UpdateOptions): Promise<UpdateReport> {
  const { dbDir, catalog, offline, asOf } = options;
  const known = new Map((readCatalogLeniently(dbDir)?.shards ?? []).map((shard) => [shard.name, shard]));
  const confirmed = (name: string): boolean => {
    const info = known.get(name);
    return info?.checkedAt === asOf && verifyShard(shardPath(dbDir, info.digest), info.digest);
  };
  const pinned = catalog !== undefined && isPinned(catalog);
  const due = [...new Set(options.needed)].filter((name) => pinned || !confirmed(name)).sort();
  if (due.length === 0) return { updated: [], notes: [] };
  if (catalog !== undefined) {
    if (offline === true && isRemote(catalog)) {
      return { updated: [], notes: [`${catalog} is not asked: offline`], asked: false };
    }
    return copyFromCatalog({ ...options, catalog, names: due });
  }
  const mirrors = (options.mirrors ?? []).filter((mirror) => offline !== true || !isRemote(mirror));
  if (offline === true && mirrors.length === 0)
    return { updated: [], notes: ['no source of advisories is asked: offline'], asked: false };
  const { signal, progress } = options;
  // ratings that came beside a shard are made from those of years, which may never have been here
  const years = yearsBeside(
    dbDir,
    due.flatMap((name) => (besideOf(name) === undefined ? [] : (known.get(name) ?? []))),
  );
  const only = [...new Set([...due, ...years])];
  const report = await buildDatabase({ dbDir, mirrors, asOf, only, signal, progress });
  const updated = report.shards.map(({ name }) => name);
  const silent = due.filter((name) => !updated.includes(name) && !known.has(name));
  return { updated, notes: [...notesOf(report), ...silent.map((name) => `no feed made the shard ${name}`)] };
}

/** A damaged catalog names nothing; the build that follows says what is wrong with it. */
function readCatalogLeniently(dbDir: string): ReturnType<typeof readCatalog> {
  try {
    return readCatalog(dbDir);
  } catch (error) {
    if (isAdvisoryError(error, 'catalog-malformed')) return undefined;
    throw error;
  }
}

function notesOf(report: BuildReport): string[] {
  const notes = report.failed.map(({ feed, message }) => `feed ${feed} failed: ${message}`);
  for (const [feed, skipped] of Map.groupBy(report.skipped, (entry) => entry.feed)) {
    const more = skipped.length > 1 ? ` and ${skipped.length - 1} more` : '';
    notes.push(`feed ${feed}: no source has ${skipped[0]!.url}${more}`);
  }
  for (const { feed, rejected, firstRejection } of report.feeds) {
    if (rejected > 0) notes.push(`feed ${feed}: ${rejected} records could not be read, the first: ${firstRejection}`);
  }
  return notes;
}
