import { createCipheriv } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type FakeRegistry, fakeRegistry, type Intercept, serve } from '../testing/fake-registry.ts';
import { fixtureImage, ociLayoutFiles, sha256 } from '../testing/image-builder.ts';
import { readSeen, recordingAnalyser } from '../testing/reading.ts';
import type { RegistryOptions } from '../types.ts';

/** Tried again at once; patient with answers, since a busy machine may take its time for them. */
const quick: RegistryOptions = { retryDelayMs: 1, idleTimeoutMs: 5000 };

/** What is said of those that are waited for in vain, and how long that is here. */
const silent = /no answer within 0.3 s/;
const slow = /only \d+ bytes came within 0\.3 s/;
const impatient: RegistryOptions = { idleTimeoutMs: 300 };

/** A body that does not compress: a blob of 3 MB. */
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(3_000_000));
const image = fixtureImage({
  layers: [[{ path: 'etc/os-release', content: 'ID=debian\n' }], [{ path: 'noise', content: noise }]],
});
const files = ociLayoutFiles([image]);
const layers = [...files.values()].filter((bytes) => bytes[0] === 0x1f);
const [small, large] = layers as [Buffer, Buffer];
const isManifest = ({ url }: IncomingMessage) => url!.includes('/manifests/');
const isLarge = ({ url }: IncomingMessage) => url!.endsWith(sha256(large));

async function reading(intercept: Intercept, options: RegistryOptions = {}) {
  const registry = await fakeRegistry({ files, intercept });
  const analyser = recordingAnalyser();
  const read = () => readSeen(`registry:${registry.host}/app:1`, { analyser, registry: { ...quick, ...options } });
  return { registry, analyser, read };
}

const asks = (registry: FakeRegistry, digest: string) => registry.asked.filter(({ path }) => path.endsWith(digest));

