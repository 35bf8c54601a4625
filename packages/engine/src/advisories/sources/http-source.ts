import { createWriteStream, rmSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AdvisoryError, reasonOf, throwIfAborted } from '../advisory-error.ts';
import { type FeedSource, type FetchResult, mirrorPath, type Validator } from './feed-source.ts';

export interface HttpOptions {
  /** where bodies are put; the caller empties it */
  readonly tempDir: string;
  readonly signal?: AbortSignal | undefined;
  /** without a byte for this long the connection is given up, ms */
  readonly idleTimeoutMs?: number;
  readonly onBytes?: ((url: string, received: number, total: number | null) => void) | undefined;
}

const maxRedirects = 5;
const defaultIdleTimeoutMs = 60_000;

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

async function download(
  url: string,
  address: string,
  gzipped: boolean,
  known: Validator | null,
  maxBytes: number,
  options: HttpOptions,
): Promise<FetchResult> {
  const response = await open(new URL(address), known, options);
  const validator = { etag: header(response, 'etag'), lastModified: header(response, 'last-modified') };
  const status = response.statusCode ?? 0;
  if (status === 304 && known !== null) {
    // has no body: the connection can serve the next request
    response.resume();
    return { state: 'unchanged', validator: known };
  }
  if (status === 404 || status === 410) {
    response.destroy();
    return { state: 'absent' };
  }
  if (status !== 200) {
    response.destroy();
    throw new AdvisoryError(
      'fetch-failed',
      `${address}: the server answered ${status}; try again later, or use a mirror`,
    );
  }
  const path = join(options.tempDir, `feed-${process.pid}-${++downloads}`);
  try {
    await save(response, path, address, maxBytes, options);
  } catch (error) {
    rmSync(path, { force: true });
    throwIfAborted(options.signal);
    if (error instanceof AdvisoryError) throw error;
    throw new AdvisoryError(
      'fetch-failed',
      `${address}: the download broke off (${reasonOf(error)}); try again`,
      error,
    );
  }
  return { state: 'file', file: { url, path, gzipped, validator } };
}

async function save(
  response: IncomingMessage,
  path: string,
  address: string,
  maxBytes: number,
  options: HttpOptions,
): Promise<void> {
  const announced = header(response, 'content-length');
  const total = announced === null ? null : Number(announced);
  const tooLarge = (): AdvisoryError =>
    new AdvisoryError('feed-too-large', `${address}: larger than ${maxBytes} bytes`);
  if (total !== null && total > maxBytes) {
    response.destroy();
    throw tooLarge();
  }
  let received = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > maxBytes) return done(tooLarge());
      options.onBytes?.(address, received, total);
      done(null, chunk);
    },
  });
  await pipeline(
    response,
    counter,
    createWriteStream(path),
    options.signal === undefined ? {} : { signal: options.signal },
  );
  if (total !== null && received !== total) {
    throw new AdvisoryError(
      'digest-mismatch',
      `${address}: ${received} bytes came, ${total} were announced; try again`,
    );
  }
}

/** Follows redirects; never from https to http. */
async function open(address: URL, known: Validator | null, options: HttpOptions): Promise<IncomingMessage> {
  let at = address;
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const response = await ask(at, known, options);
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

/** Proxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as Node reads them. */
function agentFor(protocol: string): HttpAgent {
  let agent = agents.get(protocol);
  if (agent === undefined) {
    const settings = { keepAlive: true, maxSockets: 4, proxyEnv: process.env };
    agent = protocol === 'https:' ? new HttpsAgent(settings) : new HttpAgent(settings);
    agents.set(protocol, agent);
  }
  return agent;
}

function ask(address: URL, known: Validator | null, options: HttpOptions): Promise<IncomingMessage> {
  throwIfAborted(options.signal);
  const headers: Record<string, string> = { 'user-agent': 'plimsoll', accept: '*/*' };
  if (known?.etag != null) headers['if-none-match'] = known.etag;
  else if (known?.lastModified != null) headers['if-modified-since'] = known.lastModified;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const idle = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
  const settings = {
    headers,
    agent: agentFor(address.protocol),
    // counts while connecting too, which setTimeout would not
    timeout: idle,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const sent = address.protocol === 'https:' ? httpsRequest(address, settings) : httpRequest(address, settings);
  sent.on('timeout', () => sent.destroy(new Error(`no byte for ${idle} ms`)));
  sent.on('response', resolve);
  sent.on('error', (error) => {
    if (options.signal?.aborted) reject(new AdvisoryError('aborted', `stopped while fetching ${address}`, error));
    else
      reject(
        new AdvisoryError(
          'fetch-failed',
          `${address}: ${error.message}; check the network or proxy, or use a mirror`,
          error,
        ),
      );
  });
  sent.end();
  return promise;
}

function header(response: IncomingMessage, name: string): string | null {
  const value = response.headers[name];
  return typeof value === 'string' ? value : null;
}
