import type { IncomingMessage } from 'node:http';
import { authorization } from './authorization.ts';
import { Connections } from './connections.ts';
import { findCredentials } from './credentials.ts';
import { digestOf } from './digest.ts';
import { ImageError, throwIfAborted } from './error.ts';
import { errorText, maxErrorBytes } from './error-text.ts';
import { ConnectionFailure, wholeBody } from './exchange.ts';
import { addressOf } from './open-registry.ts';
import { speakingTls } from './registry-client.ts';
import type { RegistryReference } from './registry-reference.ts';
import { Attempts, busyStatus, retryAfter, TransientFailure } from './retry.ts';
import type { RegistryOptions } from './types.ts';
import { type SentBlob, uploadBlob } from './upload-blob.ts';

/** The part of a registry's interface that writes one repository. Each is asked for again when that may help. */
export interface RegistryUploader {
  /** Puts a blob there unless it is. @returns whether it had to be sent. @throws ImageError */
  blob(digest: string, bytes: () => Buffer, what: string): Promise<boolean>;
  /** The same for one that is never held as a whole. `mounted`: another repository of the registry had it. @throws ImageError */
  stream(blob: SentBlob, what: string): Promise<'there' | 'mounted' | 'sent'>;
  /**
   * @param reference tag or digest
   * @returns whether the registry lists it, by its `subject`, among what refers to that
   * @throws ImageError `DIGEST_MISMATCH` for a registry that says it keeps other bytes
   */
  manifest(reference: string, mediaType: string, bytes: Buffer): Promise<{ readonly subjectListed: boolean }>;
  close(): Promise<void>;
}

/** One request that writes. */
export interface Sent {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** instead of `body`, whose length is in `headers`; opened again where the request has to be sent again */
  readonly pieces?: () => AsyncIterable<Buffer>;
}

/** What a registry answers, without the body. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
}

/** How requests to one repository are sent. */
export interface Sender {
  /** for messages: `the registry r.example` */
  readonly named: string;
  /** `/v2/NAME` and what follows, where the registry is */
  at(path: string): Promise<URL>;
  /** Where an answer says that an upload goes on. @throws ImageError where that is nowhere that bytes may be sent to */
  onward(from: URL, answer: Answer, what: string): URL;
  /** @throws TransientFailure, ImageError for every status that is not expected */
  answer(sent: Sent, expected: readonly number[], what: string): Promise<Answer>;
  attempts(): Attempts;
}

/** A registry may think about a blob for a while before it says that it has it. */
const uploadTimeoutMs = 5 * 60_000;
const maxRefusals = 2;

/**
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push
 */
