import { describe, expect, it } from 'vitest';
import { Connections } from '../../registry/connections.ts';
import { type AddressKind, kindOfAddress } from '../../registry/hosts.ts';
import { fakeRegistry, serve } from '../testing/fake-registry.ts';
import { fixtureImage, ociLayoutFiles } from '../testing/image-builder.ts';
import { readSeen } from '../testing/reading.ts';
import type { RegistryOptions } from '../types.ts';

it.each<[AddressKind | null, string]>([
  ['own', '127.0.0.1 127.255.0.9 0.0.0.0 169.254.169.254 100.100.100.200 168.63.129.16'],
  ['own', '::1 [::1] :: fe80::1 fe80::1%eth0 fd00:ec2::254 ::ffff:127.0.0.1 ::ffff:7f00:1 0:0:0:0:0:ffff:a9fe:a9fe'],
  ['own', '64:ff9b::7f00:1 64:ff9b::169.254.169.254 2002:7f00:1:: ::ffff:0:127.0.0.1'],
  ['private', '10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 198.18.0.1'],
  ['private', 'fd00::1 fc12::1 fec0::1 ::ffff:10.0.0.1 64:ff9b::10.0.0.1 2002:c0a8:101::1'],
  ['public', '8.8.8.8 172.32.0.1 100.128.0.1 11.0.0.1 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::8.8.8.8'],
  [null, 'registry.example 10.0.0.1.example localhost 1.2.3 ::g'],
])('%s: %s', (kind, addresses) => {
  for (const address of addresses.split(' ')) expect([address, kindOfAddress(address)]).toEqual([address, kind]);
});

/** What is where: networks of their own on this machine. */
const kinds: Readonly<Record<string, AddressKind>> = { '127.0.0.2': 'public', '127.0.0.3': 'private' };
const names: Readonly<Record<string, string>> = {
  'registry.test': '127.0.0.2',
  'cdn.test': '127.0.0.2',
  'harbor.test': '127.0.0.3',
  'minio.test': '127.0.0.3',
  'here.test': '127.0.0.1',
};
const network: RegistryOptions['network'] = {
  kindOf: (host) => kinds[host] ?? kindOfAddress(host),
  lookup(name, options, callback) {
    const address = names[name];
    if (address === undefined) callback(Object.assign(new Error(name), { code: 'ENOTFOUND' }), '', 0);
    else callback(null, options.all ? [{ address, family: 4 }] : address, 4);
  },
};
const files = ociLayoutFiles([fixtureImage({ layers: [[{ path: 'a', content: 'x' }]] })]);
const portOf = (host: string) => host.replace(/^.*:/, '');

