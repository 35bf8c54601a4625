import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RegistryOptions } from '../registry/types.ts';
import { catalogSource, trustedCatalog } from './copy-catalog.ts';
import { bringShard } from './distribution/bring-shard.ts';
import type { CatalogSigners } from './distribution/catalog-signature.ts';
import { openShard } from './open-advisories.ts';
import { recordsOf } from './statement-records.ts';
import { decodeStatements } from './store/shard-format.ts';
import { makeStore } from './store/store-paths.ts';
import type { ShardInfo } from './types.ts';

export interface DiffOptions {
  /** as `--catalog` takes them */
  readonly before: string;
  readonly after: string;
  readonly catalogKeys?: readonly string[] | undefined;
  /** identities that may have signed it instead */
  readonly catalogSigners?: CatalogSigners | undefined;
  readonly registry?: RegistryOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RecordChange {
  readonly shard: string;
  /** null where the shard is not by package */
  readonly package: string | null;
  /** of the record: `CVE-…`, `GHSA-…`; of other shards their key */
  readonly id: string;
  readonly change: 'added' | 'changed' | 'removed';
}

export interface CatalogDiff {
  readonly shards: readonly { readonly name: string; readonly change: RecordChange['change'] }[];
  /** by shard, package and id; of shards of texts only the shards are named */
  readonly records: readonly RecordChange[];
}

/**
 * What changed between two catalogs: only the shards whose digests differ are fetched, into a folder of their own.
 *
 * @throws AdvisoryError as `copyFromCatalog`
 */
export async function diffCatalogs(options: DiffOptions): Promise<CatalogDiff> {
  const dbDir = mkdtempSync(join(tmpdir(), 'plimsoll-diff-'));
  try {
    makeStore(dbDir);
    const [before, after] = [await opened(options.before, dbDir, options), await opened(options.after, dbDir, options)];
    try {
      const names = [...new Set([...before.shards.keys(), ...after.shards.keys()])].sort();
      const shards: CatalogDiff['shards'][number][] = [];
      const records: RecordChange[] = [];
      for (const name of names) {
        const [a, b] = [before.shards.get(name), after.shards.get(name)];
        if (a?.digest === b?.digest) continue;
        shards.push({ name, change: changeOf(a, b)! });
        if ((a ?? b)!.kind === 'texts') continue;
        const [rowsA, rowsB] = [a && (await before.rows(a)), b && (await after.rows(b))];
        records.push(...changesIn(name, (a ?? b)!.kind, rowsA ?? new Map(), rowsB ?? new Map()));
      }
      return { shards, records };
    } finally {
      await before.close();
      await after.close();
    }
  } finally {
    rmSync(dbDir, { recursive: true, force: true });
  }
}

type Rows = ReadonlyMap<string, string>;

interface Opened {
  readonly shards: ReadonlyMap<string, ShardInfo>;
  /** by package and id */
  rows(info: ShardInfo): Promise<Rows>;
  close(): Promise<void>;
}

async function opened(address: string, dbDir: string, options: DiffOptions): Promise<Opened> {
  const { catalogKeys, catalogSigners, registry, signal } = options;
  const source = catalogSource({ dbDir, catalog: address, registry, signal });
  try {
    const catalog = await trustedCatalog({ catalog: address, catalogKeys, catalogSigners }, source);
    return {
      shards: new Map(catalog.shards.map((info) => [info.name, info])),
      rows: async (info) => {
        await bringShard(dbDir, info, source, signal);
        return rowsOf(dbDir, info);
      },
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

const separator = '\n';

function rowsOf(dbDir: string, info: ShardInfo): Rows {
  const rows = new Map<string, string>();
  const shard = openShard(dbDir, info);
  if (shard === undefined) return rows;
  try {
    for (const { key, value } of shard.database.prepare('SELECT key, value FROM body').iterate()) {
      if (info.kind !== 'advisories') {
        rows.set(String(key), String(value));
        continue;
      }
      for (const record of decodeStatements(String(key), shard.scheme, String(value)).flatMap(recordsOf)) {
        const name = `${key}${separator}${record.id}`;
        rows.set(name, `${rows.get(name) ?? ''}${JSON.stringify(record)}`);
      }
    }
  } finally {
    shard.database.close();
  }
  return rows;
}

function changesIn(shard: string, kind: ShardInfo['kind'], before: Rows, after: Rows): RecordChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key): RecordChange[] => {
    const change = changeOf(before.get(key), after.get(key));
    const [first, second] = key.split(separator);
    const [name, id] = kind === 'advisories' ? [first!, second!] : [null, key];
    return change === undefined ? [] : [{ shard, package: name, id, change }];
  });
}

function changeOf(before: unknown, after: unknown): RecordChange['change'] | undefined {
  if (before === after) return undefined;
  return before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
}
