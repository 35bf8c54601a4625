import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Catalog, ShardInfo } from '../types.ts';
import { catalogText, parseCatalog, readCatalog, shardName } from './catalog.ts';
import type { SoundShards } from './sound-shards.ts';
import { catalogPath } from './store-paths.ts';

/** Shards of a catalog, by name. */
export interface CatalogEntries {
  get(name: string): ShardInfo | undefined;
  all(): readonly ShardInfo[];
}

export function entriesOf(catalog: Catalog | undefined): CatalogEntries {
  const infos = new Map((catalog?.shards ?? []).map((info) => [info.name, info]));
  return { get: (name) => infos.get(name), all: () => [...infos.values()] };
}

/**
 * The catalog of a database directory. A scan needs ten of its hundreds of entries: of a file that was found to be a catalog
 * before, as this program writes them, only those are made that are asked for. Any other is read and checked as a whole.
 *
 * @throws AdvisoryError `catalog-malformed`, `store-failed`
 */
export function readEntries(dbDir: string, sound: Pick<SoundShards, 'isSoundCatalog'>): CatalogEntries {
  const path = catalogPath(dbDir);
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return entriesOf(readCatalog(dbDir));
  }
  try {
    // before its identity is asked for: what is written meanwhile has another
    const bytes = bytesOf(fd);
    if (bytes === undefined) return entriesOf(readCatalog(dbDir));
    let catalog: Catalog | undefined;
    const isSound = sound.isSoundCatalog(fd, () => {
      catalog = parseCatalog(bytes.toString('utf8'), path);
      return bytes.equals(Buffer.from(catalogText(catalog.shards).text));
    });
    return isSound && catalog === undefined ? entriesIn(bytes) : entriesOf(catalog);
  } finally {
    closeSync(fd);
  }
}

function bytesOf(fd: number): Buffer | undefined {
  try {
    return readFileSync(fd);
  } catch {
    return undefined;
  }
}

/** @param bytes as `catalogText` gives them */
function entriesIn(bytes: Buffer): CatalogEntries {
  const made = new Map<string, ShardInfo | undefined>();
  return {
    get: (name) => {
      if (!made.has(name)) made.set(name, entryOf(bytes, name));
      return made.get(name);
    },
    all: () => (JSON.parse(bytes.toString('utf8')) as Catalog).shards,
  };
}

function entryOf(bytes: Buffer, name: string): ShardInfo | undefined {
  const at = shardName.test(name) ? bytes.indexOf(`\n  {"name":"${name}",`) : -1;
  if (at === -1) return undefined;
  const line = bytes.toString('utf8', at + 1, bytes.indexOf('\n', at + 1));
  return JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line) as ShardInfo;
}
