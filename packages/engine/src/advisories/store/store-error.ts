import { AdvisoryError, reasonOf } from '../advisory-error.ts';

/** SQLite's errors, and those of the file system (a full disk, one that is read only), as an AdvisoryError; any other as it is. */
export function asStoreError(dbDir: string, error: unknown): unknown {
  const code = error instanceof AdvisoryError ? undefined : (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !/^(?:ERR_SQLITE|E[A-Z]+$)/.test(code)) return error;
  return new AdvisoryError(
    'store-failed',
    `cannot write below ${dbDir}: ${reasonOf(error)}; check space and rights`,
    error,
  );
}
