import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, noDockerRegistry, startProxy, type TestAuthority, type TestServer } from './docker-registry.ts';
import { vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';

const scratch = scratchFolder();
const token = 'glpat-s3cr3t';
let database = '';
let image = '';
let authority: TestAuthority;
let server: Server;
let proxy: TestServer;
let notes: { id: number; body: string }[] = [];
const asked: string[] = [];

beforeAll(async () => {
  if (noDockerRegistry) return;
  database = await buildDatabase(scratch.path);
  image = writeImage(scratch.path, 'app', vulnerableLayers);
  authority = makeAuthority(scratch.path);
  const tls = { cert: readFileSync(authority.certificate), key: readFileSync(authority.key) };
  server = createServer(tls, (request, response) => {
    asked.push(`${request.method} ${request.headers['private-token']} ${request.url?.split('?')[0]}`);
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const id = Number(/notes\/(\d+)$/.exec(request.url ?? '')?.[1]);
      if (request.method === 'POST') notes.push({ id: notes.length + 1, body: JSON.parse(text).body });
      const known = notes.find((note) => note.id === id);
      if (request.method === 'PUT' && known) known.body = JSON.parse(text).body;
      response.writeHead(200).end(JSON.stringify(request.method === 'GET' ? notes : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startProxy(`127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await proxy?.stop();
  server?.close();
  scratch.remove();
});

/** A scan with a comment on a GitLab of a private authority, which only a proxy leads to. */
function scan(env: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const fixed = ['--db-dir', database, '--no-update', '--no-cache', '--at', confirmedOn];
  return plimsoll(['scan', image, ...fixed, '--comment', ...args], {
    env: {
      ...{ CI_MERGE_REQUEST_IID: '7', CI_PROJECT_ID: '42', CI_API_V4_URL: 'https://registry.test/api/v4' },
      ...{ PLIMSOLL_COMMENT_TOKEN: token, HTTPS_PROXY: `http://${proxy.host}`, ...env },
    },
  });
}

describe.skipIf(noDockerRegistry)(
  `comments by way of a proxy, on a server of a private authority${noDockerRegistry ? ` (skipped: ${noDockerRegistry})` : ''}`,
  () => {
    it.each([
      ['--registry-ca', () => scan({}, ['--registry-ca', authority.ca])],
      ['SSL_CERT_FILE', () => scan({ SSL_CERT_FILE: authority.ca })],
      ['CI_SERVER_TLS_CA_FILE', () => scan({ CI_SERVER_TLS_CA_FILE: authority.ca })],
    ])('%s: written once, updated the second time', async (_, again) => {
      notes = [];
      asked.length = 0;
      for (const _ of ['first', 'second']) expect(await again()).toMatchObject({ status: 1, stderr: '' });
      expect(notes).toHaveLength(1);
      const place = '/api/v4/projects/42/merge_requests/7/notes';
      expect(asked.map((line) => line.replace(token, 'TOKEN'))).toEqual([
        `GET TOKEN ${place}`,
        `POST TOKEN ${place}`,
        `GET TOKEN ${place}`,
        `PUT TOKEN ${place}/1`,
      ]);
      expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT registry.test:443']));
    });

    it('an authority that nobody named: the verdict stays, one line, and the token is told to nobody', async () => {
      asked.length = 0;
      for (const env of [{}, { CI_SERVER_TLS_CA_FILE: join(scratch.path, 'none') }]) {
        const ran = await scan(env);
        expect(ran.status).toBe(1);
        expect(ran.stderr).toMatch(/^plimsoll: the comment is not written: [^\n]*certificate[^\n]*\n$/);
        expect(ran.stderr).not.toContain(token);
      }
      expect(asked).toEqual([]);
    });

    it('NO_PROXY, and a proxy that is not there: the verdict stays, one line', async () => {
      for (const env of [{ NO_PROXY: '.test' }, { HTTPS_PROXY: 'http://127.0.0.1:1' }]) {
        const ran = await scan({ ...env, SSL_CERT_FILE: authority.ca });
        expect(ran.status).toBe(1);
        expect(ran.stderr).toMatch(/^plimsoll: the comment is not written: cannot reach [^\n]*\n$/);
      }
    });
  },
);
