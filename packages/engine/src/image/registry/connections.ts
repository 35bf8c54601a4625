import type { Agent, IncomingMessage } from 'node:http';
import { throwIfAborted } from '../error.ts';
import type { RegistryOptions } from '../types.ts';
import { type ExchangeRequest, exchange } from './exchange.ts';

const defaultIdleTimeoutMs = 30_000;
const defaultRetryDelayMs = 500;

/** Codes by which a server shows that it does not speak TLS. */
const noTls = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ECONNRESET']);

export function speaksNoTls(code: string): boolean {
  return noTls.has(code);
}

/** The connections of one image that is read: kept open between requests, closed at its end. */
export class Connections {
  readonly idleTimeoutMs: number;
  readonly retryDelayMs: number;
  readonly #agents = new Map<string, Promise<Agent>>();

  constructor(options: RegistryOptions) {
    this.idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
    this.retryDelayMs = options.retryDelayMs ?? defaultRetryDelayMs;
  }

  /** @throws ConnectionFailure, ImageError `ABORTED` */
  async send(
    url: URL,
    request: Pick<ExchangeRequest, 'method' | 'headers' | 'body' | 'signal'>,
  ): Promise<IncomingMessage> {
    throwIfAborted(request.signal);
    const agent = await this.#agent(url);
    try {
      return await exchange(url, { ...request, agent, idleTimeoutMs: this.idleTimeoutMs });
    } catch (error) {
      throwIfAborted(request.signal);
      throw error;
    }
  }

  #agent(url: URL): Promise<Agent> {
    const known = this.#agents.get(url.origin) ?? this.#makeAgent(url);
    this.#agents.set(url.origin, known);
    return known;
  }

  async #makeAgent(url: URL): Promise<Agent> {
    const settings = { keepAlive: true };
    return url.protocol === 'https:'
      ? new (await import('node:https')).Agent(settings)
      : new (await import('node:http')).Agent(settings);
  }

  async close(): Promise<void> {
    for (const agent of this.#agents.values()) {
      (await agent).destroy();
    }
    this.#agents.clear();
  }
}
