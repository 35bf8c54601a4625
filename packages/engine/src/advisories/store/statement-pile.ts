import { rmSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { scratchDatabase } from './scratch-database.ts';

/** What waits in memory, UTF-16 code units. */
const defaultMaxHeld = 24 << 20;

/**
 * Encoded statements by shard and package, in any order. Beyond a limit they wait in a scratch file, so that memory does not grow
 * with the feed.
 */
export class StatementPile {
  readonly #Database: typeof DatabaseSync;
  readonly #tempDir: string;
  readonly #maxHeld: number;
  #held = 0;
  readonly #byShard = new Map<string, Map<string, string[]>>();
  #scratch: { readonly path: string; readonly database: DatabaseSync; readonly insert: StatementSync } | undefined;
  #indexed = false;

  constructor(Database: typeof DatabaseSync, tempDir: string, maxHeld: number = defaultMaxHeld) {
    this.#Database = Database;
    this.#tempDir = tempDir;
    this.#maxHeld = maxHeld;
  }

  add(shard: string, name: string, encoded: string): void {
    const packages = this.#byShard.get(shard) ?? new Map<string, string[]>();
    this.#byShard.set(shard, packages);
    const list = packages.get(name);
    if (list === undefined) packages.set(name, [encoded]);
    else list.push(encoded);
    this.#held += name.length + encoded.length;
    if (this.#held > this.#maxHeld) this.#spill();
  }

  /** Each package of a shard with its statements, and forgets them. Nothing is added afterwards. */
  *take(shard: string): Generator<readonly [string, string[]]> {
    if (this.#scratch === undefined) {
      yield* this.#byShard.get(shard) ?? [];
      this.#byShard.delete(shard);
      return;
    }
    if (!this.#indexed) {
      this.#spill();
      this.#scratch.database.exec('CREATE INDEX pile_order ON pile (shard, package)');
      this.#indexed = true;
    }
    const rows = this.#scratch.database.prepare('SELECT package, body FROM pile WHERE shard = ? ORDER BY package');
    let name: string | undefined;
    let list: string[] = [];
    for (const row of rows.iterate(shard)) {
      if (row.package !== name) {
        if (name !== undefined) yield [name, list];
        name = row.package as string;
        list = [];
      }
      list.push(row.body as string);
    }
    if (name !== undefined) yield [name, list];
  }

  discard(): void {
    if (this.#scratch === undefined) return;
    if (this.#scratch.database.isOpen) this.#scratch.database.close();
    rmSync(this.#scratch.path, { force: true });
  }

  #spill(): void {
    if (this.#scratch === undefined) {
      const { path, database } = scratchDatabase(this.#Database, this.#tempDir);
      database.exec('CREATE TABLE pile (shard TEXT, package TEXT, body TEXT)');
      database.exec('BEGIN');
      this.#scratch = { path, database, insert: database.prepare('INSERT INTO pile VALUES (?, ?, ?)') };
    }
    for (const [shard, packages] of this.#byShard) {
      for (const [name, list] of packages) for (const body of list) this.#scratch.insert.run(shard, name, body);
    }
    this.#byShard.clear();
    this.#held = 0;
  }
}
