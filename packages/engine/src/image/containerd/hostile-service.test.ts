import { createServer, type ServerHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ImageError } from '../error.ts';
import { readSeen, temporaryDirectory } from '../testing/reading.ts';
import { decodeMessage, encodeMessage } from './protobuf.ts';

const directory = temporaryDirectory();
const closing: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));
let services = 0;

type Answer = (stream: ServerHttp2Stream, path: string) => void;

/** Something that listens where containerd would. */
async function service(answer: Answer): Promise<{ CONTAINERD_ADDRESS: string }> {
  services += 1;
  const at = join(directory, `${services}.sock`);
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => void sessions.add(session));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    answer(stream, String(headers[':path']));
  });
  await new Promise<void>((resolve) => server.listen(at, resolve));
  closing.push(() => {
    for (const session of sessions) session.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { CONTAINERD_ADDRESS: at };
}

const head = { ':status': 200, 'content-type': 'application/grpc' };

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

const withStatus = (stream: ServerHttp2Stream, body: Buffer, status = '0') => {
  stream.respond(head, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status, 'grpc-message': 'a\tb' }));
  stream.end(body);
};

const inner = (field: number, message: Buffer) => {
  const fields = encodeMessage({ [field]: message.toString('latin1') });
  expect(fields.length).toBeGreaterThan(message.length);
  return fields;
};

/** Knows an image whose manifest is then asked for. */
const upTo =
  (read: Answer): Answer =>
  (stream, path) => {
    if (path.endsWith('/Plugins')) return withStatus(stream, Buffer.alloc(5));
    if (!path.endsWith('/Get')) return read(stream, path);
    const target = encodeMessage({ 1: 'application/vnd.oci.image.manifest.v1+json', 2: `sha256:${'a'.repeat(64)}` });
    return withStatus(stream, framed(inner(1, inner(3, target))));
  };

const endless = (piece: Buffer) => (stream: ServerHttp2Stream) => {
  stream.respond(head);
  const more = () => {
    while (!stream.destroyed && stream.write(piece));
    if (!stream.destroyed) stream.once('drain', more);
  };
  more();
};

describe('what is not as containerd answers is an error on one line', () => {
  it.each<readonly [string, Answer, string]>([
    ['no gRPC', (stream) => stream.respond({ ':status': 404 }, { endStream: true }), 'ENGINE_ERROR'],
    ['an error', (stream) => withStatus(stream, Buffer.alloc(0), '13'), 'ENGINE_ERROR'],
    ['it hangs up', (stream) => stream.session?.destroy(), 'ENGINE_ERROR'],
    ['half a message', (stream) => withStatus(stream, framed(Buffer.alloc(9)).subarray(0, 8)), 'ENGINE_ERROR'],
    ['a message of 4 GiB', (stream) => withStatus(stream, Buffer.from('00ffffffff', 'hex')), 'ENGINE_ERROR'],
    ['garbage', (stream) => withStatus(stream, framed(Buffer.alloc(99, 0xff))), 'CORRUPT'],
    [
      'an image without a digest',
      (stream, path) => withStatus(stream, path.endsWith('/Get') ? framed(Buffer.alloc(0)) : Buffer.alloc(5)),
      'CORRUPT',
    ],
    ['a manifest without end', upTo(endless(framed(encodeMessage({ 2: 'x'.repeat(65_536) })))), 'TOO_LARGE'],
    ['messages without content', upTo(endless(Buffer.alloc(5 * 1000))), 'ENGINE_ERROR'],
    ['another manifest', upTo((stream) => withStatus(stream, framed(encodeMessage({ 2: '{}' })))), 'DIGEST_MISMATCH'],
    ['no manifest', upTo((stream) => withStatus(stream, Buffer.alloc(0), '5')), 'MISSING_BLOB'],
  ])('%s', async (_, answer, code) => {
    const environment = await service(answer);
    const failure: unknown = await readSeen('containerd:app', { environment }).catch((error) => error);
    expect(failure).toMatchObject({ name: 'ImageError', code });
    expect(String(failure)).not.toMatch(/[\n\t]/);
  });

  /** Has the images of these names, each with the digest that it leads to. */
  const having =
    (images: readonly (readonly [name: string, digits: string])[]): Answer =>
    (stream, path) => {
      if (!path.endsWith('/List')) return withStatus(stream, Buffer.alloc(0), '5');
      const list = images.map(([name, digits]) => {
        const target = encodeMessage({ 2: `sha256:${digits.repeat(64)}` });
        return inner(1, Buffer.concat([encodeMessage({ 1: name }), inner(3, target)]));
      });
      return withStatus(stream, framed(Buffer.concat(list)));
    };
  it.each<readonly [string, Answer, string, RegExp]>([
    [
      'several of one ID',
      having([
        ['a', 'a'],
        ['b', 'b'],
      ]),
      'AMBIGUOUS',
      /has several images aaaaaaaaaaaa; give more/,
    ],
    ['none of an ID', having([]), 'NOT_FOUND', /has no image docker.io\/library\/aaaaaaaaaaaa:latest$/],
    [
      'a list of garbage',
      (stream) => withStatus(stream, framed(Buffer.alloc(99, 0xff))),
      'CORRUPT',
      /^the answer of containerd at /,
    ],
  ])('%s', async (_, answer, code, message) => {
    const environment = await service((stream, path) =>
      path.endsWith('/Plugins') ? withStatus(stream, Buffer.alloc(5)) : answer(stream, path),
    );
    await expect(readSeen('containerd:aaaaaaaaaaaa', { environment })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeMessage(Buffer.from(bytes), 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError);
        }
      }),
    );
  });
});