describe.skipIf(process.platform !== 'linux')('a registry that leads elsewhere (needs all of 127.0.0.0/8)', () => {
  /** Blobs of `from` lie at `to`; says whether they were asked for there. */
  async function led(from: string, to: string, more: RegistryOptions = {}, by: 'redirect' | 'realm' = 'redirect') {
    const behind = await fakeRegistry({
      files,
      address: names[to] ?? '127.0.0.1',
      intercept: ({ url }, response) => url!.includes('/token') && Boolean(response.end('{"token":"abcd"}')),
    });
    const target = `${to}:${portOf(behind.host)}`;
    const registry = await fakeRegistry({
      files,
      address: names[from]!,
      intercept({ url, headers }, response) {
        if (by === 'realm') {
          const challenge = { 'www-authenticate': `Bearer realm="http://${target}/token"` };
          return headers.authorization === undefined && Boolean(response.writeHead(401, challenge).end());
        }
        return (
          url!.includes('/blobs/') && Boolean(response.writeHead(307, { location: `http://${target}${url}` }).end())
        );
      },
    });
    const host = `${from}:${portOf(registry.host)}`;
    const options = { network, insecure: [host, target], retryDelayMs: 1, ...more };
    const error = await readSeen(`registry:${host}/app:1`, { registry: options }).then(
      () => null,
      (thrown: Error) => thrown,
    );
    return { error, asked: behind.asked.length > 0, target, registry };
  }

  it.each([
    ['registry.test', 'cdn.test'],
    ['harbor.test', 'minio.test'],
    ['harbor.test', 'cdn.test'],
    ['here.test', 'minio.test'],
    ['here.test', '127.0.0.1'],
  ])('is followed no nearer than it is itself: %s to %s', async (from, to) => {
    expect(await led(from, to)).toMatchObject({ error: null, asked: true });
    expect(await led(from, to, {}, 'realm')).toMatchObject({ error: null, asked: true });
  });

  it.each([
    [
      'registry.test',
      'minio.test',
      / \(127\.0\.0\.3\) is in a private network, where a registry elsewhere may not lead/,
    ],
    ['registry.test', 'here.test', / \(127\.0\.0\.1\) is an address of this machine/],
    ['harbor.test', 'here.test', / \(127\.0\.0\.1\) is an address of this machine/],
    ['registry.test', '127.0.0.1', /:\d+ is an address of this machine/],
    ['harbor.test', '[::ffff:7f00:1]', /:\d+ is an address of this machine/],
    ['registry.test', '10.0.0.9', /^10\.0\.0\.9:\d+ is in a private network/],
    ['registry.test', '[fd00::9]', /^\[fd00::9\]:\d+ is in a private network/],
  ])('and not nearer: %s to %s', async (from, to, message) => {
    for (const by of ['redirect', 'realm'] as const) {
      const { error, asked, target } = await led(from, to, {}, by);
      expect(error).toMatchObject({ code: 'REGISTRY_ERROR', message: expect.stringMatching(message) });
      expect(error?.message).toMatch(/allow that by --registry-inside /);
      expect(error?.message).toContain(target.split(':')[0]);
      expect(asked).toBe(false);
    }
  });

  it.each([[['minio.test']], [['*.test']], [['127.0.0.0/24']]])('unless that was allowed: %s', async (inside) => {
    expect(await led('registry.test', 'minio.test', { inside })).toMatchObject({ error: null, asked: true });
    expect(await led('registry.test', 'here.test', { inside: ['minio.test'] })).toMatchObject({ asked: false });
  });

  it('a mirror on this machine makes the registry itself no nearer', async () => {
    const { host } = await serve((_, response) => void response.writeHead(404).end());
    const behind = await fakeRegistry({ files, address: '127.0.0.3' });
    const target = `minio.test:${portOf(behind.host)}`;
    const registry = await fakeRegistry({
      files,
      address: '127.0.0.2',
      intercept: ({ url }, response) =>
        url!.includes('/blobs/') && Boolean(response.writeHead(307, { location: `http://${target}${url}` }).end()),
    });
    const own = `registry.test:${portOf(registry.host)}`;
    const options = { network, insecure: [own, target], mirrors: [{ host: own, url: `http://${host}` }] };
    await expect(readSeen(`registry:${own}/app:1`, { registry: options })).rejects.toThrow(/is in a private network/);
    expect(behind.asked).toEqual([]);
  });

  it('through a proxy literal addresses alone are judged, and the proxy may be anywhere', async () => {
    const asked: string[] = [];
    const proxy = await serve((request, response) => {
      asked.push(request.url!);
      response.end();
    });
    const connections = new Connections({ network, environment: { http_proxy: `http://${proxy.host}` } });
    const send = async (url: string, foreign: boolean) => {
      const request = { headers: {}, signal: undefined, of: 'far.test', foreign };
      (await connections.send(new URL(url), request)).resume();
    };
    await send('http://far.test/v2/', false);
    await send('http://minio.test/blob', true);
    await expect(send('http://10.0.0.9/blob', true)).rejects.toThrow(/^10\.0\.0\.9 is in a private network/);
    await expect(send('http://localhost/blob', true)).rejects.toThrow(/^localhost is an address of this machine/);
    expect(asked).toEqual(['http://far.test/v2/', 'http://minio.test/blob']);
    await connections.close();
  });
});
