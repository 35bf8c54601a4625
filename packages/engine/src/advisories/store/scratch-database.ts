import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

let made = 0;

const pageSize = 4096;

/** A database that nobody else sees and that need not survive: no journal, no locks, no waiting for the disk. */
export function scratchDatabase(
  Database: typeof DatabaseSync,
  tempDir: string,
): { readonly path: string; readonly database: DatabaseSync } {
  // loaded here alone: a scan makes none
  const { threadId } = process.getBuiltinModule('node:worker_threads');
  const path = join(tempDir, `stage-${process.pid}-${threadId}-${++made}.sqlite`);
  const database = new Database(path);
  database.exec(
    `PRAGMA page_size=${pageSize}; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;`,
  );
  return { path, database };
}
