import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildDatabase } from '../build-database.ts';
import { fillMirror, osvZip, tempDirectory } from '../testing/make-mirror.ts';
import { osvHost, osvZipUrl } from './osv-zip.ts';

interface Item {
  readonly id: string;
  readonly modified: string;
  readonly withdrawn?: string;
}

const item = (n: number, fixed = '1.0.0', modified = '2026-01-02T00:00:00.5Z') => ({
  id: `GHSA-${n}`,
  modified,
  // what a record says at length does not compress
  details: createHash('sha512').update(`${n}`).digest('hex').repeat(8),
  affected: [
    {
      package: { ecosystem: 'npm', name: `package-${n}` },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
    },
  ],
});

const listOf = (records: readonly Item[]): string =>
  records
    .toSorted((a, b) => (a.modified < b.modified ? 1 : -1))
    .map(({ id, modified }) => `${modified.replace(/\.\d+/, '')},${id}\n`)
    .join('');

/** A mirror with what OSV publishes of npm. */
function publish(mirror: string, records: readonly Item[], list = listOf(records)): void {
  rmSync(mirror, { recursive: true, force: true });
  fillMirror(mirror, {
    [osvZipUrl('npm')]: osvZip(records),
    [`${osvHost}/npm/modified_id.csv`]: list,
    ...Object.fromEntries(records.map((record) => [`${osvHost}/npm/${record.id}.json`, record])),
  });
}

