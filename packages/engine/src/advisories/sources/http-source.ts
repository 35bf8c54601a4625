import { createWriteStream, rmSync, statSync } from 'node:fs';
import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { proxyOf } from '../../registry/proxy.ts';
import { Attempts, busyStatus, lastingFailure, retryAfter, TransientFailure } from '../../registry/retry.ts';
import { AdvisoryError, reasonOf, throwIfAborted } from '../advisory-error.ts';
import { type FeedSource, type FetchResult, mirrorPath, type Validator } from './feed-source.ts';

export interface HttpOptions {
  /** where bodies are put; the caller empties it */
  readonly tempDir: string;
  readonly signal?: AbortSignal | undefined;
  /** without a byte for this long the connection is given up, ms */
  readonly idleTimeoutMs?: number;
  /** before the second attempt, ms; each further one waits twice as long, and up to half of that more */
  readonly retryDelayMs?: number | undefined;
  readonly onBytes?: ((url: string, received: number, total: number | null) => void) | undefined;
}

// an import would load all that they make on demand, ten times as much
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

const maxRedirects = 5;
const defaultIdleTimeoutMs = 60_000;
const defaultRetryDelayMs = 500;

/** The upstream hosts themselves, over https. */
export function upstreamSource(options: HttpOptions): FeedSource {
  return {
    fetch: (url, known, maxBytes) => download(url, url, false, known, maxBytes, options),
    list: () => undefined,
  };
}

/** A mirror of the upstream hosts below an http or https URL; files may be stored with `.gz` added. */
export function httpMirrorSource(base: string, options: HttpOptions): FeedSource {
  const root = base.endsWith('/') ? base : `${base}/`;
  return {
    fetch: async (url, known, maxBytes) => {
      const plain = await download(url, root + mirrorPath(url), false, known, maxBytes, options);
      if (plain.state !== 'absent') return plain;
      return download(url, `${root}${mirrorPath(url)}.gz`, true, known, maxBytes, options);
    },
    list: () => undefined,
  };
}

let downloads = 0;

/** One file, asked for again when that may help; what has come of it already is not sent again. */
async function download(
  url: string,
  address: string,
  gzipped: boolean,
  known: Validator | null,
  maxBytes: number,
  options: HttpOptions,
): Promise<FetchResult> {
  const part: Part = {
    path: join(options.tempDir, `feed-${process.pid}-${++downloads}`),
    received: 0,
    validator: null,
  };
  const attempts = new Attempts(options.retryDelayMs ?? defaultRetryDelayMs, undefined);
  for (;;) {
    try {
      const result = await attempt(address, known, maxBytes, part, options);
      if (result === 'unchanged') return { state: 'unchanged', validator: known! };
      if (result === 'absent') return { state: 'absent' };
      return { state: 'file', file: { url, path: part.path, gzipped, validator: part.validator! } };
    } catch (error) {
      const rest = await attempts.failed(error, part.received).then(
        () => undefined,
        (final: unknown) => ({ final }),
      );
      if (rest !== undefined) rmSync(part.path, { force: true });
      throwIfAborted(options.signal);
      if (rest !== undefined) throw rest.final;
    }
  }
}

/** What has come of a file. */
interface Part {
  readonly path: string;
  received: number;
  validator: Validator | null;
}

async function attempt(
  address: string,
  known: Validator | null,
  maxBytes: number,
  part: Part,
  options: HttpOptions,
): Promise<'unchanged' | 'absent' | 'file'> {
  const mark = part.validator && (strong(part.validator.etag) ?? part.validator.lastModified);
  const resumed = part.received > 0 && mark !== null;
  const headers = resumed ? { range: `bytes=${part.received}-`, 'if-range': mark } : conditions(known);
  const response = await open(new URL(address), headers, options);
  const status = response.statusCode ?? 0;
  if (status === 304 && known !== null && !resumed) {
    // has no body: the connection can serve the next request
    response.resume();
    return 'unchanged';
  }
  if (status === 404 || status === 410) {
    response.destroy();
    return 'absent';
  }
  const goesOn = status === 206 && resumed && startOf(response) === part.received;
  if (status !== 200 && !goesOn) {
    response.destroy();
    const message = `${address}: the server answered ${status}; try again later, or use a mirror`;
    const failure = new AdvisoryError('fetch-failed', message);
    throw busyStatus(status)
      ? new TransientFailure(failure, retryAfter(header(response, 'retry-after') ?? undefined, Date.now()))
      : failure;
  }
  if (!goesOn) part.received = 0;
  part.validator = { etag: header(response, 'etag'), lastModified: header(response, 'last-modified') };
  try {
    await save(response, part, address, maxBytes, options);
  } catch (error) {
    throwIfAborted(options.signal);
    if (error instanceof AdvisoryError && error.code !== 'digest-mismatch') throw error;
    const message = `${address}: the download broke off (${reasonOf(error)}); try again`;
    throw new TransientFailure(
      error instanceof AdvisoryError ? error : new AdvisoryError('fetch-failed', message, error),
    );
  }
  return 'file';
}

