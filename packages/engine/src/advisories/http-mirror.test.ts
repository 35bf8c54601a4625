import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildDatabase } from './build-database.ts';
import { endOfLifeUrl } from './feeds/endoflife-products.ts';
import { fillMirror, osvFiles, tempDirectory } from './testing/make-mirror.ts';

/** A web server over a mirror directory, with entity tags, as a cache or a file server gives them. */
async function serveMirror(directory: string) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const path = join(directory, decodeURIComponent(request.url!));
    if (!existsSync(path) || !statSync(path).isFile()) return void response.writeHead(404).end();
    const body = readFileSync(path);
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    bodies.push(request.url!.split('/').slice(2).join('/'));
    response.writeHead(200, { etag, 'content-length': body.length }).end(body);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    bodies,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const record = (ecosystem: string, name: string) => ({
  id: `${ecosystem}-1`,
  modified: '2026-01-02T00:00:00Z',
  affected: [{ package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }],
});

test('over http an update moves only what changed, and gives what the directory gives', async () => {
  using dir = tempDirectory();
  const mirror = join(dir.path, 'mirror');
  fillMirror(mirror, {
    ...osvFiles({ npm: [record('npm', 'a')], PyPI: [record('PyPI', 'b')] }),
    [endOfLifeUrl('debian')]: [{ cycle: '12', eol: '2026-07-11' }],
    [endOfLifeUrl('alpine-linux')]: [{ cycle: '3.19', eol: '2025-11-01' }],
  });
  using server = await serveMirror(mirror);
  const only = ['npm', 'pypi', 'eol'];
  const overHttp = { dbDir: join(dir.path, 'http'), mirrors: [server.url], only };
  const first = await buildDatabase({ ...overHttp, asOf: '2026-08-22' });
  const direct = await buildDatabase({ dbDir: join(dir.path, 'direct'), mirrors: [mirror], only, asOf: '2026-08-22' });
  expect(first.failed).toEqual([]);
  expect(first.shards).toEqual(direct.shards);

  server.bodies.length = 0;
  const second = await buildDatabase({ ...overHttp, asOf: '2026-08-23' });
  expect(second.unchanged).toEqual(['eol', 'npm', 'pypi', 'npm-texts', 'pypi-texts'].sort());
  expect(server.bodies).toEqual([]);

  fillMirror(mirror, osvFiles({ npm: [record('npm', 'c')] }));
  await buildDatabase({ ...overHttp, asOf: '2026-08-24' });
  expect(server.bodies).toEqual(['npm/all.zip']);

  // one of several inputs of a group: the others have to come again, since shards are made from all
  server.bodies.length = 0;
  fillMirror(mirror, { [endOfLifeUrl('debian')]: [{ cycle: '12', eol: '2026-07-12' }] });
  await buildDatabase({ ...overHttp, asOf: '2026-08-25' });
  expect(server.bodies.sort()).toEqual(['api/alpine-linux.json', 'api/debian.json']);
});