describe('a registry that is busy or breaks off', () => {
  it.each([429, 500, 502, 503, 504])('%d is asked again', async (status) => {
    let left = 3;
    const { read } = await reading((_, response) => left-- > 0 && Boolean(response.writeHead(status).end('busy')));
    expect((await read()).layers).toHaveLength(2);
  });

  it('is waited for as it asks', async () => {
    let first = true;
    const times: number[] = [];
    const { read } = await reading((request, response) => {
      if (!isManifest(request)) return false;
      times.push(performance.now());
      const busy = first;
      first = false;
      return busy && Boolean(response.writeHead(429, { 'retry-after': '1' }).end());
    });
    await read();
    expect(times[1]! - times[0]!).toBeGreaterThan(990);
  });

  it.each([
    ['86400', /answered 429/],
    ['Fri, 31 Dec 9999 23:59:59 GMT', /answered 429/],
  ])('but not for ever (%s)', async (after, message) => {
    const { registry, read } = await reading((_, response) =>
      Boolean(response.writeHead(429, { 'retry-after': after }).end('{"errors":[{"message":"too many"}]}')),
    );
    await expect(read()).rejects.toMatchObject({ code: 'REGISTRY_ERROR', message: expect.stringMatching(message) });
    expect(registry.asked.length).toBe(1);
  });

  it('and not without end', async () => {
    const { registry, read } = await reading((_, response) => Boolean(response.writeHead(503).end()));
    await expect(read()).rejects.toMatchObject({
      code: 'REGISTRY_ERROR',
      message: `${registry.host}/app:1: the registry ${registry.host} answered 503`,
    });
    expect(registry.asked.length).toBe(5);
  });

  /** Sends so many bytes of a blob from where it is asked for, and breaks off. */
  const halves = (ranges: 'honoured' | 'ignored', bytes: number): Intercept => {
    let left = 3;
    return (request, response, body) => {
      if (!isLarge(request) || (left <= 0 && ranges === 'honoured')) return false;
      const start = ranges === 'ignored' ? 0 : Number(/[0-9]+/.exec(request.headers.range ?? '0')?.[0]);
      if (left <= 0) return Boolean(response.writeHead(200, { 'content-length': body.length }).end(body));
      left -= 1;
      const range = { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` };
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': body.length - start, ...(start > 0 ? range : {}) });
      response.write(body.subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 20));
      return true;
    };
  };

  it('goes on where it broke off', async () => {
    const { registry, analyser, read } = await reading(halves('honoured', 700_000));
    expect((await read()).layers[1]).toMatchObject({ verified: true });
    const ranges = asks(registry, sha256(large)).map(({ headers }) => Number(headers.range?.slice(6, -1) ?? 0));
    expect(ranges).toHaveLength(4);
    expect(ranges[3]).toBeGreaterThan(1_400_000);
    expect(analyser.keys.map(({ id }) => id)).toContain(sha256(large));
  });

  it('begins anew where the registry does not know ranges', async () => {
    const { read } = await reading(halves('ignored', 700_000));
    const seen = (await read()).layers[1]!;
    expect(seen.verified).toBe(true);
    expect(seen.analysis.files[0]![1]).toBe(noise.toString('latin1'));
  });

  it('is not believed when it sends another part', async () => {
    const { read } = await reading((request, response, body) => {
      if (!isLarge(request)) return false;
      if (request.headers.range) {
        response.writeHead(206, { 'content-range': `bytes 5-${body.length - 1}/${body.length}` }).end(body.subarray(5));
      } else {
        response.writeHead(200, { 'content-length': body.length });
        response.write(body.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
      }
      return true;
    });
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining('another part than was asked for') });
  });

  it('of which nobody is there', async () => {
    const { host, close } = await serve(() => {});
    await close();
    await expect(readSeen(`registry:${host}/app:1`, { registry: quick })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: `cannot reach the registry ${host} for ${host}/app:1: the connection was refused`,
    });
  });
});

describe('a registry that lies', () => {
  const cases: readonly (readonly [string, Intercept, string, RegExp])[] = [
    [
      'another blob under a digest',
      (request, response, body) => isLarge(request) && Boolean(response.end(Buffer.from(body).fill(1, 5000, 5001))),
      'DIGEST_MISMATCH',
      /layer 2 of 2 .*wrong digest/,
    ],
    [
      'another layer under a digest',
      (request, response) => request.url!.endsWith(sha256(small)) && Boolean(response.end(large)),
      'CORRUPT',
      /layer 1 of 2 .*more than the \d+ bytes/,
    ],
    [
      'half a blob, said to be whole',
      (request, response, body) => {
        if (!isLarge(request)) return false;
        const start = Number(/[0-9]+/.exec(request.headers.range ?? '0')?.[0]);
        const half = body.subarray(start, body.length / 2);
        if (start > 0) response.writeHead(206, { 'content-range': `bytes ${start}-${body.length / 2}/*` });
        return Boolean(response.end(half));
      },
      'TRUNCATED',
      /layer 2 of 2 .* bytes came, its manifest states/,
    ],
    [
      'an endless blob',
      (request, response, body) => isLarge(request) && endless(response, body),
      'CORRUPT',
      /layer 2 of 2 .*more than the \d+ bytes/,
    ],
    [
      'an endless manifest',
      (request, response) => isManifest(request) && endless(response, Buffer.from('{"a":"')),
      'TOO_LARGE',
      /more than 16777216 bytes/,
    ],
    [
      'a content length that is too short',
      (request, response, body) => {
        if (!isLarge(request)) return false;
        response.socket!.end(`HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n${body.toString('latin1', 0, 4000)}`);
        return true;
      },
      'TRUNCATED',
      /its manifest states|broken off|Parse/,
    ],
    [
      'a content length that is too long',
      (request, response, body) => {
        if (!isLarge(request)) return false;
        response.writeHead(200, { 'content-length': body.length + 100 });
        response.write(body, () => setTimeout(() => response.destroy(), 20));
        return true;
      },
      'REGISTRY_UNREACHABLE',
      /broken off/,
    ],
    [
      'a content encoding on top',
      (request, response, body) =>
        isLarge(request) && Boolean(response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)),
      'REGISTRY_ERROR',
      /with a content encoding, which was not asked for/,
    ],
    [
      'a part of the manifest, which nobody asked for',
      (request, response) =>
        isManifest(request) && Boolean(response.writeHead(206, { 'content-range': 'bytes 0-1/9' }).end('{}')),
      'REGISTRY_ERROR',
      /sends another part than was asked for/,
    ],
    [
      'a page for people',
      (request, response) => isManifest(request) && Boolean(response.end('<html>log in</html>')),
      'CORRUPT',
      /not valid JSON/,
    ],
    ['no HTTP', (_, response) => Boolean(response.socket!.end('hello\r\n\r\n')), 'REGISTRY_UNREACHABLE', /Parse Error/],
    [
      'a head without end',
      (_, response) => {
        const socket = response.socket!;
        socket.write('HTTP/1.1 200 OK\r\n');
        const more = () => socket.destroyed || socket.write(`x: ${'y'.repeat(8000)}\r\n`, () => setImmediate(more));
        more();
        return true;
      },
      'REGISTRY_UNREACHABLE',
      /Header overflow|Parse Error/,
    ],
    [
      'that an answer will come, without end',
      (request, response) => {
        if (!isLarge(request)) return false;
        const socket = response.socket!;
        const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(300);
        const more = () => socket.destroyed || socket.write(early, () => setImmediate(more));
        more();
        return true;
      },
      'REGISTRY_UNREACHABLE',
      /more than 20 answers that are none yet \(1xx\)$/,
    ],
    [
      'another protocol',
      (request, response) =>
        isLarge(request) &&
        response.socket!.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'REGISTRY_UNREACHABLE',
      /goes over to another protocol$/,
    ],
    ['silence', () => true, 'REGISTRY_UNREACHABLE', silent],
    [
      'silence in the middle',
      (request, response, body) => {
        if (!isLarge(request)) return false;
        response.writeHead(200, { 'content-length': body.length });
        return Boolean(response.write(body.subarray(0, 10_000))) || true;
      },
      'REGISTRY_UNREACHABLE',
      slow,
    ],
    [
      'a byte now and then',
      (request, response, body) => {
        if (!isLarge(request)) return false;
        let at = 0;
        response.writeHead(200, { 'content-length': body.length });
        const timer = setInterval(() => response.write(body.subarray(at, ++at)), 20);
        response.on('close', () => clearInterval(timer));
        return true;
      },
      'REGISTRY_UNREACHABLE',
      slow,
    ],
    [
      'a manifest that goes on for days',
      (request, response) => {
        if (!isManifest(request)) return false;
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '.repeat(2000)), 20);
        response.on('close', () => clearInterval(timer));
        return true;
      },
      'REGISTRY_UNREACHABLE',
      slow,
    ],
    [
      'redirects in a circle',
      (request, response) => Boolean(response.writeHead(302, { location: `${request.url}` }).end()),
      'REGISTRY_ERROR',
      /redirects more than 5 times/,
    ],
    [
      'a redirect to a file',
      (_, response) => Boolean(response.writeHead(302, { location: 'file:///etc/passwd' }).end()),
      'REGISTRY_ERROR',
      /redirects to file:\/\/, which is not followed/,
    ],
    [
      'a redirect out of TLS',
      (_, response) => Boolean(response.writeHead(302, { location: 'http://cdn.example/secret?sig=secret' }).end()),
      'REGISTRY_ERROR',
      /redirects to http:\/\/cdn.example, which is not followed/,
    ],
    [
      'an error that spoils the terminal',
      (_, response) =>
        Boolean(
          response.writeHead(400).end(JSON.stringify({ errors: [{ message: `a\u001b[2J\nb${'x'.repeat(9999)}` }] })),
        ),
      'REGISTRY_ERROR',
      /answered 400: a \[2J bx{192,194}$/,
    ],
  ];
  it.each(cases)('%s', async (_, intercept, code, message) => {
    const { analyser, read } = await reading(intercept, [silent, slow].includes(message) ? impatient : {});
    await expect(read()).rejects.toMatchObject({ name: 'ImageError', code, message: expect.stringMatching(message) });
    expect(analyser.keys.map(({ id }) => id)).not.toContain(sha256(large));
    await expect(read()).rejects.not.toMatchObject({ message: expect.stringMatching(/sig=|\n|\u001b/) });
  });

  it('a tag that moves while it is pulled', async () => {
    const other = fixtureImage({ layers: [[{ path: 'other', content: 'x' }]] });
    const { registry, read } = await reading((request) => {
      if (request.url!.endsWith('/manifests/1')) {
        setImmediate(() => registry.contents.delete('manifests/1'));
      }
      return false;
    });
    expect(await read()).toMatchObject({ id: sha256(image.config) });
    expect(registry.asked.filter(({ path }) => !path.includes('sha256:')).map(({ path }) => path)).toEqual([
      '/v2/app/manifests/1',
    ]);
    expect(other.layers).toHaveLength(1);
  });
});

/** Writes as long as somebody reads. */
function endless(response: ServerResponse, head: Buffer): true {
  response.write(head);
  const piece = Buffer.alloc(64 * 1024, 'x');
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
  return true;
}
