import type { LookupAddress } from 'node:dns';
import type { Agent, IncomingMessage } from 'node:http';
import type { AgentOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { certificatesFor } from './certificates.ts';
import { ImageError, throwIfAborted } from './error.ts';
import { ConnectionFailure, type ExchangeRequest, exchange } from './exchange.ts';
import { type AddressKind, isLoopback, kindOfAddress } from './hosts.ts';
import { isListed } from './no-proxy.ts';
import { proxyOf, proxySecrets } from './proxy.ts';
import { lastingFailure, TransientFailure } from './retry.ts';
import { Secrets } from './secrets.ts';
import type { RegistryOptions } from './types.ts';

const defaultIdleTimeoutMs = 30_000;
const defaultRetryDelayMs = 500;

export interface SendRequest extends Pick<ExchangeRequest, 'method' | 'headers' | 'body' | 'signal'> {
  /** the registry that is asked, as references have it */
  readonly of: string;
  /** an address that it chose: a redirect, a token server */
  readonly foreign: boolean;
}

/** The connections of one image that is read: kept open between requests, closed at its end. */
export class Connections {
  readonly idleTimeoutMs: number;
  readonly retryDelayMs: number;
  readonly secrets = new Secrets();
  readonly #options: RegistryOptions;
  /** where each registry is that has answered */
  readonly #places = new Map<string, AddressKind>();
  readonly #agents = new Map<string, Promise<Agent>>();

  constructor(options: RegistryOptions) {
    this.idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
    this.retryDelayMs = options.retryDelayMs ?? defaultRetryDelayMs;
    this.#options = options;
    for (const secret of proxySecrets(options.environment ?? {})) {
      this.secrets.add(secret);
    }
  }

  /** Whether a host may be spoken to without TLS: on this machine, or where that was allowed. */
  plainHttpAllowed(host: string): boolean {
    return isLoopback(host) || this.insecure(host);
  }

  /** Whether a host was allowed to have no certificate that is known. */
  insecure(host: string): boolean {
    return this.#options.insecure?.includes(host.toLowerCase()) ?? false;
  }

  /** @throws ConnectionFailure, ImageError `ABORTED`, `REGISTRY_ERROR` */
  async send(url: URL, request: SendRequest): Promise<IncomingMessage> {
    const { signal, of, foreign } = request;
    throwIfAborted(signal);
    const from = foreign ? (this.#places.get(of) ?? 'public') : 'own';
    this.#check(url, from, isLoopback(url.host) ? 'own' : this.#kindOf(url.hostname));
    const agent = await this.#agent(url, from);
    try {
      const headers = { 'user-agent': 'plimsoll', ...request.headers };
      const reply = await exchange(url, { ...request, headers, agent, idleTimeoutMs: this.idleTimeoutMs });
      if (!foreign) this.#remember(of, url, reply.socket.remoteAddress);
      return reply;
    } catch (error) {
      throwIfAborted(signal);
      throw error instanceof ConnectionFailure ? this.#byProxy(url, error) : error;
    }
  }

  /** A failure that may be the proxy's says that there is one. */
  #byProxy(url: URL, failure: ConnectionFailure): ConnectionFailure {
    const proxy = proxyOf(url, this.#options.environment ?? {});
    if (proxy === undefined) return failure;
    return new ConnectionFailure(
      `${failure.message} (asked through the proxy ${proxy.host})`,
      failure.code,
      failure.cause,
    );
  }

  #kindOf(host: string): AddressKind | null {
    return (this.#options.network?.kindOf ?? kindOfAddress)(host);
  }

  /** By the connection itself: what a name is looked up to may change. The widest counts that was seen. */
  #remember(of: string, url: URL, address: string | undefined): void {
    const { environment = {} } = this.#options;
    const place = this.#kindOf(proxyOf(url, environment) === undefined ? (address ?? '') : url.hostname) ?? 'public';
    const known = this.#places.get(of) ?? 'own';
    this.#places.set(of, reach[place] > reach[known] ? place : known);
  }

  /**
   * @param resolved an address that its name was looked up to
   * @throws ImageError for an address that is nearer than who leads to it
   */
  #check(url: URL, from: AddressKind, to: AddressKind | null, resolved?: string): void {
    if (to === null || reach[to] >= reach[from]) return;
    const inside = this.#options.inside?.join(',') ?? '';
    const at = new URL(url);
    if (resolved !== undefined) at.hostname = resolved.includes(':') ? `[${resolved}]` : resolved;
    if (isListed(url, inside) || isListed(at, inside)) return;
    const shown = resolved === undefined ? url.host : `${url.host} (${resolved})`;
    const where = to === 'own' ? 'is an address of this machine' : 'is in a private network';
    throw new ImageError(
      'REGISTRY_ERROR',
      `${shown} ${where}, where a registry elsewhere may not lead; allow that by --registry-inside ${url.host}`,
    );
  }

  /** A failed connection as one of our errors, worth another attempt or not. */
  unreachable(failure: ConnectionFailure, where: string): Error {
    if (failure.cause instanceof ImageError) return failure.cause;
    const untrusted = /CERT|SIGNATURE|ISSUER|ALTNAME/.test(failure.code);
    const advice = untrusted
      ? '; a private authority is named by --registry-ca'
      : speaksNoTls.test(failure.message)
        ? '; a registry without TLS is allowed by --insecure-registry'
        : '';
    const message = `cannot reach ${where}: ${this.secrets.redact(failure.message)}${advice}`;
    const error = new ImageError('REGISTRY_UNREACHABLE', message, { cause: failure });
    return untrusted || lastingFailure(failure.code) ? error : new TransientFailure(error);
  }

  #agent(url: URL, from: AddressKind): Promise<Agent> {
    const key = `${from} ${url.origin}`;
    const known = this.#agents.get(key) ?? this.#makeAgent(url, from);
    this.#agents.set(key, known);
    return known;
  }

  async #makeAgent(url: URL, from: AddressKind): Promise<Agent> {
    const proxy = proxyOf(url, this.#options.environment ?? {});
    const settings: AgentOptions = {
      keepAlive: true,
      // of a proxy that does not answer; answers have a clock of their own
      timeout: this.idleTimeoutMs,
      // a proxy looks names up itself
      ...(proxy === undefined
        ? this.#lookup(url, from)
        : { proxyEnv: { [`${url.protocol.slice(0, -1)}_proxy`]: proxy.href } }),
    };
    if (url.protocol === 'http:') {
      return new (process.getBuiltinModule('node:http').Agent)(settings);
    }
    const certificates = await certificatesFor(url.host, this.#options);
    return new (process.getBuiltinModule('node:https').Agent)({
      ...settings,
      ...certificates,
      ...(this.insecure(url.host) ? { rejectUnauthorized: false } : {}),
    });
  }

  /** Names are judged by what they are looked up to: one may lead anywhere. */
  #lookup(url: URL, from: AddressKind): { readonly lookup?: LookupFunction } {
    const { network } = this.#options;
    if (from === 'own' && network === undefined) return {};
    const look = network?.lookup ?? process.getBuiltinModule('node:dns').lookup;
    const lookup: LookupFunction = (hostname, options, callback) => {
      look(hostname, { ...options, all: true }, (error, found) => {
        const addresses = found as LookupAddress[];
        try {
          if (error !== null) throw error;
          for (const { address } of addresses) this.#check(url, from, this.#kindOf(address), address);
        } catch (refused) {
          callback(refused as Error, '', 0);
          return;
        }
        if (options.all) callback(null, addresses);
        else callback(null, addresses[0]!.address, addresses[0]!.family);
      });
    };
    return { lookup };
  }

  async close(): Promise<void> {
    for (const agent of this.#agents.values()) {
      (await agent.catch(() => null))?.destroy();
    }
    this.#agents.clear();
  }
}

/** What is said of an answer that is no TLS. */
const speaksNoTls = /TLS fails: (?:wrong version number|packet length too long|http request)/;

/** From how far away an address can be reached. */
const reach: Readonly<Record<AddressKind, number>> = { own: 0, private: 1, public: 2 };