/** Only a strong tag says that bytes are the same. */
function strong(etag: string | null): string | null {
  return etag?.startsWith('W/') ? null : etag;
}

function conditions(known: Validator | null): Record<string, string> {
  if (known?.etag != null) return { 'if-none-match': known.etag };
  return known?.lastModified == null ? {} : { 'if-modified-since': known.lastModified };
}

function startOf(response: IncomingMessage): number | undefined {
  const start = /^bytes ([0-9]{1,15})-/.exec(header(response, 'content-range') ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
}

async function save(
  response: IncomingMessage,
  part: Part,
  address: string,
  maxBytes: number,
  options: HttpOptions,
): Promise<void> {
  const announced = header(response, 'content-length');
  const from = part.received;
  const total = announced === null ? null : from + Number(announced);
  const tooLarge = (): AdvisoryError =>
    new AdvisoryError('feed-too-large', `${address}: larger than ${maxBytes} bytes`);
  if (total !== null && total > maxBytes) {
    response.destroy();
    throw tooLarge();
  }
  let received = from;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > maxBytes) return done(tooLarge());
      options.onBytes?.(address, received, total);
      done(null, chunk);
    },
  });
  const file = createWriteStream(part.path, { flags: from > 0 ? 'a' : 'w' });
  try {
    await pipeline(response, counter, file, options.signal === undefined ? {} : { signal: options.signal });
  } finally {
    // what is in the file counts, not what was on its way there
    part.received = statSync(part.path, { throwIfNoEntry: false })?.size ?? 0;
  }
  if (total !== null && part.received !== total) {
    throw new AdvisoryError(
      'digest-mismatch',
      `${address}: ${part.received} bytes came, ${total} were announced; try again`,
    );
  }
}

/** Follows redirects; never from https to http. */
async function open(
  address: URL,
  headers: Readonly<Record<string, string>>,
  options: HttpOptions,
): Promise<IncomingMessage> {
  let at = address;
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const response = await ask(at, headers, options);
    const location = response.headers.location;
    const status = response.statusCode ?? 0;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return response;
    response.destroy();
    const next = URL.canParse(location, at.href) ? new URL(location, at.href) : undefined;
    if (
      next === undefined ||
      !['http:', 'https:'].includes(next.protocol) ||
      (at.protocol === 'https:' && next.protocol !== 'https:')
    ) {
      throw new AdvisoryError('fetch-failed', `${address}: redirects to ${location}, which is not followed`);
    }
    at = next;
  }
  throw new AdvisoryError('fetch-failed', `${address}: more than ${maxRedirects} redirects`);
}

const agents = new Map<string, HttpAgent>();

/** Proxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as for registries. */
function agentFor(address: URL): HttpAgent {
  const proxy = proxyFor(address);
  const key = `${address.protocol} ${proxy?.href ?? ''}`;
  let agent = agents.get(key);
  if (agent === undefined) {
    const proxyEnv = proxy === undefined ? {} : { [`${address.protocol.slice(0, -1)}_proxy`]: proxy.href };
    const settings = { keepAlive: true, maxSockets: 4, proxyEnv };
    agent = address.protocol === 'https:' ? new https.Agent(settings) : new http.Agent(settings);
    agents.set(key, agent);
  }
  return agent;
}

function proxyFor(address: URL): URL | undefined {
  try {
    return proxyOf(address, process.env);
  } catch (error) {
    throw new AdvisoryError('fetch-failed', reasonOf(error), error);
  }
}

function ask(
  address: URL,
  conditions: Readonly<Record<string, string>>,
  options: HttpOptions,
): Promise<IncomingMessage> {
  throwIfAborted(options.signal);
  const headers = { 'user-agent': 'plimsoll', accept: '*/*', ...conditions };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const idle = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
  const settings = {
    headers,
    agent: agentFor(address),
    // counts while connecting too, which setTimeout would not
    timeout: idle,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const sent = address.protocol === 'https:' ? https.request(address, settings) : http.request(address, settings);
  sent.on('timeout', () => sent.destroy(new Error(`no byte for ${idle} ms`)));
  sent.on('response', resolve);
  sent.on('error', (error) => {
    if (options.signal?.aborted) reject(new AdvisoryError('aborted', `stopped while fetching ${address}`, error));
    else {
      const message = `${address}: ${error.message}; check the network or proxy, or use a mirror`;
      const failure = new AdvisoryError('fetch-failed', message, error);
      reject(lastingFailure((error as NodeJS.ErrnoException).code) ? failure : new TransientFailure(failure));
    }
  });
  sent.end();
  return promise;
}

function header(response: IncomingMessage, name: string): string | null {
  const value = response.headers[name];
  return typeof value === 'string' ? value : null;
}
