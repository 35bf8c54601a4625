import { createHash } from 'node:crypto';
import { type OpenShard, openShard } from './open-advisories.ts';
import { besideOf, ratingsBeside, ratingsShard } from './shard-names.ts';
import { ShardWriter } from './store/shard-writer.ts';
import { sqlite } from './store/sqlite.ts';
import { tempPath } from './store/store-paths.ts';
import type { ShardInfo } from './types.ts';

/** By name of the shard: what it was made from, so that it is made again only when that has changed. */
export type BesideKeys = Readonly<Record<string, string>>;

export interface BesideRun {
  readonly dbDir: string;
  /** changed in place */
  readonly catalog: Map<string, ShardInfo>;
  readonly keys: BesideKeys;
  readonly throwIfAborted: () => void;
}

export interface BesideReport {
  readonly keys: BesideKeys;
  readonly made: readonly string[];
  readonly unchanged: readonly string[];
}

/**
 * Makes the ratings beside advisory shards: those of the CVEs that each names, copied from the shards of years. Who scans
 * with a catalog fetches the ones of its shards, and not every year that an old package leads to.
 *
 * @throws AdvisoryError `store-failed`
 */
export function buildBeside(run: BesideRun, advisoryShards: readonly string[]): BesideReport {
  const { dbDir, catalog } = run;
  const keys: Record<string, string> = { ...run.keys };
  const made: string[] = [];
  const unchanged: string[] = [];
  const years = [...catalog.values()].filter(({ name, kind }) => kind === 'ratings' && besideOf(name) === undefined);
  const byName = new Map(years.map((info) => [info.name, info]));
  const opened = new OpenYears(dbDir, byName);
  try {
    for (const shard of advisoryShards) {
      run.throwIfAborted();
      const name = ratingsBeside(shard);
      const [info, before] = [catalog.get(shard), catalog.get(name)];
      const key = info && keyOf([info, ...years]);
      const kept = before && keys[name] === key ? openShard(dbDir, before) : undefined;
      if (before !== undefined && kept !== undefined) {
        catalog.set(name, { ...before, ...provenance(yearsIn(kept), byName) });
        kept.database.close();
        unchanged.push(name);
        continue;
      }
      delete keys[name];
      catalog.delete(name);
      const written = info && copyRatings(dbDir, info, opened);
      if (key === undefined || written === undefined) continue;
      const { years: used, digest, size, records } = written;
      catalog.set(name, { name, digest, size, records, kind: 'ratings', ...provenance(used, byName) });
      keys[name] = key;
      made.push(name);
    }
  } finally {
    opened.close();
  }
  return { keys, made, unchanged };
}

/** Shards of years that the ratings beside these shards came from, so that they can be made again. */
export function yearsBeside(dbDir: string, infos: readonly ShardInfo[]): string[] {
  return infos.flatMap((info) => {
    const shard = openShard(dbDir, info);
    const years = shard === undefined ? [] : yearsIn(shard);
    shard?.database.close();
    return years;
  });
}

const cves = /CVE-\d{4}-\d{4,19}/g;

interface Copied {
  readonly digest: string;
  readonly size: number;
  readonly records: number;
  readonly years: readonly string[];
}

/** undefined: none of its CVEs is rated, or it cannot be read. */
function copyRatings(dbDir: string, info: ShardInfo, opened: OpenYears): Copied | undefined {
  const shard = openShard(dbDir, info);
  if (shard === undefined) return undefined;
  const writer = new ShardWriter(sqlite(), tempPath(dbDir));
  const years = new Set<string>();
  const seen = new Set<string>();
  try {
    for (const { value } of shard.database.prepare('SELECT value FROM body').iterate()) {
      for (const [id] of String(value).matchAll(cves)) seen.add(id);
    }
    let records = 0;
    for (const id of seen) {
      const year = ratingsShard(id)!;
      const row = opened.get(year)?.get.get(id);
      if (row === undefined) continue;
      writer.put(id, row.value as string);
      years.add(year);
      records++;
    }
    if (records === 0) return undefined;
    const written = writer.finish(dbDir, { name: ratingsBeside(info.name), kind: 'ratings', scheme: '' });
    return { ...written, records, years: [...years] };
  } finally {
    writer.discard();
    shard.database.close();
  }
}

/** The shards of years, each opened once. */
class OpenYears {
  readonly #dbDir: string;
  readonly #infos: ReadonlyMap<string, ShardInfo>;
  readonly #open = new Map<string, OpenShard | undefined>();

  constructor(dbDir: string, infos: ReadonlyMap<string, ShardInfo>) {
    this.#dbDir = dbDir;
    this.#infos = infos;
  }

  get(year: string): OpenShard | undefined {
    if (!this.#open.has(year)) {
      const info = this.#infos.get(year);
      this.#open.set(year, info && openShard(this.#dbDir, info));
    }
    return this.#open.get(year);
  }

  close(): void {
    for (const shard of this.#open.values()) shard?.database.close();
  }
}

function yearsIn({ database }: OpenShard): string[] {
  const rows = database.prepare('SELECT DISTINCT substr(key, 5, 4) AS year FROM body ORDER BY year').all();
  return rows.map(({ year }) => `ratings-${year}`);
}

/** What the years say of their feeds; confirmed when the one that was confirmed first was. */
function provenance(
  years: readonly string[],
  infos: ReadonlyMap<string, ShardInfo>,
): Pick<ShardInfo, 'licenses' | 'feeds' | 'dataDate' | 'checkedAt'> {
  const used = years.flatMap((year) => infos.get(year) ?? []);
  return {
    licenses: [...new Set(used.flatMap(({ licenses }) => licenses))].sort(),
    feeds: [...new Set(used.flatMap(({ feeds }) => feeds))].sort(),
    dataDate:
      used
        .flatMap(({ dataDate }) => dataDate ?? [])
        .sort()
        .at(-1) ?? null,
    checkedAt: used.map(({ checkedAt }) => checkedAt).sort()[0]!,
  };
}

function keyOf(infos: readonly ShardInfo[]): string {
  const named = infos.map(({ name, digest }) => `${name} ${digest}\n`).sort();
  return createHash('sha256').update(named.join('')).digest('hex');
}
