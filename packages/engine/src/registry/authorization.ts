import { type Challenge, parseChallenges } from './challenge.ts';
import type { Connections } from './connections.ts';
import type { Credentials } from './credentials.ts';
import { ImageError, throwIfAborted } from './error.ts';
import { errorText, maxErrorBytes } from './error-text.ts';
import { ConnectionFailure, wholeBody } from './exchange.ts';
import { Attempts, busyStatus, retryAfter, TransientFailure } from './retry.ts';

/** How the requests to one repository are let in. Shared by all that run at once: a token is fetched by one of them. */
export interface Authorization {
  /** `Authorization` for the next request; null: none is needed as far as is known. @throws ImageError */
  header(signal: AbortSignal | undefined): Promise<string | null>;
  /**
   * A request was answered by 401.
   *
   * @param used the header that it had
   * @returns whether another one may help
   */
  refused(used: string | null, challenges: string | undefined, signal: AbortSignal | undefined): Promise<boolean>;
  /** For messages: ` (…)`, whose credentials were tried. */
  readonly hint: string;
}

export interface AuthorizationOptions {
  /** as references have it */
  readonly host: string;
  /** as the registry is asked for it */
  readonly repository: string;
  readonly connections: Connections;
  /** what a token is asked for; default to read */
  readonly actions?: 'pull' | 'pull,push';
  /** asked once, when the registry wants some */
  readonly credentials: (signal: AbortSignal | undefined) => Promise<Credentials | null>;
  /** whether a token server may be asked without TLS */
  readonly plainHttpAllowed: (realm: URL) => boolean;
}

interface Token {
  readonly header: string;
  /** of `performance.now()`, ms */
  readonly expires: number;
}

/** What an answer without `expires_in` means, s. */
const defaultExpiry = 60;
/** A token is renewed when so much of its time is over. */
const usableShare = 0.9;
const maxTokenBytes = 1024 * 1024;
const maxScopeLength = 1024;

/**
 * @see https://distribution.github.io/distribution/spec/auth/token/
 * @see https://distribution.github.io/distribution/spec/auth/oauth/
 */
