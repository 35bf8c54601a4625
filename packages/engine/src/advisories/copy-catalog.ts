import { createHash } from 'node:crypto';
import type { RegistryOptions } from '../registry/types.ts';
import { AdvisoryError, isAdvisoryError, throwIfAborted } from './advisory-error.ts';
import type { BuildProgress } from './build-database.ts';
import { catalogAddress, isRemote, ociPrefix } from './distribution/artefact.ts';
import { bringShard } from './distribution/bring-shard.ts';
import { catalogMemory } from './distribution/catalog-memory.ts';
import { type CatalogSigners, checkCatalogSigner } from './distribution/catalog-signature.ts';
import type { CatalogSource } from './distribution/catalog-source.ts';
import { directoryCatalog } from './distribution/directory-catalog.ts';
import { httpCatalog } from './distribution/http-catalog.ts';
import { ociCatalog } from './distribution/oci-catalog.ts';
import { besideOf } from './shard-names.ts';
import { catalogText, parseCatalog, readCatalog, writeCatalog } from './store/catalog.ts';
import { type CatalogSigner, publishCatalog } from './store/kept-catalogs.ts';
import { withWriteLock } from './store/lock.ts';
import { emptyTemp, removeRetiredShards } from './store/retired-shards.ts';
import { tempPath } from './store/store-paths.ts';
import type { Catalog, ShardInfo } from './types.ts';
import type { UpdateReport } from './update-database.ts';

export interface CopyOptions {
  readonly dbDir: string;
  /** directory, http(s) URL of one, or `oci://` and a reference; with `@sha256:…` an earlier catalog of it */
  readonly catalog: string;
  /**
   * Shards to bring up to date; texts come along where they are at hand already. Undefined: the whole catalog as it is, in
   * a form that others can fetch again.
   */
  readonly names: readonly string[] | undefined;
  /** public keys (PEM), one of which must have signed the catalog; none: signatures are not looked at */
  readonly catalogKeys?: readonly string[] | undefined;
  /** identities that may have signed it instead */
  readonly catalogSigners?: CatalogSigners | undefined;
  readonly registry?: RegistryOptions | undefined;
  /** before the second attempt, ms */
  readonly retryDelayMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((event: BuildProgress) => void) | undefined;
}

/** Small shards are mostly waited for. */
const atOnce = 4;

/**
 * Copies shards from a ready-made catalog. Only shards whose digest is not at hand move, compressed where the catalog has
 * them so; every one is verified before the catalog names it. A shard that was confirmed later here than there stays. An
 * earlier catalog, by its digest, is not mixed with what is here: the report has it for the reader to be opened with.
 *
 * @throws AdvisoryError `fetch-failed`, `catalog-malformed`, `catalog-untrusted`, `digest-mismatch`, `store-failed`, `aborted`
 */
export async function copyFromCatalog(options: CopyOptions): Promise<UpdateReport> {
  return withWriteLock(options.dbDir, options.signal, async () => {
    emptyTemp(options.dbDir);
    const source = catalogSource(options);
    try {
      return await copy(options, source);
    } finally {
      await source.close();
      emptyTemp(options.dbDir);
    }
  });
}

/** The whole catalog as it is there, in a form that others can fetch again. @throws AdvisoryError as `copyFromCatalog` */
export function pullCatalog(options: Omit<CopyOptions, 'names'>): Promise<UpdateReport> {
  return copyFromCatalog({ ...options, names: undefined });
}

async function copy(options: CopyOptions, source: CatalogSource): Promise<UpdateReport> {
  const { dbDir, names, signal } = options;
  const { catalog: theirs, digest } = await trusted(options, source);
  const pinned = isPinned(options.catalog);
  const offered = new Map(theirs.shards.map((info) => [info.name, info]));
  const before = catalogBefore(options);
  const ours = new Map(pinned || names === undefined ? [] : before.map((info) => [info.name, info]));
  const wanted = (names ?? [...offered.keys()]).flatMap((name) =>
    ours.has(`${name}-texts`) ? [name, `${name}-texts`] : [name],
  );
  // nobody misses ratings beside a shard that has no rated CVE
  const absent = wanted.filter((name) => !offered.has(name) && besideOf(name) === undefined);
  const due = wanted.flatMap((name) => {
    const [theirs, mine] = [offered.get(name), ours.get(name)];
    return theirs === undefined || (mine !== undefined && mine.checkedAt > theirs.checkedAt) ? [] : [theirs];
  });
  await bringAll(due, source, options);
  throwIfAborted(signal);
  const report = {
    updated: due.map(({ name }) => name).sort(),
    notes: absent.map((name) => `${options.catalog} has no shard ${name}`),
  };
  if (names === undefined) {
    const signer = await signatureToo(source, theirs, digest);
    removeRetiredShards(dbDir, before, publishCatalog(dbDir, theirs.shards, signer), Date.now());
    return report;
  }
  if (pinned) return { ...report, catalog: theirs };
  // what is compressed there is not here
  for (const { blob: _, ...info } of due) ours.set(info.name, info);
  removeRetiredShards(dbDir, before, writeCatalog(dbDir, ours.values()), Date.now());
  return report;
}

