import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AdvisoryError, reasonOf } from '../advisory-error.ts';
import type { Catalog, ShardBlob, ShardInfo } from '../types.ts';
import { catalogPath, tempPath } from './store-paths.ts';

const maxCatalogBytes = 64 << 20;
const digest = /^sha256:[0-9a-f]{64}$/;
/** names are shown, and stand in file names that users choose */
export const shardName = /^[A-Za-z0-9][A-Za-z0-9._:+ -]{0,127}$/;
const day = /^\d{4}-\d{2}-\d{2}$/;
const kinds: readonly unknown[] = [
  'advisories',
  'texts',
  'ratings',
  'kev',
  'eol',
  'epss',
  'exploits',
] satisfies ShardInfo['kind'][];

/** The catalog of a database directory; undefined: there is none. @throws AdvisoryError `catalog-malformed` */
export function readCatalog(dbDir: string): Catalog | undefined {
  let text: string;
  try {
    text = readFileSync(catalogPath(dbDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AdvisoryError('store-failed', `cannot read ${catalogPath(dbDir)}: ${reasonOf(error)}`, error);
  }
  return parseCatalog(text, catalogPath(dbDir));
}

/** Checks by hand: the schema library would cost more than all the rest of a scan's look-ups. */
export function parseCatalog(text: string, name: string): Catalog {
  const fail = (what: string): AdvisoryError =>
    new AdvisoryError('catalog-malformed', `${name}: ${what}; "plimsoll db build" makes it anew`);
  if (text.length > maxCatalogBytes) throw fail('is too large');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail('is no JSON');
  }
  if (!isObject(value) || value.schemaVersion !== 1 || !Array.isArray(value.shards))
    throw fail('is no catalog of schema version 1');
  const shards = value.shards.map((entry: unknown) => {
    if (!isShardInfo(entry)) throw fail('holds an entry that is no shard');
    return entry;
  });
  if (new Set(shards.map((shard) => shard.name)).size !== shards.length) throw fail('names a shard twice');
  return { schemaVersion: 1, shards };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShardInfo(value: unknown): value is ShardInfo {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    shardName.test(value.name) &&
    typeof value.digest === 'string' &&
    digest.test(value.digest) &&
    isCount(value.size) &&
    isCount(value.records) &&
    kinds.includes(value.kind) &&
    isStrings(value.licenses) &&
    isStrings(value.feeds) &&
    (value.dataDate === null || isDay(value.dataDate)) &&
    isDay(value.checkedAt) &&
    (value.blob === undefined || isBlob(value.blob)) &&
    (value.example === undefined || value.example === true)
  );
}

function isBlob(value: unknown): value is ShardBlob {
  return isObject(value) && typeof value.digest === 'string' && digest.test(value.digest) && isCount(value.size);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isDay(value: unknown): boolean {
  return typeof value === 'string' && day.test(value);
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** The file of a catalog: the same shards give the same bytes. */
export function catalogText(shards: Iterable<ShardInfo>): { readonly catalog: Catalog; readonly text: string } {
  const sorted = [...shards].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sorted.map((shard) => `  ${JSON.stringify(shard)}`).join(',\n');
  return { catalog: { schemaVersion: 1, shards: sorted }, text: `{"schemaVersion":1,"shards":[\n${lines}\n]}\n` };
}

/** Replaces the catalog in one step: a reader sees the old one or the new one. */
export function writeCatalog(dbDir: string, shards: Iterable<ShardInfo>): Catalog {
  const { catalog, text } = catalogText(shards);
  replaceFile(dbDir, catalogPath(dbDir), text);
  return catalog;
}

/** Writes beside, syncs, renames. */
export function replaceFile(dbDir: string, path: string, text: string): void {
  const temp = join(tempPath(dbDir), `${basename(path)}-${process.pid}`);
  try {
    const fd = openSync(temp, 'w');
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temp, path);
    syncDirectory(dbDir);
  } catch (error) {
    throw new AdvisoryError('store-failed', `cannot write ${path}: ${reasonOf(error)}; check space and rights`, error);
  }
}

/** Makes the rename itself durable; Windows has no such thing. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
