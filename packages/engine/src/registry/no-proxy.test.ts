import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { Connections } from './connections.ts';
import { isListed } from './no-proxy.ts';

it.each<[string, string, boolean]>([
  ['', 'https://r.example/', false],
  ['*', 'https://r.example/', true],
  ['r.example', 'https://r.example/', true],
  ['R.Example', 'https://r.example:5000/', true],
  ['example', 'https://r.example/', true],
  ['xample', 'https://r.example/', false],
  ['r.example', 'https://r.example.evil/', false],
  ['.r.example', 'https://r.example/', false],
  ['.r.example', 'https://a.r.example/', true],
  ['*.r.example', 'https://a.b.r.example/', true],
  ['*.r.example', 'https://r.example/', false],
  ['other, r.example', 'https://r.example/', true],
  ['other r.example', 'https://r.example/', true],
  ['r.example:443', 'https://r.example/', true],
  ['r.example:443', 'http://r.example/', false],
  ['r.example:5000', 'http://r.example:5000/', true],
  ['10.0.0.0/8', 'https://10.1.2.3:5000/', true],
  ['10.0.0.0/8', 'https://11.1.2.3/', false],
  ['10.0.0.0/99', 'https://10.0.0.0/', false],
  ['10.0.0.0/8', 'https://r.example/', false],
  ['10.1.2.3', 'https://10.1.2.3:5000/', true],
  ['10.1.2.3:5000', 'https://10.1.2.3:5000/', true],
  ['10.1.2.3:5001', 'https://10.1.2.3:5000/', false],
  ['2001:db8::/32', 'https://[2001:db8::1]/', true],
  ['[2001:db8::1]:443', 'https://[2001:db8::1]/', true],
  ['2001:db8::1', 'https://[2001:db8::2]/', false],
  [',,, ,.,*.,:,:80,/8,[]', 'http://r.example/', false],
])('NO_PROXY=%s has %s asked without the proxy: %s', (list, url, expected) => {
  expect(isListed(new URL(url), list)).toBe(expected);
});

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => void close()));

it.each<[string, boolean]>([
  ['', true],
  ['other.test', true],
  ['192.0.2.0/24', false],
])('with NO_PROXY=%s a registry is asked through the proxy: %s', async (list, throughProxy) => {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url!);
    response.end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as { port: number };
  // of a range that leads nowhere
  const options = { environment: { http_proxy: `http://127.0.0.1:${port}`, no_proxy: list }, idleTimeoutMs: 200 };
  const connections = new Connections(options);
  closing.push(
    () => void proxy.close(),
    () => void connections.close(),
  );
  const request = { headers: {}, signal: undefined, of: '192.0.2.1', foreign: false };
  await connections.send(new URL('http://192.0.2.1/v2/'), request).then(
    (reply) => reply.resume(),
    () => null,
  );
  expect(asked).toEqual(throughProxy ? ['http://192.0.2.1/v2/'] : []);
});

it('a proxy that is not there is named, without its login', async () => {
  const password = 'correct-horse';
  const environment = { https_proxy: `http://user:${password}@127.0.0.1:1` };
  const connections = new Connections({ environment });
  closing.push(() => void connections.close());
  const request = { headers: {}, signal: undefined, of: 'r.example', foreign: false };
  const failure = await connections.send(new URL('https://r.example/v2/'), request).catch((error: Error) => error);
  expect(failure).toMatchObject({ message: 'the connection was refused (asked through the proxy 127.0.0.1:1)' });
});
