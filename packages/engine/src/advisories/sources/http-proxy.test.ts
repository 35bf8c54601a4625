import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { httpMirrorSource } from './http-source.ts';

const tempDir = mkdtempSync(join(tmpdir(), 'plimsoll-proxy-'));
const proxy = createServer((request, response) => response.end(`for ${request.url}`));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  proxy.close();
  rmSync(tempDir, { recursive: true, force: true });
});

const source = httpMirrorSource('http://mirror.example/', { tempDir });
const fetch = () => source.fetch('https://feed.example/a.json', null, 1000);

it('asks a proxy that is named by host and port alone', async () => {
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('http_proxy', `127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const found = await fetch();
  expect(found.state === 'file' && readFileSync(found.file.path, 'utf8')).toBe(
    'for http://mirror.example/feed.example/a.json',
  );
});

it('does not go around one that cannot be used', async () => {
  vi.stubEnv('http_proxy', 'socks5://127.0.0.1:1');
  await expect(fetch()).rejects.toMatchObject({
    code: 'fetch-failed',
    message: 'http_proxy names no proxy that can be used; say http://HOST:PORT',
  });
});
