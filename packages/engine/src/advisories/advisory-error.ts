/**
 * - `feed-malformed`: a feed is not what it should be (truncated archive, HTML, no JSON)
 * - `feed-too-large`: a feed or one of its records is over a limit
 * - `fetch-failed`: the network or the server
 * - `digest-mismatch`: bytes are not those that were announced
 * - `catalog-untrusted`: a key is configured, and no signature of a catalog is of it
 * - `catalog-malformed`: `catalog.json` cannot be read
 * - `store-failed`: the database directory cannot be read or written
 * - `locked`: waiting for another writer was given up
 * - `aborted`: the caller's signal
 */
export type AdvisoryErrorCode =
  | 'feed-malformed'
  | 'feed-too-large'
  | 'fetch-failed'
  | 'digest-mismatch'
  | 'catalog-untrusted'
  | 'catalog-malformed'
  | 'store-failed'
  | 'locked'
  | 'aborted';

/** The one error of this room; the message says what failed, on what, and what to do. */
export class AdvisoryError extends Error {
  readonly code: AdvisoryErrorCode;

  constructor(code: AdvisoryErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AdvisoryError';
    this.code = code;
  }
}

/** @throws AdvisoryError `aborted` */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new AdvisoryError('aborted', 'stopped before the advisory database was done', signal.reason);
}

/** What went wrong, in the words of whatever was thrown, on one line: some quote what they stumbled over. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
}

export function isAdvisoryError(error: unknown, code?: AdvisoryErrorCode): error is AdvisoryError {
  return error instanceof AdvisoryError && (code === undefined || error.code === code);
}
