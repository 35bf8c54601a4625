import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { fakeRegistry, serve } from '../testing/fake-registry.ts';
import { fixtureImage, ociLayoutFiles } from '../testing/image-builder.ts';
import { readSeen, temporaryDirectory, temporaryFile } from '../testing/reading.ts';
import type { RegistryOptions } from '../types.ts';

const directory = temporaryDirectory();
const image = fixtureImage({ layers: [[{ path: 'a', content: 'x' }], [{ path: 'b', content: 'y' }]] });
const files = ociLayoutFiles([image]);
const password = 'correct-horse-battery';
const basic = `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;

const login = (host: string, name = 'user', word = password): RegistryOptions => ({
  retryDelayMs: 1,
  idleTimeoutMs: 1000,
  environment: {
    PLIMSOLL_REGISTRY_HOST: host,
    PLIMSOLL_REGISTRY_USERNAME: name,
    PLIMSOLL_REGISTRY_PASSWORD: word,
  },
});

const refuse = (response: ServerResponse, challenge: string, body = '') =>
  Boolean(response.writeHead(401, { 'www-authenticate': challenge }).end(body));

interface TokenAsked {
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A registry behind a token server, which gives `token-1`, `token-2` …; `accepts` says which count. */
async function withTokens(options: {
  readonly accepts?: (token: string, request: IncomingMessage) => boolean;
  readonly answer?: (response: ServerResponse, count: number) => void;
  readonly challenge?: (realm: string) => string;
  /** connections end in the middle of layers */
  readonly cutLayers?: boolean;
}) {
  const asked: TokenAsked[] = [];
  const answer: NonNullable<typeof options.answer> =
    options.answer ?? ((response, count) => response.end(JSON.stringify({ token: `token-${count}`, expires_in: 300 })));
  const listener: RequestListener = async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    asked.push({ url: new URL(request.url!, 'http://x'), authorization: request.headers.authorization, body });
    answer(response, asked.length);
  };
  const tokens = await serve(listener);
  const realm = `http://${tokens.host}/token`;
  const challenge =
    options.challenge?.(realm) ?? `Bearer realm="${realm}",service="fake",scope="repository:app:pull,push"`;
  const accepts = options.accepts ?? (() => true);
  const registry = await fakeRegistry({
    files,
    intercept: (request, response, body) => {
      const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
      if (token === undefined || !accepts(token, request)) {
        return refuse(response, challenge, `{"errors":[{"message":"no ${request.headers.authorization}"}]}`);
      }
      // all but layers is JSON
      if (options.cutLayers !== true || body[0] === 0x7b) return false;
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, 40), () => setTimeout(() => response.destroy(), 20));
      return true;
    },
  });
  return { registry, tokens, asked, reference: `registry:${registry.host}/app:1` };
}

