import { closeSync, openSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ratingsBeside, ratingsShard } from './shard-names.ts';
import { recordsOf } from './statement-records.ts';
import { entriesOf, readEntries } from './store/catalog-entries.ts';
import { epssOf } from './store/epss-rows.ts';
import { digestOf } from './store/file-digest.ts';
import { decodeStatements, shardFormat, withdrawnKey } from './store/shard-format.ts';
import { decodeRating } from './store/shard-rows.ts';
import { SoundShards } from './store/sound-shards.ts';
import { sqlite } from './store/sqlite.ts';
import { shardPath } from './store/store-paths.ts';
import type {
  AdvisoryReader,
  AdvisoryRecord,
  AdvisoryText,
  Catalog,
  EolRecord,
  ExploitRecord,
  KevRecord,
  RatingRecord,
  ShardInfo,
} from './types.ts';

/** The answers of a database without any shard. */
export const noAdvisories: AdvisoryReader = {
  shard: () => undefined,
  shards: () => [],
  statements: () => new Map(),
  advisories: () => new Map(),
  namesakes: () => [],
  naming: () => new Map(),
  ratings: () => new Map(),
  kev: () => new Map(),
  epss: () => new Map(),
  exploits: () => new Map(),
  endOfLife: () => [],
  titles: () => new Map(),
  texts: () => new Map(),
  withdrawn: () => undefined,
  looked: () => new Map(),
  close: () => {},
};

/** A shard's file, open for look-ups by key. */
export interface OpenShard {
  readonly database: DatabaseSync;
  readonly get: StatementSync;
  readonly title: StatementSync;
  readonly scheme: string;
}

/**
 * Opens a database directory for look-ups. Nothing but the catalog is read until a shard is asked for; a shard is opened
 * read-only, after its bytes were found to have the digest of the catalog. A directory without a catalog has no shards.
 *
 * @param catalog of shards of this directory, instead of its own
 * @throws AdvisoryError `catalog-malformed`, `store-failed`
 */
export function openAdvisories(dbDir: string, catalog?: Catalog): AdvisoryReader {
  const open = new Map<string, OpenShard | undefined>();
  const sound = new SoundShards(dbDir);
  let infos = catalog === undefined ? readEntries(dbDir, sound) : entriesOf(catalog);

  function shardOf(name: string): OpenShard | undefined {
    if (!open.has(name)) {
      const info = infos.get(name);
      open.set(name, info === undefined ? undefined : openShard(dbDir, info, sound));
    }
    return open.get(name);
  }

  function lookUp<T>(
    name: string,
    keys: readonly string[],
    decode: (key: string, body: string, shard: OpenShard) => T,
  ): Map<string, T> {
    return mapped(shardOf(name), (shard) => {
      const found = new Map<string, T>();
      if (shard === undefined) return found;
      for (const key of keys) {
        if (found.has(key)) continue;
        const row = shard.get.get(key);
        if (row !== undefined) found.set(key, decode(key, row.value as string, shard));
      }
      return found;
    });
  }

  /** Of two that speak about the same CVE the one that was confirmed later, else the one of a whole year. */
  function newestFirst(names: readonly string[]): string[] {
    const known = [...new Set(names)].flatMap((name) => infos.get(name) ?? []);
    const order = (a: ShardInfo, b: ShardInfo): number =>
      a.checkedAt === b.checkedAt
        ? rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1)
        : a.checkedAt > b.checkedAt
          ? -1
          : 1;
    return known.sort(order).map(({ name }) => name);
  }

  const statements: AdvisoryReader['statements'] = (shard, packages) =>
    lookUp(shard, packages, (name, body, { scheme }) => decodeStatements(name, scheme, body));

  return {
    shard: (name) => (shardOf(name) === undefined ? undefined : infos.get(name)),
    shards: () => infos.all(),
    statements,
    advisories: (shard, packages) =>
      new Map([...statements(shard, packages)].map(([name, said]) => [name, said.flatMap(recordsOf)])),
    namesakes: (name, artifacts, separator) =>
      artifacts.length === 0 ? [] : namesWith(shardOf(name), new Set(artifacts), separator),
    naming: (name, id) => recordsNaming(shardOf(name), id),
    ratings: (cves, beside = []): ReadonlyMap<string, RatingRecord> => {
      const found = new Map<string, RatingRecord>();
      const byYear = Map.groupBy(cves, (id) => ratingsShard(id) ?? '');
      for (const name of newestFirst([...byYear.keys(), ...beside.map(ratingsBeside)])) {
        const ids = (byYear.get(name) ?? cves).filter((id) => !found.has(id));
        for (const [id, rating] of lookUp(name, ids, decodeRating)) found.set(id, rating);
      }
      return new Map(cves.flatMap((id) => (found.has(id) ? [[id, found.get(id)!] as const] : [])));
    },
    kev: (ids) => lookUp('kev', ids, (_id, body) => JSON.parse(body) as KevRecord),
    epss: (ids) =>
      mapped(shardOf('epss'), (shard) => epssOf(ids, (key) => shard?.get.get(key)?.value as string | undefined)),
    exploits: (ids) => lookUp('exploits', ids, (_id, body) => JSON.parse(body) as ExploitRecord),
    endOfLife: (distro) => lookUp('eol', [distro], (_id, body) => JSON.parse(body) as EolRecord[]).get(distro) ?? [],
    titles: (shard, ids): ReadonlyMap<string, string> => {
      const title = ids.length === 0 ? undefined : shardOf(shard)?.title;
      const rows =
        title === undefined ? [] : ids.map((id) => [id, title.get(id)?.value as string | undefined] as const);
      return new Map(rows.flatMap(([id, text]) => (text === undefined ? [] : [[id, text] as const])));
    },
    withdrawn: (shard, name) => {
      const text = shardOf(shard)?.title.get(withdrawnKey(name))?.value as string | undefined;
      const [id = '', on = null] = text?.split(' ') ?? [];
      return text === undefined ? undefined : { id, on };
    },
    texts: (shard, ids) => lookUp(`${shard}-texts`, ids, (_id, body) => JSON.parse(body) as AdvisoryText),
    looked: () => new Map([...open].flatMap(([name, shard]) => (infos.get(name) ? [[name, shard !== undefined]] : []))),
    close: () => {
      sound.remember();
      for (const shard of open.values()) shard?.database.close();
      open.clear();
      infos = entriesOf(undefined);
    },
  };
}