export function authorization(options: AuthorizationOptions): Authorization {
  const { host, connections, actions = 'pull' } = options;
  let credentials: Promise<Credentials | null> | null = null;
  let hint = '';
  let basic: string | null = null;
  let challenge: Challenge | null = null;
  let token: Token | null = null;
  let fetching: Promise<Token> | null = null;

  async function known(signal: AbortSignal | undefined): Promise<Credentials | null> {
    credentials ??= options.credentials(signal);
    const found = await credentials;
    for (const secret of found === null ? [] : secretsOf(found)) {
      connections.secrets.add(secret);
    }
    hint = found === null ? ' (no credentials for it were found)' : ` (with the credentials of ${found.from})`;
    return found;
  }

  /** One at a time, whoever asks. */
  function renewed(by: Challenge, signal: AbortSignal | undefined): Promise<Token> {
    fetching ??= (async () => {
      try {
        token = await tokenFor(by, await known(signal), signal);
        return token;
      } finally {
        fetching = null;
      }
    })();
    return fetching;
  }

  async function tokenFor(by: Challenge, found: Credentials | null, signal: AbortSignal | undefined): Promise<Token> {
    if (found?.kind === 'access') {
      return { header: `Bearer ${headerSafe(found.token)}`, expires: Number.POSITIVE_INFINITY };
    }
    const realm = realmOf(by);
    const attempts = new Attempts(connections.retryDelayMs, signal);
    for (;;) {
      try {
        return await askForToken(realm, by, found, signal);
      } catch (error) {
        await attempts.failed(error);
      }
    }
  }

  /** @throws ImageError for one that credentials must not be sent to */
  function realmOf(by: Challenge): URL {
    const text = by.parameters.get('realm') ?? '';
    const url = URL.canParse(text) ? new URL(text) : null;
    const allowed =
      url !== null &&
      url.username === '' &&
      url.password === '' &&
      (url.protocol === 'https:' || (url.protocol === 'http:' && options.plainHttpAllowed(url)));
    if (!allowed) {
      const shown = url === null ? 'what is no URL' : `${url.protocol}//${url.host}`;
      throw new ImageError('REGISTRY_ERROR', `the registry ${host} names ${shown} as its token server: not asked`);
    }
    return url;
  }

  async function askForToken(
    realm: URL,
    by: Challenge,
    found: Credentials | null,
    signal: AbortSignal | undefined,
  ): Promise<Token> {
    const started = performance.now();
    const service = by.parameters.get('service');
    const scopes = scopesOf(by, options.repository, actions);
    const request =
      found?.kind === 'identity'
        ? refreshing(realm, service, scopes, found.token)
        : getting(realm, service, scopes, found);
    const where = `the token server ${realm.host} of the registry ${host}`;
    let bytes: Buffer | undefined;
    let reply: Awaited<ReturnType<Connections['send']>>;
    try {
      reply = await connections.send(request.url, { ...request, signal, of: host, foreign: true });
      bytes = await wholeBody(
        reply,
        reply.statusCode === 200 ? maxTokenBytes : maxErrorBytes,
        connections.idleTimeoutMs,
      );
    } catch (error) {
      throwIfAborted(signal);
      throw error instanceof ConnectionFailure ? connections.unreachable(error, where) : error;
    }
    const status = reply.statusCode ?? 0;
    const said = errorText(bytes, connections.secrets);
    if (status === 401 || status === 403 || (status === 400 && found !== null)) {
      throw new ImageError('ACCESS_DENIED', `${where} denies access (${status})${said}${hint}`);
    }
    if (status !== 200) {
      const failure = new ImageError('REGISTRY_ERROR', `${where} answered ${status}${said}`);
      throw busyStatus(status)
        ? new TransientFailure(failure, retryAfter(reply.headers['retry-after'], Date.now()))
        : failure;
    }
    return tokenFrom(bytes, started, where);
  }

  function tokenFrom(bytes: Buffer | undefined, started: number, where: string): Token {
    let answer: unknown;
    try {
      answer = JSON.parse(bytes?.toString('utf8') ?? '');
    } catch {
      answer = null;
    }
    const { token: plain, access_token: access, expires_in: expiresIn } = (answer ?? {}) as Record<string, unknown>;
    const text = [plain, access].find((each) => typeof each === 'string' && each !== '') as string | undefined;
    if (text === undefined) {
      throw new ImageError('REGISTRY_ERROR', `${where} answers without a token`);
    }
    connections.secrets.add(text);
    const seconds = typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : defaultExpiry;
    return { header: `Bearer ${headerSafe(text)}`, expires: started + seconds * 1000 * usableShare };
  }

  function headerSafe(text: string): string {
    if (!/^[\x21-\x7e]{1,65536}$/.test(text)) {
      throw new ImageError('REGISTRY_ERROR', `the token for the registry ${host} is none that can be sent`);
    }
    return text;
  }

  return {
    get hint() {
      return hint;
    },

    async header(signal) {
      if (challenge !== null && (token === null || performance.now() >= token.expires)) {
        return (await renewed(challenge, signal)).header;
      }
      return token?.header ?? basic;
    },

    async refused(used, challenges, signal) {
      if (used !== (token?.header ?? basic)) {
        // another request has renewed it meanwhile
        return true;
      }
      const offered = parseChallenges(challenges);
      const bearer = offered.find(({ scheme }) => scheme === 'bearer');
      if (bearer !== undefined) {
        challenge = bearer;
        const { header } = await renewed(bearer, signal);
        return header !== used;
      }
      const found = await known(signal);
      // several may have been refused at once, before the first of them found the login
      if (basic !== null) return used !== basic;
      if (!offered.some(({ scheme }) => scheme === 'basic') || found?.kind !== 'login') return false;
      basic = basicHeader(found.username, found.password);
      return true;
    },
  };
}

function secretsOf(found: Credentials): readonly string[] {
  return found.kind === 'login' ? [found.password, `${found.username}:${found.password}`] : [found.token];
}

function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** What is asked for is what the registry names, but never other actions than these. */
function scopesOf(by: Challenge, repository: string, actions: string): readonly string[] {
  const named = (by.parameters.get('scope') ?? '').slice(0, maxScopeLength).split(' ').filter(Boolean);
  const scopes = named.map((scope) => scope.replace(/^(repository(?:\([^)]*\))?:.*):[^:]*$/, `$1:${actions}`));
  return scopes.length > 0 ? scopes : [`repository:${repository}:${actions}`];
}

interface TokenRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

function getting(
  realm: URL,
  service: string | undefined,
  scopes: readonly string[],
  found: Credentials | null,
): TokenRequest {
  const url = new URL(realm);
  if (service !== undefined) {
    url.searchParams.set('service', service);
  }
  for (const scope of scopes) {
    url.searchParams.append('scope', scope);
  }
  const headers: Record<string, string> = { accept: 'application/json', 'accept-encoding': 'identity' };
  if (found?.kind === 'login') {
    url.searchParams.set('account', found.username);
    headers.authorization = basicHeader(found.username, found.password);
  }
  return { url, method: 'GET', headers };
}

function refreshing(url: URL, service: string | undefined, scopes: readonly string[], token: string): TokenRequest {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'plimsoll', refresh_token: token });
  if (service !== undefined) {
    form.set('service', service);
  }
  form.set('scope', scopes.join(' '));
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/x-www-form-urlencoded',
  };
  return { url, method: 'POST', headers, body: form.toString() };
}