describe('a login', () => {
  it('is sent only when it is asked for, and only the registry’s own', async () => {
    const registry = await fakeRegistry({
      files,
      intercept: ({ headers }, response) => headers.authorization !== basic && refuse(response, 'Basic realm="x"'),
    });
    const reference = `registry:${registry.host}/app:1`;
    await readSeen(reference, { registry: login(registry.host) });
    const [first, ...others] = registry.asked.map(({ headers }) => headers.authorization);
    expect(first).toBeUndefined();
    expect(new Set(others)).toEqual(new Set([basic]));
    registry.asked.length = 0;
    await expect(readSeen(reference, { registry: login('other.example') })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: `${registry.host}/app:1: the registry ${registry.host} denies access (401) (no credentials for it were found)`,
    });
    expect(registry.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('that is wrong is told, never shown', async () => {
    const registry = await fakeRegistry({
      files,
      intercept: ({ headers }, response) => {
        const message = `bad ${headers.authorization} of ${password}`;
        return refuse(response, 'Basic realm="x"', JSON.stringify({ errors: [{ message }] }));
      },
    });
    const reading = readSeen(`registry:${registry.host}/app:1`, { registry: login(registry.host) });
    await expect(reading).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: `${registry.host}/app:1: the registry ${registry.host} denies access (401): bad Basic *** of *** (with the credentials of PLIMSOLL_REGISTRY_USERNAME)`,
    });
    expect(registry.asked).toHaveLength(2);
  });

  it('is not shown in part either, where a long message is cut', async () => {
    for (const length of [170, 185, 195]) {
      const registry = await fakeRegistry({
        files,
        intercept: (_, response) => {
          const message = `${'x'.repeat(length)} ${password} `.repeat(5);
          return refuse(response, 'Basic realm="x"', JSON.stringify({ errors: [{ message }] }));
        },
      });
      const reading = readSeen(`registry:${registry.host}/app:1`, { registry: login(registry.host) });
      await expect(reading).rejects.toMatchObject({
        message: expect.stringMatching(/denies access \(401\): x+ \*{3}/),
      });
    }
  });

  it('does not follow to another host, neither for blobs nor for manifests', async () => {
    const leaked: (string | undefined)[] = [];
    const elsewhere = await fakeRegistry({
      files,
      intercept: ({ headers }) => {
        leaked.push(headers.authorization);
        return false;
      },
    });
    const registry = await fakeRegistry({
      files,
      intercept: (request, response) => {
        if (request.headers.authorization !== basic) return refuse(response, 'Basic realm="x"');
        return Boolean(response.writeHead(307, { location: `http://${elsewhere.host}${request.url}` }).end());
      },
    });
    await readSeen(`registry:${registry.host}/app:1`, { registry: login(registry.host) });
    expect(leaked.length).toBeGreaterThan(3);
    expect(new Set(leaked)).toEqual(new Set([undefined]));
  });

  it.each(['Basic realm="x"', 'Bearer realm="http://HOST/token",service="x"'])(
    'is not given to a host that a redirect leads to when that asks for one (%s)',
    async (challenge) => {
      const elsewhere = await fakeRegistry({
        files,
        intercept: ({ url }, response) =>
          url!.startsWith('/token')
            ? Boolean(response.end('{"token":"t"}'))
            : refuse(response, challenge.replace('HOST', elsewhere.host)),
      });
      const registry = await fakeRegistry({
        files,
        intercept: ({ url, headers }, response) =>
          headers.authorization === basic
            ? Boolean(response.writeHead(307, { location: `http://${elsewhere.host}${url}` }).end())
            : refuse(response, 'Basic realm="x"'),
      });
      const reading = readSeen(`registry:${registry.host}/app:1`, { registry: login(registry.host) });
      await expect(reading).rejects.toMatchObject({
        code: 'ACCESS_DENIED',
        message: `${registry.host}/app:1: ${elsewhere.host}, where the registry ${registry.host} leads, denies access (401)`,
      });
      expect(elsewhere.asked.map(({ path, headers }) => [path, headers.authorization])).toEqual([
        ['/v2/app/manifests/1', undefined],
      ]);
    },
  );
});

