import type { IncomingMessage } from 'node:http';
import { ImageError, throwIfAborted } from '../error.ts';
import { digestOf } from '../image-plan.ts';
import { type Connections, speaksNoTls } from './connections.ts';
import { errorText, maxErrorBytes } from './error-text.ts';
import { bodyOf, ConnectionFailure, wholeBody } from './exchange.ts';
import { isLoopback } from './hosts.ts';
import { Attempts, retryAfter, TransientFailure } from './retry.ts';

/** A manifest or index as it came. */
export interface FetchedManifest {
  readonly bytes: Buffer;
  /** computed */
  readonly digest: string;
  /** as the answer's head states it, without parameters */
  readonly contentType: string | null;
}

/** The part of a registry's interface that reads one repository. */
export interface RegistryClient {
  /** @param reference tag or digest. @throws ImageError */
  manifest(reference: string, what: string, signal: AbortSignal | undefined): Promise<FetchedManifest>;
  /** A whole small blob. @throws ImageError */
  smallBlob(digest: string, what: string, signal: AbortSignal | undefined): Promise<Buffer>;
  /** A blob in pieces; exactly `size` bytes come, or it throws. Its digest is for the caller to check. @throws ImageError */
  blob(digest: string, size: number, what: string, signal: AbortSignal | undefined): AsyncIterable<Buffer>;
}

export interface RegistryPlace {
  /** `registry.example.com:5000` */
  readonly host: string;
  /** `library/nginx` */
  readonly repository: string;
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);
/** Worth another attempt. */
const busy = new Set([408, 429, 500, 502, 503, 504]);

