import { setTimeout as wait } from 'node:timers/promises';
import { throwIfAborted } from './error.ts';

/** What may work when it is tried again: a broken connection, a server that is busy. Caught inside this room. */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
  /** what is thrown when no attempt is left */
  readonly final: Error;
  /** as the server asks (`Retry-After`), ms */
  readonly retryAfterMs: number | null;

  constructor(final: Error, retryAfterMs: number | null = null) {
    super(final.message);
    this.final = final;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Codes of connections: another attempt would end the same way. */
const lasting = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EACCES',
  'EPERM',
  'EPROTO',
  'PROTOCOL',
  'ENETUNREACH',
  'ERR_PROXY_TUNNEL',
]);

export function lastingFailure(code: string | undefined): boolean {
  return code !== undefined && (lasting.has(code) || /CERT|SIGNATURE|ISSUER|ALTNAME/.test(code));
}

/** Statuses that are worth another attempt. */
const busy = new Set([408, 429, 500, 502, 503, 504]);

export function busyStatus(status: number): boolean {
  return busy.has(status);
}

/** Attempts of one request, or of one blob between two stretches of `progressBytes`. */
const maxAttempts = 5;
/** Attempts of one blob altogether. */
const maxAttemptsEver = 50;
/** So much of a blob is progress. */
const progressBytes = 1024 * 1024;
/** Longest wait that a server may ask for, ms; who asks for more is not waited for. */
const longestWaitMs = 60_000;
const longestBackoffMs = 10_000;

/** Counts the attempts of one thing that is asked for, and waits between them. */
export class Attempts {
  readonly #delayMs: number;
  readonly #most: number;
  readonly #signal: AbortSignal | undefined;
  #failures = 0;
  #ever = 0;
  #position = 0;

  /** @param delayMs before the second attempt; each further one waits twice as long, and up to half of that more */
  constructor(delayMs: number, signal: AbortSignal | undefined, most: number = maxAttempts) {
    this.#delayMs = delayMs;
    this.#most = most;
    this.#signal = signal;
  }

  /**
   * Waits before the next attempt.
   *
   * @param position bytes that have come so far
   * @throws the failure when it is not transient, or there were enough of them
   */
  async failed(error: unknown, position = 0): Promise<void> {
    throwIfAborted(this.#signal);
    if (!(error instanceof TransientFailure)) {
      throw error;
    }
    if (position - this.#position >= progressBytes) {
      this.#position = position;
      this.#failures = 0;
    }
    this.#failures += 1;
    this.#ever += 1;
    const { retryAfterMs } = error;
    if (
      this.#failures >= this.#most ||
      this.#ever >= maxAttemptsEver ||
      (retryAfterMs !== null && retryAfterMs > longestWaitMs)
    ) {
      throw error.final;
    }
    const backoff = Math.min(longestBackoffMs, this.#delayMs * 2 ** (this.#failures - 1));
    const delay = Math.max(retryAfterMs ?? 0, backoff * (1 + Math.random() / 2));
    // an abort ends the wait; it is thrown as one of ours below
    await wait(delay, undefined, { signal: this.#signal }).catch(() => {});
    throwIfAborted(this.#signal);
  }
}

/** @param header `Retry-After`: seconds or a date; null where it is neither */
export function retryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) {
    return null;
  }
  if (/^[0-9]{1,9}$/.test(header)) {
    return Number(header) * 1000;
  }
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