describe('tokens', () => {
  it('are asked for once, to pull alone, with the login', async () => {
    const { registry, asked, reference } = await withTokens({});
    await readSeen(reference, { registry: login(registry.host) });
    expect(asked).toHaveLength(1);
    expect([...asked[0]!.url.searchParams]).toEqual([
      ['service', 'fake'],
      ['scope', 'repository:app:pull'],
      ['account', 'user'],
    ]);
    expect(asked[0]!.authorization).toBe(basic);
    expect(registry.asked.filter(({ headers }) => headers.authorization?.includes(password))).toEqual([]);
  });

  it('are asked for without a login where there is none', async () => {
    const { asked, reference } = await withTokens({ challenge: (realm) => `Bearer realm="${realm}"` });
    await readSeen(reference);
    expect(asked.map(({ url, authorization }) => [url.search, authorization])).toEqual([
      ['?scope=repository%3Aapp%3Apull', undefined],
    ]);
  });

  it('are renewed in the middle of a pull, when they are refused and before they end', async () => {
    const uses = new Map<string, number>();
    const { asked, reference } = await withTokens({
      accepts: (token) => uses.set(token, (uses.get(token) ?? 0) + 1).get(token)! <= 1,
    });
    expect((await readSeen(reference)).layers).toHaveLength(2);
    expect(asked.length).toBeGreaterThanOrEqual(4);
    const short = await withTokens({
      answer: (response, count) => response.end(JSON.stringify({ access_token: `t${count}`, expires_in: 0.000001 })),
    });
    await readSeen(short.reference);
    // one that is over is never sent: the registry did not have to refuse it
    expect(short.registry.asked.filter(({ headers }) => headers.authorization === undefined)).toHaveLength(1);
    expect(short.asked.length).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ['before the layers', (request: IncomingMessage) => request.url!.includes('/manifests/')],
    ['before the rest of a layer', (request: IncomingMessage) => request.headers.range === undefined],
  ])('that are withdrawn for good %s end the pull, and are not asked for without end', async (_, accepts) => {
    const { asked, registry, reference } = await withTokens({
      accepts: (_token, request) => accepts(request),
      cutLayers: true,
    });
    await expect(readSeen(reference)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(asked.length).toBeLessThan(12);
    expect(registry.asked.length).toBeLessThan(40);
  });

  it('of identity tokens, which go to the token server alone, and not in its address', async () => {
    const { registry, asked, reference } = await withTokens({});
    const auths = { [registry.host]: { auth: 'dXNlcjo=', identitytoken: 'identity-secret' } };
    const REGISTRY_AUTH_FILE = temporaryFile(directory, JSON.stringify({ auths }));
    await readSeen(reference, { registry: { environment: { REGISTRY_AUTH_FILE } } });
    expect(asked.map(({ url, authorization }) => [url.search, authorization])).toEqual([['', undefined]]);
    expect(asked[0]!.body).toBe(
      'grant_type=refresh_token&client_id=plimsoll&refresh_token=identity-secret&service=fake&scope=repository%3Aapp%3Apull',
    );
    expect(JSON.stringify(registry.asked)).not.toContain('identity-secret');
  });

  const broken: readonly (readonly [string, Parameters<typeof withTokens>[0], string, RegExp])[] = [
    [
      'never good enough',
      { accepts: () => false },
      'ACCESS_DENIED',
      /denies access \(401\): no Bearer \*\*\* \(no cred/,
    ],
    [
      'always the same, and refused',
      { accepts: () => false, answer: (response) => response.end('{"token":"same"}') },
      'ACCESS_DENIED',
      /denies access \(401\)/,
    ],
    [
      'refused by the token server',
      { answer: (response) => response.writeHead(401).end('{"details":"bad login"}') },
      'ACCESS_DENIED',
      /the token server 127\.0\.0\.1:\d+ of the registry .* denies access \(401\): bad login/,
    ],
    [
      'behind redirects in a circle',
      { answer: (response) => response.writeHead(302, { location: '/token' }).end() },
      'REGISTRY_ERROR',
      /token server .* answered 302/,
    ],
    [
      'behind a redirect to another host',
      { answer: (response) => response.writeHead(307, { location: 'https://evil.example/' }).end() },
      'REGISTRY_ERROR',
      /token server .* answered 307/,
    ],
    [
      'broken',
      { answer: (response) => response.writeHead(500).end('x') },
      'REGISTRY_ERROR',
      /token server .* answered 500/,
    ],
    ['missing', { answer: (response) => response.end('{}') }, 'REGISTRY_ERROR', /answers without a token/],
    ['no JSON', { answer: (response) => response.end('<html>') }, 'REGISTRY_ERROR', /answers without a token/],
    [
      'none that can be sent',
      { answer: (response) => response.end('{"token":"a\\r\\nx-evil: 1"}') },
      'REGISTRY_ERROR',
      /none that can be sent/,
    ],
    [
      'without end',
      {
        answer: (response) => {
          const more = () => {
            while (!response.destroyed && response.write('x'.repeat(65_536)));
          };
          response.on('drain', more);
          more();
        },
      },
      'REGISTRY_ERROR',
      /answers without a token/,
    ],
    [
      'of nobody who answers',
      { answer: () => {} },
      'REGISTRY_UNREACHABLE',
      /cannot reach the token server .*: no answer within 1 s/,
    ],
    [
      'of a server without TLS elsewhere',
      { challenge: () => 'Bearer realm="http://auth.example/token?x=secret"' },
      'REGISTRY_ERROR',
      /names http:\/\/auth.example as its token server: not asked/,
    ],
    [
      'of a server with a login in its address',
      { challenge: () => 'Bearer realm="https://user:word@auth.example/"' },
      'REGISTRY_ERROR',
      /names https:\/\/auth.example as its token server: not asked/,
    ],
    [
      'of what is no server',
      { challenge: () => 'Bearer realm="file:///etc"' },
      'REGISTRY_ERROR',
      /file:\/\/.*: not asked/,
    ],
    ['of no server', { challenge: () => 'Bearer' }, 'REGISTRY_ERROR', /no URL as its token server/],
    ['of a way that is not known', { challenge: () => 'Negotiate' }, 'ACCESS_DENIED', /denies access/],
  ];
  it.each(broken)('%s', async (_, options, code, message) => {
    const { registry, asked, reference } = await withTokens(options);
    const reading = readSeen(reference, { registry: { retryDelayMs: 1, idleTimeoutMs: 1000 } });
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(registry.asked.length).toBeLessThan(5);
    expect(asked.length).toBeLessThanOrEqual(5);
  });
});