export function registryUploader(
  reference: RegistryReference,
  options: RegistryOptions,
  signal: AbortSignal | undefined,
): RegistryUploader {
  const { host, repository } = reference;
  const named = `the registry ${host}`;
  const connections = new Connections({ idleTimeoutMs: uploadTimeoutMs, ...options });
  const letIn = authorization({
    host,
    repository,
    connections,
    actions: 'pull,push',
    credentials: (aborted) => findCredentials(host, repository, options.environment ?? {}, aborted),
    plainHttpAllowed: (realm) => connections.plainHttpAllowed(host) && connections.plainHttpAllowed(realm.host),
  });
  let origin: URL | null = null;

  async function at(path: string): Promise<URL> {
    const address = addressOf(host);
    try {
      origin ??= address.includes('://') ? new URL(address) : await speakingTls(host, connections, signal);
    } catch (error) {
      throwIfAborted(signal);
      throw error instanceof ConnectionFailure ? connections.unreachable(error, named) : error;
    }
    return new URL(path, origin);
  }

  async function authorized({ method, url, headers = {}, body, pieces }: Sent): Promise<IncomingMessage> {
    const own = url.origin === origin?.origin;
    for (let refusals = 0; ; refusals += 1) {
      const header = own ? await letIn.header(signal) : null;
      const reply = await connections.send(url, {
        method,
        headers: {
          accept: '*/*',
          ...headers,
          ...(body && { 'content-length': String(body.length) }),
          ...(header === null ? {} : { authorization: header }),
        },
        ...(body && { body }),
        ...(pieces && { body: pieces() }),
        signal,
        of: host,
        foreign: !own,
      });
      if (reply.statusCode !== 401 || !own || refusals === maxRefusals) return reply;
      if (!(await letIn.refused(header, reply.headers['www-authenticate'], signal))) return reply;
      reply.destroy();
    }
  }

  /** @throws TransientFailure, ImageError for every status that is not expected */
  async function answer(sent: Sent, expected: readonly number[], what: string): Promise<Answer> {
    try {
      const reply = await authorized(sent);
      const text = await wholeBody(reply, maxErrorBytes, connections.idleTimeoutMs);
      const status = reply.statusCode ?? 0;
      if (expected.includes(status)) return { status, headers: reply.headers };
      const said = errorText(text, connections.secrets);
      if (status === 401 || status === 403) {
        throw new ImageError('ACCESS_DENIED', `${what}: ${named} denies access (${status})${said}${letIn.hint}`);
      }
      const failure = new ImageError('REGISTRY_ERROR', `${what}: ${named} answered ${status}${said}`);
      throw busyStatus(status)
        ? new TransientFailure(failure, retryAfter(reply.headers['retry-after'], Date.now()))
        : failure;
    } catch (error) {
      throwIfAborted(signal);
      throw error instanceof ConnectionFailure ? connections.unreachable(error, `${named} for ${what}`) : error;
    }
  }

  async function tried<R>(job: () => Promise<R>): Promise<R> {
    const attempts = new Attempts(connections.retryDelayMs, signal);
    for (;;) {
      try {
        return await job();
      } catch (error) {
        await attempts.failed(error);
      }
    }
  }

  function onward(from: URL, { headers: { location } }: Answer, what: string): URL {
    if (location === undefined || !URL.canParse(location, from.href)) {
      throw new ImageError('REGISTRY_ERROR', `${what}: ${named} does not say where to send it`);
    }
    const url = new URL(location, from);
    // one behind a proxy may not know that it is spoken to by TLS
    if (url.host === from.host) url.protocol = from.protocol;
    const plain = url.protocol === 'http:' && from.protocol === 'http:' && connections.plainHttpAllowed(url.host);
    if (url.protocol !== 'https:' && !plain) {
      const shown = `${url.protocol}//${url.host}`;
      throw new ImageError('REGISTRY_ERROR', `${what}: ${named} wants it sent to ${shown}, which is not done`);
    }
    return url;
  }

  const sender: Sender = {
    named,
    at,
    onward,
    answer,
    attempts: () => new Attempts(connections.retryDelayMs, signal),
  };

  async function isThere(digest: string, what: string): Promise<boolean> {
    const head: Sent = { method: 'HEAD', url: await at(`/v2/${repository}/blobs/${digest}`) };
    return (await answer(head, [200, 404], what)).status === 200;
  }

  async function upload(digest: string, bytes: Buffer, what: string): Promise<void> {
    const begin: Sent = {
      method: 'POST',
      url: await at(`/v2/${repository}/blobs/uploads/`),
      body: Buffer.alloc(0),
    };
    const url = onward(begin.url, await answer(begin, [202], what), what);
    url.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream' };
    await answer({ method: 'PUT', url, headers, body: bytes }, [201, 204], what);
  }

  return {
    blob: (digest, bytes, what) =>
      tried(async () => {
        if (await isThere(digest, what)) return false;
        await upload(digest, bytes(), what);
        return true;
      }),

    async stream(blob, what) {
      if (await tried(() => isThere(blob.digest, what))) return 'there';
      return uploadBlob(sender, repository, blob, what);
    },

    manifest: (tag, mediaType, bytes) =>
      tried(async () => {
        const url = await at(`/v2/${repository}/manifests/${tag}`);
        const { headers } = await answer(
          { method: 'PUT', url, headers: { 'content-type': mediaType }, body: bytes },
          [201],
          `manifest ${tag}`,
        );
        const kept = headers['docker-content-digest'];
        if (kept !== undefined && kept !== digestOf(bytes)) {
          throw new ImageError('DIGEST_MISMATCH', `manifest ${tag}: ${named} keeps another one than was sent`);
        }
        return { subjectListed: headers['oci-subject'] !== undefined };
      }),

    close: () => connections.close(),
  };
}