/**
 * @param maxManifestBytes of a manifest, index or config
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export function registryClient(
  place: RegistryPlace,
  connections: Connections,
  maxManifestBytes: number,
): RegistryClient {
  const { host, repository } = place;
  let origin: URL | null = isLoopback(host) ? null : new URL(`https://${host}`);

  /** Of a host on this machine it is tried out whether it speaks TLS. */
  async function send(path: string, headers: Headers, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    if (origin === null) {
      try {
        return await follow(new URL(path, `https://${host}`), headers, signal);
      } catch (error) {
        if (!(error instanceof ConnectionFailure && speaksNoTls(error.code))) {
          throw error;
        }
      }
      const reply = await follow(new URL(path, `http://${host}`), headers, signal);
      origin = new URL(`http://${host}`);
      return reply;
    }
    return follow(new URL(path, origin), headers, signal);
  }

  async function follow(start: URL, headers: Headers, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    let at = start;
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      const reply = await connections.send(at, { headers, signal });
      const { location } = reply.headers;
      if (!redirects.has(reply.statusCode ?? 0) || location === undefined) {
        return reply;
      }
      reply.destroy();
      at = redirectTarget(at, location);
    }
    throw new ImageError('REGISTRY_ERROR', `the registry ${host} redirects more than ${maxRedirects} times`);
  }

  function redirectTarget(from: URL, location: string): URL {
    const to = URL.canParse(location, from.href) ? new URL(location, from.href) : null;
    const plain = from.protocol === 'http:' && to?.protocol === 'http:' && isLoopback(to.host);
    if (to === null || !(to.protocol === 'https:' || plain)) {
      // its query may be a signature that gives access
      const shown = to === null ? 'what is no URL' : to.origin;
      throw new ImageError('REGISTRY_ERROR', `the registry ${host} redirects to ${shown}, which is not followed`);
    }
    return to;
  }

  /** An answer that has what was asked for. @throws TransientFailure, ImageError */
  async function ask(
    path: string,
    headers: Headers,
    what: string,
    absent: ImageError,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    const reply = await connected(() => send(path, headers, signal), what, signal);
    const status = reply.statusCode ?? 0;
    const encoding = reply.headers['content-encoding'];
    if (status === 200 || status === 206) {
      if (encoding === undefined || encoding === 'identity') {
        return reply;
      }
      reply.destroy();
      const message = `${what}: the registry ${host} sends it with a content encoding, which was not asked for`;
      throw new ImageError('REGISTRY_ERROR', message);
    }
    const text = await connected(() => wholeBody(reply, maxErrorBytes, connections.idleTimeoutMs), what, signal);
    if (status === 404) {
      throw absent;
    }
    const said = errorText(text);
    if (status === 401 || status === 403) {
      throw new ImageError('ACCESS_DENIED', `${what}: the registry ${host} denies access (${status})${said}`);
    }
    const failure = new ImageError('REGISTRY_ERROR', `${what}: the registry ${host} answered ${status}${said}`);
    throw busy.has(status)
      ? new TransientFailure(failure, retryAfter(reply.headers['retry-after'], Date.now()))
      : failure;
  }

  async function connected<R>(job: () => Promise<R>, what: string, signal: AbortSignal | undefined): Promise<R> {
    try {
      return await job();
    } catch (error) {
      throwIfAborted(signal);
      throw error instanceof ConnectionFailure ? unreachable(error, what) : error;
    }
  }

  function unreachable(failure: ConnectionFailure, what: string): Error {
    const message = `${what}: cannot reach the registry ${host}: ${failure.message}`;
    const error = new ImageError('REGISTRY_UNREACHABLE', message, { cause: failure });
    return lasting.has(failure.code) || failure.code.includes('CERT') ? error : new TransientFailure(error);
  }

  /** A whole document, asked for again when that may help. */
  async function whole(
    path: string,
    accept: string,
    what: string,
    absent: ImageError,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly bytes: Buffer; readonly reply: IncomingMessage }> {
    const attempts = new Attempts(connections.retryDelayMs, signal);
    for (;;) {
      try {
        const reply = await ask(path, { ...common, accept }, what, absent, signal);
        const bytes = await connected(
          () => wholeBody(reply, maxManifestBytes, connections.idleTimeoutMs),
          what,
          signal,
        );
        if (bytes === undefined) {
          throw new ImageError('TOO_LARGE', `${what}: more than ${maxManifestBytes} bytes`);
        }
        return { bytes, reply };
      } catch (error) {
        await attempts.failed(error);
      }
    }
  }

  return {
    async manifest(reference, what, signal) {
      const absent = new ImageError('NOT_FOUND', `the registry ${host} has no image ${what}`);
      const path = `/v2/${repository}/manifests/${reference}`;
      const { bytes, reply } = await whole(path, manifestTypes, what, absent, signal);
      const [contentType = ''] = (reply.headers['content-type'] ?? '').split(';', 1);
      return { bytes, digest: digestOf(bytes), contentType: contentType.trim().toLowerCase() || null };
    },

    async smallBlob(digest, what, signal) {
      const absent = new ImageError('MISSING_BLOB', `${what} is missing in the registry ${host}`);
      return (await whole(`/v2/${repository}/blobs/${digest}`, '*/*', what, absent, signal)).bytes;
    },

    async *blob(digest, size, what, signal) {
      const absent = new ImageError('MISSING_BLOB', `${what} is missing in the registry ${host}`);
      const attempts = new Attempts(connections.retryDelayMs, signal);
      let position = 0;
      for (;;) {
        try {
          const range: Headers = position > 0 ? { range: `bytes=${position}-` } : {};
          const reply = await ask(
            `/v2/${repository}/blobs/${digest}`,
            { ...common, accept: '*/*', ...range },
            what,
            absent,
            signal,
          );
          let skip = position - startOf(reply, position, what);
          for await (const piece of bodyOf(reply, connections.idleTimeoutMs)) {
            const fresh = piece.subarray(Math.min(skip, piece.length));
            skip -= piece.length - fresh.length;
            position += fresh.length;
            if (position > size) {
              throw new ImageError('CORRUPT', `${what}: more than the ${size} bytes that its manifest states`);
            }
            if (fresh.length > 0) {
              yield fresh;
            }
          }
          if (position === size) {
            return;
          }
          const message = `${what}: ${position} bytes came, its manifest states ${size}`;
          throw new TransientFailure(new ImageError('TRUNCATED', message));
        } catch (error) {
          throwIfAborted(signal);
          await attempts.failed(error instanceof ConnectionFailure ? unreachable(error, what) : error, position);
        }
      }
    },
  };

  /** Where in the blob the answer begins. */
  function startOf(reply: IncomingMessage, asked: number, what: string): number {
    if (reply.statusCode === 200) {
      return 0;
    }
    const start = /^bytes ([0-9]{1,15})-/.exec(reply.headers['content-range'] ?? '')?.[1];
    if (asked > 0 && Number(start) === asked) {
      return asked;
    }
    reply.destroy();
    throw new ImageError('REGISTRY_ERROR', `${what}: the registry ${host} sends another part than was asked for`);
  }
}

type Headers = Readonly<Record<string, string>>;

const common: Headers = { 'user-agent': 'plimsoll', 'accept-encoding': 'identity' };

/** Another attempt would end the same way. */
const lasting = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EACCES', 'EPERM', 'EPROTO', 'ENETUNREACH']);
