import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { AdvisoryError, reasonOf, throwIfAborted } from '../advisory-error.ts';
import { sqlite } from './sqlite.ts';
import { asStoreError } from './store-error.ts';
import { lockPath, makeStore } from './store-paths.ts';

const retryMs = 50;

/**
 * Runs `work` as the only writer of a database directory, waiting for others. The lock is the operating system's, by way
 * of an SQLite transaction: it ends with the process that holds it, so that none is ever left behind.
 *
 * @throws AdvisoryError `aborted` while waiting, `store-failed`
 */
export async function withWriteLock<T>(
  dbDir: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  makeStore(dbDir);
  const database = openLock(dbDir);
  try {
    for (;;) {
      throwIfAborted(signal);
      try {
        database.exec('BEGIN EXCLUSIVE');
        break;
      } catch (error) {
        if (!/locked|busy/i.test(reasonOf(error))) {
          throw new AdvisoryError('store-failed', `cannot lock ${lockPath(dbDir)}: ${reasonOf(error)}`, error);
        }
      }
      try {
        await wait(retryMs, undefined, signal === undefined ? {} : { signal });
      } catch {
        throwIfAborted(signal);
      }
    }
    return await work();
  } catch (error) {
    throw asStoreError(dbDir, error);
  } finally {
    database.close();
  }
}

function openLock(dbDir: string): DatabaseSync {
  try {
    return new (sqlite())(lockPath(dbDir), { timeout: 0 });
  } catch (error) {
    throw new AdvisoryError('store-failed', `cannot open ${lockPath(dbDir)}: ${reasonOf(error)}; check rights`, error);
  }
}
