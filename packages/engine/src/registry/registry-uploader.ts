import type { IncomingMessage } from 'node:http';
import { authorization } from './authorization.ts';
import { Connections } from './connections.ts';
import { findCredentials } from './credentials.ts';
import { ImageError, throwIfAborted } from './error.ts';
import { errorText, maxErrorBytes } from './error-text.ts';
import { ConnectionFailure, wholeBody } from './exchange.ts';
import { isLoopback } from './hosts.ts';
import { addressOf } from './open-registry.ts';
import { speakingTls } from './registry-client.ts';
import type { RegistryReference } from './registry-reference.ts';
import { Attempts, busyStatus, retryAfter, TransientFailure } from './retry.ts';
import type { RegistryOptions } from './types.ts';

/** The part of a registry's interface that writes one repository. Each is asked for again when that may help. */
export interface RegistryUploader {
  /** Puts a blob there unless it is. @returns whether it had to be sent. @throws ImageError */
  blob(digest: string, bytes: () => Buffer, what: string): Promise<boolean>;
  /**
   * @param reference tag or digest
   * @returns whether the registry lists it, by its `subject`, among what refers to that
   * @throws ImageError
   */
  manifest(reference: string, mediaType: string, bytes: Buffer): Promise<{ readonly subjectListed: boolean }>;
  close(): Promise<void>;
}

interface Sent {
  readonly method: 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly subject: string | undefined;
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
  const connections = new Connections({ idleTimeoutMs: uploadTimeoutMs, ...options }, isLoopback(host));
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
    origin ??= address.includes('://') ? new URL(address) : await speakingTls(address, connections, signal);
    return new URL(path, origin);
  }

  async function authorized({ method, url, headers = {}, body }: Sent): Promise<IncomingMessage> {
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
        signal,
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
      if (expected.includes(status)) {
        const { location, 'oci-subject': subject } = reply.headers;
        return { status, location, subject: [subject].flat()[0] };
      }
      const said = connections.secrets.redact(errorText(text));
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

  async function upload(digest: string, bytes: Buffer, what: string): Promise<void> {
    const begin: Sent = {
      method: 'POST',
      url: await at(`/v2/${repository}/blobs/uploads/`),
      body: Buffer.alloc(0),
    };
    const { location } = await answer(begin, [202], what);
    if (location === undefined || !URL.canParse(location, begin.url.href)) {
      throw new ImageError('REGISTRY_ERROR', `${what}: ${named} does not say where to send it`);
    }
    const url = new URL(location, begin.url);
    // one behind a proxy may not know that it is spoken to by TLS
    if (url.host === begin.url.host) url.protocol = begin.url.protocol;
    url.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream' };
    await answer({ method: 'PUT', url, headers, body: bytes }, [201, 204], what);
  }

  return {
    blob: (digest, bytes, what) =>
      tried(async () => {
        const head: Sent = { method: 'HEAD', url: await at(`/v2/${repository}/blobs/${digest}`) };
        if ((await answer(head, [200, 404], what)).status === 200) return false;
        await upload(digest, bytes(), what);
        return true;
      }),

    manifest: (tag, mediaType, bytes) =>
      tried(async () => {
        const url = await at(`/v2/${repository}/manifests/${tag}`);
        const { subject } = await answer(
          { method: 'PUT', url, headers: { 'content-type': mediaType }, body: bytes },
          [201],
          `manifest ${tag}`,
        );
        return { subjectListed: subject !== undefined };
      }),

    close: () => connections.close(),
  };
}
