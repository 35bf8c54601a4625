import type { LookupAddress } from 'node:dns';
import type { Agent, IncomingMessage } from 'node:http';
import type { AgentOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { certificatesFor } from './certificates.ts';
import { ImageError, throwIfAborted } from './error.ts';
import { ConnectionFailure, type ExchangeRequest, exchange } from './exchange.ts';
import { isLoopback, isOwnAddress } from './hosts.ts';
import { bypassesProxy } from './no-proxy.ts';
import { lastingFailure, TransientFailure } from './retry.ts';
import { Secrets } from './secrets.ts';
import type { RegistryOptions } from './types.ts';

const defaultIdleTimeoutMs = 30_000;
const defaultRetryDelayMs = 500;

export interface SendRequest extends Pick<ExchangeRequest, 'method' | 'headers' | 'body' | 'signal'> {
  /** an address that somebody else chose: a redirect, a token server */
  readonly foreign: boolean;
}

/** The connections of one image that is read: kept open between requests, closed at its end. */
export class Connections {
  readonly idleTimeoutMs: number;
  readonly retryDelayMs: number;
  readonly secrets = new Secrets();
  readonly #options: RegistryOptions;
  /** whether this machine itself may be where a foreign address leads: the registry is on it */
  readonly #local: boolean;
  readonly #agents = new Map<string, Promise<Agent>>();

  constructor(options: RegistryOptions, local: boolean) {
    this.idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
    this.retryDelayMs = options.retryDelayMs ?? defaultRetryDelayMs;
    this.#options = options;
    this.#local = local;
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
    const { signal, foreign } = request;
    throwIfAborted(signal);
    const guarded = foreign && !this.#local;
    if (guarded && (isLoopback(url.host) || isOwnAddress(url.hostname))) {
      throw refusedAddress(url.host);
    }
    const agent = await this.#agent(url, guarded);
    try {
      const headers = { 'user-agent': 'plimsoll', ...request.headers };
      return await exchange(url, { ...request, headers, agent, idleTimeoutMs: this.idleTimeoutMs });
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    }
  }

  /** A failed connection as one of our errors, worth another attempt or not. */
  unreachable(failure: ConnectionFailure, where: string): Error {
    const untrusted = /CERT|SIGNATURE|ISSUER|ALTNAME/.test(failure.code);
    const advice = untrusted ? '; a private authority is named by --registry-ca' : '';
    const message = `cannot reach ${where}: ${this.secrets.redact(failure.message)}${advice}`;
    const error = new ImageError('REGISTRY_UNREACHABLE', message, { cause: failure });
    return untrusted || lastingFailure(failure.code) ? error : new TransientFailure(error);
  }

  #agent(url: URL, guarded: boolean): Promise<Agent> {
    const key = `${guarded} ${url.origin}`;
    const known = this.#agents.get(key) ?? this.#makeAgent(url, guarded);
    this.#agents.set(key, known);
    return known;
  }

  async #makeAgent(url: URL, guarded: boolean): Promise<Agent> {
    const { environment = {} } = this.#options;
    const settings: AgentOptions = {
      keepAlive: true,
      // of a proxy that does not answer; answers have a clock of their own
      timeout: this.idleTimeoutMs,
      ...(isDirect(url, environment) ? {} : { proxyEnv: proxyVariables(environment) }),
      ...(guarded ? { lookup: guardedLookup } : {}),
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

  async close(): Promise<void> {
    for (const agent of this.#agents.values()) {
      (await agent.catch(() => null))?.destroy();
    }
    this.#agents.clear();
  }
}

function refusedAddress(host: string): ImageError {
  return new ImageError(
    'REGISTRY_ERROR',
    `${host} is an address of this machine, where a registry elsewhere may not lead`,
  );
}

/** Names are judged by what they are looked up to: one may lead anywhere. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  void import('node:dns').then(({ lookup }) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) {
        callback(error, '', 0);
      } else if (addresses.length === 0 || addresses.some(({ address }) => isOwnAddress(address))) {
        callback(new ConnectionFailure(refusedAddress(hostname).message, 'EACCES'), '', 0);
      } else if (options.all) {
        callback(null, addresses);
      } else {
        callback(null, addresses[0]!.address, addresses[0]!.family);
      }
    });
  });
};

const proxyNames = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/** This machine is never asked through a proxy. */
function isDirect(url: URL, environment: NonNullable<RegistryOptions['environment']>): boolean {
  return isLoopback(url.host) || bypassesProxy(url, environment.no_proxy || environment.NO_PROXY || '');
}

function proxyVariables(environment: NonNullable<RegistryOptions['environment']>): Record<string, string> {
  return Object.fromEntries(proxyNames.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

function proxySecrets(environment: NonNullable<RegistryOptions['environment']>): readonly string[] {
  return Object.values(proxyVariables(environment)).flatMap((value) => {
    const password = URL.canParse(value) ? new URL(value).password : '';
    return password === '' ? [] : [password, decodeURIComponent(password)];
  });
}
