import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vulnerableLayers, writeImage } from './images.ts';
import { buildDatabase, confirmedOn } from './mirror.ts';
import { plimsoll, scratchFolder } from './program.ts';

const scratch = scratchFolder();
const at = (name: string) => join(scratch.path, name);
const jobs = 10;

let image = '';
let servers: readonly Server[] = [];
let [catalog, mirror] = ['', ''];
/** path → how often its whole body was sent */
const sent = new Map<string, number>();

/** A web server over a folder, with entity tags as every one has them. */
async function serve(folder: string): Promise<readonly [Server, string]> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').replace(/^\//, '');
    const file = join(folder, path);
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    const { size, mtimeMs } = statSync(file);
    const etag = `"${size}-${mtimeMs}"`;
    if (request.headers['if-none-match'] === etag) return response.writeHead(304).end();
    sent.set(path, (sent.get(path) ?? 0) + 1);
    response.writeHead(200, { etag, 'content-length': size });
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

beforeAll(async () => {
  const database = await buildDatabase(scratch.path);
  image = writeImage(scratch.path, 'app', vulnerableLayers);
  const started = [await serve(database), await serve(at('mirror'))];
  servers = started.map(([server]) => server);
  [catalog, mirror] = started.map(([, url]) => url) as [string, string];
});
afterAll(() => {
  for (const server of servers) server.close();
  scratch.remove();
});

const scan = (name: string, source: readonly string[]) => {
  const folders = ['--db-dir', at(`${name} db`), '--cache-dir', at(`${name} layers`)];
  return plimsoll(['scan', image, ...folders, ...source, '--at', confirmedOn, '--format', 'json']);
};

describe.each([
  ['a catalog', () => ['--catalog', catalog]],
  ['the feeds', () => ['--mirror', mirror]],
])('ten jobs at once with one empty cache, which is filled from %s', (name, source) => {
  it('end alike, and every file is fetched once', async () => {
    sent.clear();
    const alone = await scan(`${name} alone`, source());
    const wanted = new Map(sent);
    sent.clear();
    const all = await Promise.all(Array.from({ length: jobs }, () => scan(name, source())));
    for (const ran of all) expect([ran.status, ran.stdout]).toEqual([1, alone.stdout]);
    expect([...wanted.values()].every((count) => count === 1)).toBe(true);
    expect(wanted.size).toBeGreaterThan(3);
    expect(sent).toEqual(wanted);
    const { shards } = JSON.parse(readFileSync(at(`${name} db/catalog.json`), 'utf8'));
    expect(shards.length).toBeGreaterThan(2);
  });

  it('one of which is killed: the others go on', async () => {
    const odd = `${name} and a kill`;
    let first = true;
    const all = Array.from({ length: jobs }, () => {
      const args = ['scan', image, '--db-dir', at(`${odd} db`), ...source(), '--at', confirmedOn, '--format', 'json'];
      return plimsoll([...args, '--no-cache'], {
        started: (child) => {
          if (!first) return;
          first = false;
          // as soon as it has the lock
          const held = setInterval(() => existsSync(at(`${odd} db/tmp`)) && child.kill('SIGKILL'), 5);
          child.once('exit', () => clearInterval(held));
        },
      });
    });
    const ended = await Promise.all(all);
    expect(ended.filter(({ status }) => status === null).length).toBeLessThanOrEqual(1);
    expect(new Set(ended.map(({ status }) => status)).difference(new Set([1, null]))).toEqual(new Set());
  });
});
