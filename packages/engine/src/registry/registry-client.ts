import type { IncomingMessage } from 'node:http';
import type { Authorization } from './authorization.ts';
import type { Connections } from './connections.ts';
import { digestOf } from './digest.ts';
import { ImageError, throwIfAborted } from './error.ts';
import { errorText, maxErrorBytes } from './error-text.ts';
import { bodyOf, ConnectionFailure, wholeBody } from './exchange.ts';
import { Attempts, busyStatus, retryAfter, TransientFailure } from './retry.ts';

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
  /** A blob in pieces, from its byte `from` on; exactly `size` bytes it has, or it throws. Its digest is for the caller to check. @throws ImageError */
  blob(
    digest: string,
    size: number,
    what: string,
    signal: AbortSignal | undefined,
    from?: number,
  ): AsyncIterable<Buffer>;
}

/** One that also tells what is hung to images. */
export interface ReferringClient extends RegistryClient {
  /**
   * What refers to a manifest and has this type, or any: one index per page of the answer; null from a registry without that part of
   * the interface. @throws ImageError
   */
  referrers(
    digest: string,
    artifactType: string | null,
    what: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly Buffer[] | null>;
}

/** Where one repository is asked for. */
export interface RegistryPlace {
  /** as references have it: whose credentials are sent, and what may be spoken to without TLS */
  readonly host: string;
  /** for messages: `the registry r.example`, `the mirror m.example` */
  readonly named: string;
  /** `https://r.example`; without a scheme it is tried out whether the host speaks TLS */
  readonly address: string;
  /** `library/nginx` */
  readonly repository: string;
  /** of a place that others stand in for, not more than these */
  readonly attempts?: number;
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);
/** A request may be let in at its third try: its token was renewed by another meanwhile, and then by itself. */
const maxRefusals = 2;

type Headers = Readonly<Record<string, string>>;

/** One thing that is asked for. */
interface Ask {
  readonly path: string;
  readonly headers: Headers;
  readonly what: string;
  /** thrown when it is not there */
  readonly absent: ImageError;
  readonly signal: AbortSignal | undefined;
}

interface Reply {
  readonly reply: IncomingMessage;
  /** another host that the registry led to, and that this is the answer of; null: its own */
  readonly by: string | null;
}

/**
 * @param maxManifestBytes of a manifest, index or config
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export function registryClient(
  { host, named, address, repository, attempts: most }: RegistryPlace,
  connections: Connections,
  authorization: Authorization,
  maxManifestBytes: number,
): ReferringClient {
  const { secrets, idleTimeoutMs, retryDelayMs } = connections;
  let origin: URL | null = address.includes('://') ? new URL(address) : null;

  const attemptsOf = (signal: AbortSignal | undefined) => new Attempts(retryDelayMs, signal, most);

  async function located(signal: AbortSignal | undefined): Promise<URL> {
    origin ??= await speakingTls(address, connections, signal);
    return origin;
  }

  /** Follows redirects; what lets us in goes to the registry itself alone. */
  async function send(ask: Ask, authorized: string | null): Promise<Reply> {
    const { path, headers, signal } = ask;
    const start = new URL(path, await located(signal));
    let at = start;
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      const own = at.origin === start.origin;
      const admission: Headers = own && authorized !== null ? { authorization: authorized } : {};
      const reply = await connections.send(at, {
        headers: { ...headers, ...admission },
        signal,
        of: host,
        foreign: !own,
      });
      const { location } = reply.headers;
      if (!redirects.has(reply.statusCode ?? 0) || location === undefined) {
        return { reply, by: own ? null : at.host };
      }
      reply.destroy();
      at = redirectTarget(at, location);
    }
    throw new ImageError('REGISTRY_ERROR', `${named} redirects more than ${maxRedirects} times`);
  }

  function redirectTarget(from: URL, location: string): URL {
    const to = URL.canParse(location, from.href) ? new URL(location, from.href) : null;
    const plain = from.protocol === 'http:' && to?.protocol === 'http:' && connections.plainHttpAllowed(to.host);
    if (to === null || !(to.protocol === 'https:' || plain)) {
      // its query may be a signature that gives access
      const shown = to === null ? 'what is no URL' : `${to.protocol}//${to.host}`;
      throw new ImageError('REGISTRY_ERROR', `${named} redirects to ${shown}, which is not followed`);
    }
    return to;
  }

  /** Lets itself in where the registry asks for that. Another host's wish is not heard: it would name its own token server. */
  async function sendAuthorized(ask: Ask): Promise<Reply> {
    for (let refusals = 0; ; refusals += 1) {
      const authorized = await authorization.header(ask.signal);
      const answer = await send(ask, authorized);
      const { reply, by } = answer;
      if (reply.statusCode !== 401 || by !== null || refusals === maxRefusals) {
        return answer;
      }
      const challenges = reply.headers['www-authenticate'];
      if (!(await authorization.refused(authorized, challenges, ask.signal))) {
        return answer;
      }
      reply.destroy();
    }
  }

  /** An answer that has what was asked for. @throws TransientFailure, ImageError */
  async function answerTo(ask: Ask): Promise<IncomingMessage> {
    const { what, signal } = ask;
    const { reply, by } = await connected(() => sendAuthorized(ask), what, signal);
    const status = reply.statusCode ?? 0;
    const encoding = reply.headers['content-encoding'];
    if (status === 200 || status === 206) {
      if (encoding === undefined || encoding === 'identity') {
        return reply;
      }
      reply.destroy();
      const message = `${what}: ${named} sends it with a content encoding, which was not asked for`;
      throw new ImageError('REGISTRY_ERROR', message);
    }
    const text = await connected(() => wholeBody(reply, maxErrorBytes, idleTimeoutMs), what, signal);
    if (status === 404) {
      throw ask.absent;
    }
    const said = errorText(text, secrets);
    if (status === 401 || status === 403) {
      const who = by === null ? named : `${by}, where ${named} leads,`;
      const hint = by === null ? authorization.hint : '';
      const message = `${what}: ${who} denies access (${status})${said}${hint}`;
      throw new ImageError('ACCESS_DENIED', message);
    }
    const failure = new ImageError('REGISTRY_ERROR', `${what}: ${named} answered ${status}${said}`);
    throw busyStatus(status)
      ? new TransientFailure(failure, retryAfter(reply.headers['retry-after'], Date.now()))
      : failure;
  }

  async function connected<R>(job: () => Promise<R>, what: string, signal: AbortSignal | undefined): Promise<R> {
    try {
      return await job();
    } catch (error) {
      throwIfAborted(signal);
      throw error instanceof ConnectionFailure ? connections.unreachable(error, `${named} for ${what}`) : error;
    }
  }

  /** A whole document, asked for again when that may help. */
  async function whole(ask: Ask): Promise<{ readonly bytes: Buffer; readonly reply: IncomingMessage }> {
    const { what, signal } = ask;
    const attempts = attemptsOf(signal);
    for (;;) {
      try {
        const reply = await answerTo(ask);
        if (reply.statusCode !== 200) {
          throw anotherPart(reply, what);
        }
        const bytes = await connected(() => wholeBody(reply, maxManifestBytes, idleTimeoutMs), what, signal);
        if (bytes === undefined) {
          throw new ImageError('TOO_LARGE', `${what}: more than ${maxManifestBytes} bytes`);
        }
        return { bytes, reply };
      } catch (error) {
        await attempts.failed(error);
      }
    }
  }

  function missing(what: string): ImageError {
    return new ImageError('MISSING_BLOB', `${what}: ${named} does not have it`);
  }

  return {
    async manifest(reference, what, signal) {
      const path = `/v2/${repository}/manifests/${reference}`;
      const absent = new ImageError('NOT_FOUND', `${named} has no image ${what}`);
      const headers = { ...plainly, accept: manifestTypes };
      const { bytes, reply } = await whole({ path, headers, what, absent, signal });
      const [contentType = ''] = (reply.headers['content-type'] ?? '').split(';', 1);
      return { bytes, digest: digestOf(bytes), contentType: contentType.trim().toLowerCase() || null };
    },

    async referrers(digest, artifactType, what, signal) {
      const absent = new ImageError('MISSING_BLOB', `${what}: ${named} cannot tell what refers to it`);
      const headers = { ...plainly, accept: 'application/vnd.oci.image.index.v1+json' };
      const pages: Buffer[] = [];
      const base = `/v2/${repository}/referrers/${digest}`;
      const filter = artifactType === null ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
      let path: string | null = `${base}${filter}`;
      while (path !== null) {
        if (pages.length === maxPages) {
          throw new ImageError('TOO_LARGE', `${what}: more than ${maxPages} pages of what refers to it`);
        }
        try {
          const { bytes, reply } = await whole({ path, headers, what, absent, signal });
          pages.push(bytes);
          path = nextPage(reply.headers.link, base);
        } catch (error) {
          if (error === absent && pages.length === 0) {
            return null;
          }
          throw error;
        }
      }
      return pages;
    },

    async smallBlob(digest, what, signal) {
      const path = `/v2/${repository}/blobs/${digest}`;
      return (await whole({ path, headers: plainly, what, absent: missing(what), signal })).bytes;
    },

    async *blob(digest, size, what, signal, from = 0) {
      const path = `/v2/${repository}/blobs/${digest}`;
      const attempts = attemptsOf(signal);
      let position = from;
      for (;;) {
        try {
          const range: Headers = position > 0 ? { range: `bytes=${position}-` } : {};
          const ask = { path, headers: { ...plainly, ...range }, what, absent: missing(what), signal };
          const reply = await answerTo(ask);
          let skip = position - startOf(reply, position, what);
          for await (const piece of bodyOf(reply, idleTimeoutMs)) {
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
          const failure =
            error instanceof ConnectionFailure ? connections.unreachable(error, `${named} for ${what}`) : error;
          await attempts.failed(failure, position);
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
    throw anotherPart(reply, what);
  }

  function anotherPart(reply: IncomingMessage, what: string): ImageError {
    reply.destroy();
    return new ImageError('REGISTRY_ERROR', `${what}: ${named} sends another part than was asked for`);
  }
}

const maxPages = 20;

/** Of `</v2/…?…>; rel="next"`, where that leads to the same list: only its query is taken, so that it cannot lead elsewhere. */
function nextPage(link: string | string[] | undefined, base: string): string | null {
  const [, target] = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec([link].flat().join(',')) ?? [];
  const query = target === undefined ? -1 : target.indexOf('?');
  return target === undefined || query < 0 ? null : `${base}${target.slice(query)}`;
}

const plainly: Headers = { accept: '*/*', 'accept-encoding': 'identity' };

/** A host that may do without TLS is asked which way it speaks. */
export async function speakingTls(
  host: string,
  connections: Connections,
  signal: AbortSignal | undefined,
): Promise<URL> {
  const secure = new URL(`https://${host}`);
  if (!connections.plainHttpAllowed(host)) {
    return secure;
  }
  try {
    (await connections.send(new URL('/v2/', secure), { headers: plainly, signal, of: host, foreign: false })).destroy();
    return secure;
  } catch (error) {
    if (error instanceof ConnectionFailure && noTls.has(error.code)) {
      return new URL(`http://${host}`);
    }
    throw error;
  }
}

/** Codes by which a server shows that it does not speak TLS. */
const noTls = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ECONNRESET']);