async function serve(directory: string, headers: 'etag' | 'last-modified' | 'none') {
  const asked: string[] = [];
  let sent = 0;
  const server = createServer((request, response) => {
    const path = join(directory, decodeURIComponent(request.url!));
    if (!existsSync(path) || !statSync(path).isFile()) return void response.writeHead(404).end();
    const body = readFileSync(path);
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    // a time for each content: two tests' files are written within one second
    const date = new Date(parseInt(etag.slice(1, 9), 16) * 1000).toUTCString();
    const same =
      headers === 'etag'
        ? request.headers['if-none-match'] === etag
        : headers === 'last-modified' && request.headers['if-modified-since'] === date;
    if (same) return void response.writeHead(304).end();
    asked.push(request.url!.split('/').at(-1)!);
    sent += body.length;
    const mark = headers === 'etag' ? { etag } : headers === 'last-modified' ? { 'last-modified': date } : {};
    response.writeHead(200, { ...mark, 'content-length': body.length }).end(body);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** names of files that were sent since, and their bytes */
    take: () => {
      const taken = { files: asked.splice(0).sort(), bytes: sent };
      sent = 0;
      return taken;
    },
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const many = Array.from({ length: 120 }, (_, n) => item(n));

/** What a build from nothing makes of the same mirror. */
async function fresh(dir: string, mirror: string, name: string) {
  const dbDir = join(dir, name);
  return (await buildDatabase({ dbDir, mirrors: [mirror], only: ['npm'], asOf: '2026-08-22' })).shards;
}

describe('changed records of an ecosystem', () => {
  test('are fetched alone, by the list of what was modified, and give what the whole archive gives', async () => {
    using dir = tempDirectory();
    const mirror = join(dir.path, 'mirror');
    publish(mirror, many);
    using server = await serve(mirror, 'etag');
    const options = { dbDir: join(dir.path, 'db'), mirrors: [server.url], only: ['npm'], asOf: '2026-08-22' };
    await buildDatabase(options);
    const whole = server.take();
    expect(whole.files).toEqual(['all.zip']);

    await buildDatabase(options);
    expect(server.take().files).toEqual(['modified_id.csv']);
    await buildDatabase(options);
    expect(server.take()).toEqual({ files: [], bytes: 0 });

    // one changes, one comes, one is withdrawn, one goes
    const changed = [
      ...many.slice(4),
      item(0, '2.0.0', '2026-08-20T10:00:00Z'),
      item(1000, '3.0.0', '2026-08-19T10:00:00Z'),
      { ...item(1, '1.0.0', '2026-08-21T00:00:00Z'), withdrawn: '2026-08-21T00:00:00Z' },
      item(3),
    ];
    publish(mirror, changed);
    const second = await buildDatabase(options);
    const moved = server.take();
    expect(moved.files).toEqual(['GHSA-0.json', 'GHSA-1.json', 'GHSA-1000.json', 'modified_id.csv']);
    expect(moved.bytes).toBeLessThan(whole.bytes / 4);
    expect(second.unchanged).toEqual([]);
    expect(second.shards).toEqual(await fresh(dir.path, mirror, 'fresh'));

    await buildDatabase(options);
    expect(server.take()).toEqual({ files: [], bytes: 0 });
    // a database that lost its shards is made of what is kept
    rmSync(join(options.dbDir, 'shards'), { recursive: true });
    const again = await buildDatabase(options);
    expect(again.shards).toEqual(second.shards);
    expect(server.take().files).toEqual([]);
  });

  test.each(['last-modified', 'none'] as const)('with %s instead of entity tags', async (headers) => {
    using dir = tempDirectory();
    const mirror = join(dir.path, 'mirror');
    publish(mirror, many);
    using server = await serve(mirror, headers);
    const options = { dbDir: join(dir.path, 'db'), mirrors: [server.url], only: ['npm'], asOf: '2026-08-22' };
    await buildDatabase(options);
    server.take();
    expect((await buildDatabase(options)).unchanged).toContain('npm');
    expect(server.take().files).toEqual(['modified_id.csv']);
    publish(mirror, [...many.slice(1), item(0, '2.0.0', '2026-08-20T10:00:00Z')]);
    const { shards } = await buildDatabase(options);
    expect(server.take().files).toEqual(['GHSA-0.json', 'modified_id.csv']);
    expect(shards).toEqual(await fresh(dir.path, mirror, 'fresh'));
  });

  const next = [...many.slice(1), item(0, '2.0.0', '2026-08-20T10:00:00Z')];
  test.each([
    ['no list', (mirror: string) => rmSync(join(mirror, osvHost.slice(8), 'npm/modified_id.csv'))],
    ['a list that is none', (mirror: string) => publish(mirror, next, '<html>busy</html>')],
    ['a list that is cut off within a line', (mirror: string) => publish(mirror, next, listOf(next).slice(0, -9))],
    ['a list of paths', (mirror: string) => publish(mirror, next, '2026-08-20T10:00:00Z,../../etc/passwd\n')],
    ['a record that is not there', (mirror: string) => rmSync(join(mirror, osvHost.slice(8), 'npm/GHSA-0.json'))],
    [
      'a record that is older than the list says',
      (mirror: string) => fillMirror(mirror, { [`${osvHost}/npm/GHSA-0.json`]: many[0]! }),
    ],
    ['a record of another id', (mirror: string) => fillMirror(mirror, { [`${osvHost}/npm/GHSA-0.json`]: many[5]! })],
    ['half a record', (mirror: string) => fillMirror(mirror, { [`${osvHost}/npm/GHSA-0.json`]: '{"id":"GHSA-0",' })],
    [
      'more changes than are worth a request each',
      (mirror: string) => publish(mirror, [...Array.from({ length: 1100 }, (_, n) => item(2000 + n)), ...next]),
    ],
  ])('the whole archive is asked for where there is %s', async (_what, spoil) => {
    using dir = tempDirectory();
    const mirror = join(dir.path, 'mirror');
    publish(mirror, many);
    using server = await serve(mirror, 'etag');
    const options = { dbDir: join(dir.path, 'db'), mirrors: [server.url], only: ['npm'], asOf: '2026-08-22' };
    await buildDatabase(options);
    publish(mirror, next);
    spoil(mirror);
    server.take();
    const { shards, failed } = await buildDatabase(options);
    expect(failed).toEqual([]);
    expect(server.take().files).toContain('all.zip');
    expect(shards).toEqual(await fresh(dir.path, mirror, 'fresh'));
  });

  test('a kept archive that was damaged or exchanged is not used', async () => {
    using dir = tempDirectory();
    const mirror = join(dir.path, 'mirror');
    publish(mirror, many);
    using server = await serve(mirror, 'etag');
    const options = { dbDir: join(dir.path, 'db'), mirrors: [server.url], only: ['npm'], asOf: '2026-08-22' };
    await buildDatabase(options);
    fillMirror(join(options.dbDir, 'feeds'), { 'https://npm/all.zip': 'garbage' });
    publish(mirror, next);
    server.take();
    const { shards } = await buildDatabase(options);
    expect(server.take().files).toEqual(['all.zip']);
    expect(shards).toEqual(await fresh(dir.path, mirror, 'fresh'));
  });
});
