import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../testing/make-mirror.ts';
import { httpMirrorSource, upstreamSource } from './http-source.ts';

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const dir = tempDirectory();
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    base,
    options: { tempDir: dir.path, idleTimeoutMs: 2000, retryDelayMs: 1 },
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
      dir[Symbol.dispose]();
    },
  };
}

const feed = 'https://host.example/dir/feed.json';

describe('http sources', () => {
  test('a mirror is asked below its path, for the plain name and then for .gz', async () => {
    const asked: string[] = [];
    using server = await serve((request, response) => {
      asked.push(request.url!);
      if (request.url === '/m/host.example/dir/feed.json.gz') response.setHeader('etag', '"1"').end('zipped');
      else response.writeHead(404).end();
    });
    const source = httpMirrorSource(`${server.base}/m`, server.options);
    const result = await source.fetch(feed, null, 1000);
    expect(result).toMatchObject({ state: 'file', file: { url: feed, gzipped: true, validator: { etag: '"1"' } } });
    expect(asked).toEqual(['/m/host.example/dir/feed.json', '/m/host.example/dir/feed.json.gz']);
    expect(await source.fetch('https://host.example/other', null, 1000)).toEqual({ state: 'absent' });
  });

  test.each([
    ['an entity tag', { etag: '"v1"' }, 'if-none-match', '"v1"'],
    [
      'a date',
      { 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT' },
      'if-modified-since',
      'Wed, 21 Oct 2015 07:28:00 GMT',
    ],
  ])('what %s says is unchanged is not moved again', async (_what, headers, condition, value) => {
    let bodies = 0;
    using server = await serve((request, response) => {
      if (request.headers[condition] === value) return void response.writeHead(304).end();
      bodies++;
      response.writeHead(200, headers).end('body');
    });
    const source = upstreamSource(server.options);
    const first = await source.fetch(`${server.base}/x`, null, 1000);
    expect(first.state).toBe('file');
    const validator = first.state === 'file' ? first.file.validator : null;
    expect(first.state === 'file' && readFileSync(first.file.path, 'utf8')).toBe('body');
    expect(await source.fetch(`${server.base}/x`, validator, 1000)).toEqual({ state: 'unchanged', validator });
    expect(bodies).toBe(1);
  });

  test('redirects are followed, but not for ever', async () => {
    using server = await serve((request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end();
      else if (request.url === '/b') response.end('there');
      else response.writeHead(302, { location: '/loop' }).end();
    });
    const source = upstreamSource(server.options);
    expect(await source.fetch(`${server.base}/a`, null, 1000)).toMatchObject({
      state: 'file',
      file: { url: `${server.base}/a` },
    });
    await expect(source.fetch(`${server.base}/loop`, null, 1000)).rejects.toMatchObject({ code: 'fetch-failed' });
  });

  const bad: [string, RequestListener, string][] = [
    ['an error of the server', (_request, response) => response.writeHead(500).end('oops'), 'fetch-failed'],
    [
      'a redirect to a file',
      (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      'fetch-failed',
    ],
    [
      'an announced size over the limit',
      (_request, response) => response.writeHead(200, { 'content-length': '5000' }).end(Buffer.alloc(5000)),
      'feed-too-large',
    ],
    ['an endless body', (_request, response) => void response.write(Buffer.alloc(5000)), 'feed-too-large'],
    [
      'a body that breaks off',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '500' });
        response.write('half', () => response.destroy());
      },
      'fetch-failed',
    ],
  ];
  test.each(bad)('%s is an error', async (_what, listener, code) => {
    using server = await serve(listener);
    await expect(upstreamSource(server.options).fetch(`${server.base}/x`, null, 1000)).rejects.toMatchObject({
      name: 'AdvisoryError',
      code,
    });
  });

  test('nobody listening, and a signal', async () => {
    using server = await serve(() => undefined);
    await expect(upstreamSource(server.options).fetch('http://127.0.0.1:1/x', null, 1000)).rejects.toMatchObject({
      code: 'fetch-failed',
    });
    const controller = new AbortController();
    const waiting = upstreamSource({ ...server.options, signal: controller.signal }).fetch(
      `${server.base}/x`,
      null,
      1000,
    );
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
  });

  test('a server that falls silent is given up', async () => {
    using server = await serve(() => undefined);
    const source = upstreamSource({ ...server.options, idleTimeoutMs: 30 });
    await expect(source.fetch(`${server.base}/x`, null, 1000)).rejects.toMatchObject({
      code: 'fetch-failed',
      message: expect.stringContaining('no byte for 30 ms'),
    });
  });
});
