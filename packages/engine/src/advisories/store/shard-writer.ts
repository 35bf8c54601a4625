import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { AdvisoryError, reasonOf } from '../advisory-error.ts';
import { digestOf } from './file-digest.ts';
import { scratchDatabase } from './scratch-database.ts';
import { shardFormat, shardSchema } from './shard-format.ts';
import { shardPath } from './store-paths.ts';

export interface WrittenShard {
  /** `sha256:…` */
  readonly digest: string;
  readonly size: number;
}

/**
 * Collects the rows of one shard, in any order, and writes the file that they make: the same rows give the same bytes.
 * Rows wait in a scratch file, so that memory does not grow with the shard.
 */
export class ShardWriter {
  readonly #scratch: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #insertTitle: StatementSync;

  constructor(Database: typeof DatabaseSync, tempDir: string) {
    const { path, database } = scratchDatabase(Database, tempDir);
    this.#scratch = path;
    this.#database = database;
    this.#database.exec(shardSchema);
    this.#database.exec('BEGIN');
    this.#insert = this.#database.prepare('INSERT OR IGNORE INTO body VALUES (?, ?)');
    this.#insertTitle = this.#database.prepare('INSERT OR IGNORE INTO title VALUES (?, ?)');
  }

  /** The first value of a key stays. @returns whether the row is new */
  put(key: string, value: string): boolean {
    return this.#insert.run(key, value).changes === 1;
  }

  putTitle(id: string, title: string): void {
    this.#insertTitle.run(id, title);
  }

  /** Puts the shard in its place under its digest. */
  finish(dbDir: string, meta: Readonly<Record<string, string>>): WrittenShard {
    const out = `${this.#scratch}.out`;
    try {
      const insert = this.#database.prepare('INSERT INTO meta VALUES (?, ?)');
      for (const [key, value] of Object.entries({ ...meta, format: String(shardFormat) })) insert.run(key, value);
      this.#database.exec('COMMIT');
      // VACUUM INTO lays rows out in key order, whatever the order they came in
      this.#database.prepare('VACUUM INTO ?').run(out);
      this.discard();
      return place(out, dbDir);
    } catch (error) {
      rmSync(out, { force: true });
      throw new AdvisoryError(
        'store-failed',
        `cannot write a shard to ${dbDir}: ${reasonOf(error)}; check space and rights`,
        error,
      );
    }
  }

  discard(): void {
    if (this.#database.isOpen) this.#database.close();
    rmSync(this.#scratch, { force: true });
  }
}

/** Evens out what varies in a database's header, hashes, and renames. */
function place(path: string, dbDir: string): WrittenShard {
  const fd = openSync(path, 'r+');
  let digest: string;
  try {
    normaliseHeader(fd);
    digest = digestOf(fd);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  const size = statSync(path).size;
  renameSync(path, shardPath(dbDir, digest));
  return { digest, size };
}

/**
 * The change counter (24), its copy (92) and the library's version (96) say who wrote a file, not what is in it.
 * @see https://sqlite.org/fileformat2.html#the_database_header
 */
function normaliseHeader(fd: number): void {
  const one = Buffer.from([0, 0, 0, 1]);
  const version = Buffer.alloc(4);
  version.writeUInt32BE(3_045_000);
  writeSync(fd, one, 0, 4, 24);
  writeSync(fd, one, 0, 4, 92);
  writeSync(fd, version, 0, 4, 96);
}