function namesWith(shard: OpenShard | undefined, artifacts: ReadonlySet<string>, separator: string): string[] {
  const select = 'SELECT key FROM body WHERE instr(key, ?) > 0 ORDER BY key';
  const rows = mapped(shard, (open) => open?.database.prepare(select).all(separator) ?? []);
  return rows.map(({ key }) => String(key)).filter((key) => artifacts.has(key.slice(key.lastIndexOf(separator) + 1)));
}

function recordsNaming(shard: OpenShard | undefined, id: string): ReadonlyMap<string, readonly AdvisoryRecord[]> {
  const found = new Map<string, readonly AdvisoryRecord[]>();
  const select = 'SELECT key, value FROM body WHERE instr(value, ?) > 0 ORDER BY key';
  for (const row of mapped(shard, (open) => open?.database.prepare(select).all(id) ?? [])) {
    const name = String(row.key);
    const named = decodeStatements(name, shard?.scheme ?? '', String(row.value))
      .flatMap(recordsOf)
      .filter((record) => [record.id, ...record.aliases, ...record.bulletins].includes(id));
    if (named.length > 0) found.set(name, named);
  }
  return found;
}

function rank(name: string): number {
  return name.startsWith('ratings-') ? 0 : 1;
}

/** more than any shard has */
const maxMappedBytes = 2 ** 31;

/**
 * Rows of a package with thousands of records lie on chains of pages, each of which would be a read of its own: a shard is mapped
 * while it is looked into. Not for longer, since what was looked at of it counts as memory of this process until then.
 */
function mapped<T>(shard: OpenShard | undefined, look: (shard: OpenShard | undefined) => T): T {
  shard?.database.exec(`PRAGMA mmap_size = ${maxMappedBytes}`);
  try {
    return look(shard);
  } finally {
    shard?.database.exec('PRAGMA mmap_size = 0');
  }
}

/** undefined: missing, or its bytes are others than the catalog says, or of another version of this program. */
export function openShard(
  dbDir: string,
  info: ShardInfo,
  sound: Pick<SoundShards, 'isSound'> = new SoundShards(dbDir),
): OpenShard | undefined {
  const path = shardPath(dbDir, info.digest);
  if (!sound.isSound(info.digest)) return undefined;
  const url = pathToFileURL(path);
  // shards never change: no locks, no journal to look for
  url.search = '?immutable=1';
  let database: DatabaseSync | undefined;
  try {
    database = new (sqlite())(url, { readOnly: true });
    const meta = new Map(
      database
        .prepare('SELECT key, value FROM meta')
        .all()
        .map((row) => [row.key, String(row.value)]),
    );
    if (meta.get('format') === String(shardFormat)) {
      return {
        database,
        get: database.prepare('SELECT value FROM body WHERE key = ?'),
        title: database.prepare('SELECT value FROM title WHERE key = ?'),
        scheme: meta.get('scheme') ?? '',
      };
    }
  } catch {
    // removed since, or no shard at all: as if it were missing
  }
  database?.close();
  return undefined;
}

/** Whether a shard's file is there and has its digest. */
export function verifyShard(path: string, digest: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    return digestOf(fd) === digest;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}