/** The signature of a catalog that is taken along whole: it holds for the same bytes alone. */
async function signatureToo(
  source: CatalogSource,
  { shards }: Catalog,
  digest: string,
): Promise<CatalogSigner | undefined> {
  if (digestOf(Buffer.from(catalogText(shards).text)) !== digest) return undefined;
  const signature = await source.signature(digest);
  return signature === undefined ? undefined : () => signature;
}

/** Whether an address names one catalog by its digest. */
export function isPinned(address: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(address);
}

/** Who takes a whole catalog need not read what was there. */
function catalogBefore({ dbDir, names }: CopyOptions): readonly ShardInfo[] {
  try {
    return readCatalog(dbDir)?.shards ?? [];
  } catch (error) {
    if (names === undefined && isAdvisoryError(error, 'catalog-malformed')) return [];
    throw error;
  }
}

/** What another command may ask of a catalog: its shards, once signature and digest were found right. */
export async function trustedCatalog(options: Signed, source: CatalogSource): Promise<Catalog> {
  return (await trusted(options, source)).catalog;
}

type Signed = Pick<CopyOptions, 'catalog' | 'catalogKeys' | 'catalogSigners'>;

async function trusted(
  { catalog: name, catalogKeys: keys = [], catalogSigners: signers }: Signed,
  source: CatalogSource,
): Promise<{ readonly catalog: Catalog; readonly digest: string }> {
  const bytes = await source.catalog();
  const digest = digestOf(bytes);
  const address = catalogAddress(name);
  if (address.digest !== null && address.digest !== digest) {
    throw new AdvisoryError('digest-mismatch', `${name}: the catalog there has other bytes (${digest})`);
  }
  if (keys.length > 0 || signers !== undefined)
    await checkCatalogSigner(bytes, await source.signature(digest), { keys, signers }, name);
  return { catalog: parseCatalog(bytes.toString('utf8'), name), digest };
}

async function bringAll(due: readonly ShardInfo[], source: CatalogSource, options: CopyOptions): Promise<void> {
  let next = 0;
  let stopped = false;
  const work = async (): Promise<void> => {
    while (next < due.length && !stopped) {
      const done = next++;
      const info = due[done]!;
      options.progress?.({ group: info.name, done, total: due.length, phase: 'fetch' });
      throwIfAborted(options.signal);
      await bringShard(options.dbDir, info, source, options.signal, options.names === undefined);
    }
  };
  const running = Array.from({ length: Math.min(atOnce, due.length) }, () =>
    work().catch((error: unknown) => {
      stopped = true;
      throw error;
    }),
  );
  // all are waited for, so that none still writes when the lock is given back
  const failed = (await Promise.allSettled(running)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** @throws AdvisoryError for what is no reference */
export function catalogSource(options: Omit<CopyOptions, 'names'>): CatalogSource {
  const { catalog, dbDir, signal, progress, registry = {}, retryDelayMs } = options;
  const memory = catalogMemory(dbDir, catalog);
  if (catalog.startsWith(ociPrefix)) {
    return ociCatalog(catalog, dbDir, { ...registry, ...(retryDelayMs && { retryDelayMs }) }, memory, signal);
  }
  const address = catalogAddress(catalog);
  if (!isRemote(catalog)) return directoryCatalog(address, dbDir);
  const http = {
    tempDir: tempPath(dbDir),
    signal,
    retryDelayMs,
    onBytes: (url: string, bytes: number) => progress?.({ group: url, done: 0, total: 0, phase: 'fetch', bytes }),
  };
  return httpCatalog(address, http, memory);
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
