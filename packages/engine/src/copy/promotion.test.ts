import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type FakeRegistry, fakeRegistry, serve } from '../image/testing/fake-registry.ts';
import { dockerArchive, fixtureImage, ociArchive, ociLayoutFiles, sha256 } from '../image/testing/image-builder.ts';
import { type Interference, type WritableRegistry, writableRegistry } from '../image/testing/writable-registry.ts';
import { type JudgedImage, openPromotion } from './promotion.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** more than one chunk of the smallest size */
const big = randomBytes(2_500_000);
const image = fixtureImage({ layers: [[{ path: 'a', content: 'x' }], [{ path: 'big', content: big }]] });
const files = ociLayoutFiles([image]);
const quick = { retryDelayMs: 1 };

/** The image of a fake registry as it would be judged. */
const judgedOf = ({ contents }: FakeRegistry): JudgedImage[] => [
  { id: null, digest: sha256(contents.get('manifests/1')!.bytes) },
];

async function promoted(to: WritableRegistry, more: Partial<Parameters<typeof openPromotion>[0]> = {}) {
  const from = await fakeRegistry({ files });
  const promotion = await openPromotion({
    reference: `registry:${from.host}/app:1`,
    destination: `${to.host}/prod/app:1`,
    registry: quick,
    ...more,
  });
  try {
    return await promotion.copy(judgedOf(from));
  } finally {
    await promotion.close();
  }
}

const written = ({ asked }: WritableRegistry) => asked.filter(({ method }) => method !== 'GET' && method !== 'HEAD');

describe('an image of a registry', () => {
  it('arrives with its digest, and its tag moves last', async () => {
    const to = await writableRegistry();
    const { digest, blobs } = await promoted(to);
    expect(blobs).toEqual({ sent: 3, mounted: 0, there: 0 });
    expect(sha256(to.manifests.get('prod/app@1')!.bytes)).toBe(digest);
    expect(written(to).at(-1)).toMatchObject({ method: 'PUT', path: '/v2/prod/app/manifests/1' });
    // the same again sends nothing twice
    expect((await promoted(to)).blobs).toEqual({ sent: 0, mounted: 0, there: 3 });
  });

  it('is not touched where another one was judged', async () => {
    const to = await writableRegistry();
    const from = await fakeRegistry({ files });
    const destination = `${to.host}/prod/app:1`;
    const promotion = await openPromotion({ reference: `registry:${from.host}/app:1`, destination, registry: quick });
    const others: JudgedImage[] = [
      { id: null, digest: `sha256:${'0'.repeat(64)}` },
      { id: sha256(image.config), digest: `sha256:${'1'.repeat(64)}` },
    ];
    await expect(promotion.copy(others)).rejects.toMatchObject({ code: 'AMBIGUOUS', message: /was not judged/ });
    await promotion.close();
    expect(to.asked).toEqual([]);
  });

  it('is the one that was pinned, whatever becomes of its tag', async () => {
    const to = await writableRegistry();
    const from = await fakeRegistry({ files });
    const destination = `${to.host}/prod/app:1`;
    const before = judgedOf(from);
    const promotion = await openPromotion({ reference: `registry:${from.host}/app:1`, destination, registry: quick });
    expect(promotion.reference).toBe(`registry:${from.host}/app:1@${before[0]!.digest}`);
    const moved = ociLayoutFiles([fixtureImage({ layers: [[{ path: 'evil', content: 'x' }]] })]);
    const other = [...moved.values()].find((bytes) => bytes.includes('"layers"'))!;
    from.contents.set('manifests/1', { bytes: other, type: 'application/vnd.oci.image.manifest.v1+json' });
    expect((await promotion.copy(before)).digest).toBe(before[0]!.digest);
    await promotion.close();
  });

  it('is not copied where the registry sends other bytes than the digest says', async () => {
    const to = await writableRegistry();
    const from = await fakeRegistry({ files });
    const destination = `${to.host}/prod/app:1`;
    for (const [key, { bytes, type }] of from.contents) {
      if (key.startsWith('blobs/') && bytes.length > 1_000_000) {
        const wrong = Buffer.from(bytes);
        wrong[wrong.length - 1]! ^= 1;
        from.contents.set(key, { bytes: wrong, type });
      }
    }
    const promotion = await openPromotion({ reference: `registry:${from.host}/app:1`, destination, registry: quick });
    await expect(promotion.copy(judgedOf(from))).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    await promotion.close();
    expect([...to.manifests]).toEqual([]);
  });
});

describe('a blob is sent as the registry wants it', () => {
  const layerOf = (to: WritableRegistry) => [...to.blobs.values()].find(({ length }) => length > 1_000_000);

  it('in chunks where something takes no larger ones', async () => {
    const sizes: number[] = [];
    const to = await writableRegistry(({ method, body }, response) => {
      if (method !== 'PATCH') return false;
      sizes.push(body.length);
      return body.length > 1_500_000 && Boolean(response.writeHead(413).end());
    });
    await promoted(to);
    expect(layerOf(to)).toBeDefined();
    expect(sizes.filter((size) => size > 1_500_000)).toHaveLength(1);
  });

  it('in one PUT where it knows nothing else', async () => {
    const to = await writableRegistry(
      ({ method }, response) => method === 'PATCH' && Boolean(response.writeHead(405).end()),
    );
    await promoted(to);
    expect(layerOf(to)).toBeDefined();
  });

  it('on from where the connection broke', async () => {
    let broken = 0;
    const to = await writableRegistry((request, response, registry) => {
      if (request.method !== 'PATCH' || request.body.length < 1_000_000 || broken > 0) return false;
      broken += 1;
      // half of it was kept
      const half = request.body.subarray(0, 1_200_000);
      const kept = { ...request, headers: {}, body: half };
      registry.asked.push(kept);
      void fetch(`http://${registry.host}${request.path}`, {
        method: 'PATCH',
        body: new Uint8Array(half),
        headers: { 'content-range': '0-1199999' },
      }).then(() => response.destroy());
      return true;
    });
    await promoted(to);
    expect(layerOf(to)).toBeDefined();
    const ranges = to.asked.map(({ headers }) => headers['content-range']).filter(Boolean);
    expect(ranges).toContainEqual(expect.stringMatching(/^1200000-/));
  });

  it('from the start where the registry forgot it', async () => {
    let broken = 0;
    const to = await writableRegistry(({ method, body }, response) => {
      if (method === 'GET') return false;
      if (method !== 'PATCH' || body.length < 1_000_000 || broken > 0) return false;
      broken += 1;
      response.destroy();
      return true;
    });
    await promoted(to);
    expect(layerOf(to)).toBeDefined();
  });

  it('not at all where another repository of the registry has it', async () => {
    const to = await writableRegistry();
    await promoted(to);
    const promotion = await openPromotion({
      reference: `registry:${to.host}/prod/app:1`,
      destination: `${to.host}/live/app:1`,
      registry: quick,
    });
    const judged = [{ id: null, digest: sha256(to.manifests.get('prod/app@1')!.bytes) }];
    expect((await promotion.copy(judged)).blobs).toEqual({ sent: 0, mounted: 3, there: 0 });
    await promotion.close();
  });
});

describe('a copy that cannot be made', () => {
  it('says which registry cannot be reached, also one that is first asked how it speaks', async () => {
    const gone = await serve(() => {});
    await gone.close();
    const destination = `${gone.host}/prod/app:1`;
    await expect(promoted(await writableRegistry(), { destination })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: `cannot reach the registry ${gone.host}: the connection was refused`,
    });
  });

  it('is interrupted in the middle of a blob: no manifest, no tag', async () => {
    const control = new AbortController();
    const to = await writableRegistry(({ method }) => {
      if (method === 'PATCH') control.abort();
      return method === 'PATCH';
    });
    await expect(promoted(to, { signal: control.signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect([...to.manifests]).toEqual([]);
  });
});

describe('a registry that does not mean well', () => {
  it('gets no credentials sent to another host', async () => {
    const seen: { headers: object; url: string | undefined }[] = [];
    const elsewhere = await serve((request, response) => {
      seen.push({ headers: request.headers, url: request.url });
      request.resume().on('end', () => response.writeHead(request.method === 'PATCH' ? 202 : 201).end());
    });
    const basic = Buffer.from('ci:secret-word').toString('base64');
    const to = await writableRegistry((request, response) => {
      if (request.headers.authorization !== `Basic ${basic}`)
        return Boolean(response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
      if (request.method !== 'POST') return false;
      return Boolean(response.writeHead(202, { location: `http://${elsewhere.host}/take` }).end());
    });
    const config = join(folder, 'login');
    writeFileSync(config, JSON.stringify({ auths: { [to.host]: { auth: basic } } }));
    await promoted(to, { registry: { ...quick, environment: { REGISTRY_AUTH_FILE: config } } });
    expect(seen.length).toBeGreaterThan(0);
    expect(JSON.stringify(seen)).not.toContain(basic);
    expect(seen.flatMap(({ headers }) => Object.keys(headers))).not.toContain('authorization');
  });

  it.each<[string, Interference, string, RegExp]>([
    [
      'refuses blobs',
      ({ method }, response) =>
        method === 'POST' &&
        Boolean(response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"quota exceeded"}]}')),
      'ACCESS_DENIED',
      /denies access \(403\): quota exceeded/,
    ],
    [
      'refuses manifests',
      ({ method, path }, response) =>
        method === 'PUT' && path.includes('/manifests/') && Boolean(response.writeHead(400).end()),
      'REGISTRY_ERROR',
      /answered 400/,
    ],
    [
      'says not where to send',
      ({ method }, response) => method === 'POST' && Boolean(response.writeHead(202).end()),
      'REGISTRY_ERROR',
      /does not say where/,
    ],
    [
      'wants it sent where nothing may be sent',
      ({ method }, response) =>
        method === 'POST' && Boolean(response.writeHead(202, { location: 'http://r.example/up' }).end()),
      'REGISTRY_ERROR',
      /wants it sent to http:\/\/r\.example, which is not done/,
    ],
    [
      'has more than was sent',
      ({ method }, response) => method === 'PATCH' && Boolean(response.writeHead(202, { range: '0-99999999' }).end()),
      'REGISTRY_ERROR',
      /more of it than was sent/,
    ],
    [
      'never takes a byte more',
      ({ method }, response) => method === 'PATCH' && Boolean(response.writeHead(202, { range: '0--1' }).end()),
      'REGISTRY_ERROR',
      /answered 400/,
    ],
    [
      'keeps another manifest',
      ({ method, path }, response) =>
        method === 'PUT' &&
        path.includes('/manifests/') &&
        Boolean(response.writeHead(201, { 'docker-content-digest': `sha256:${'2'.repeat(64)}` }).end()),
      'DIGEST_MISMATCH',
      /keeps another one than was sent/,
    ],
    [
      'takes no chunk at all',
      ({ method }, response) => method === 'PATCH' && Boolean(response.writeHead(413).end()),
      'REGISTRY_ERROR',
      /takes no [0-9]+ bytes at once/,
    ],
  ])('%s: nothing is there afterwards', async (_what, interfere, code, message) => {
    const to = await writableRegistry(interfere);
    await expect(promoted(to)).rejects.toMatchObject({ code, message });
    expect(to.manifests.get('prod/app@1')).toBeUndefined();
  });
});

describe('an archive', () => {
  async function fromFile(reference: string, to: WritableRegistry, judged: JudgedImage[]) {
    const promotion = await openPromotion({ reference, destination: `${to.host}/prod/app:1`, registry: quick });
    try {
      return await promotion.copy(judged);
    } finally {
      await promotion.close();
    }
  }

  it.each(['docker-save', 'skopeo', 'kaniko'] as const)('of %s arrives with its ID', async (shape) => {
    const path = join(folder, `${shape}.tar`);
    writeFileSync(path, dockerArchive(image, { shape }));
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    vi.stubEnv('TMPDIR', temporary);
    const to = await writableRegistry();
    const { digest } = await fromFile(`docker-archive:${path}`, to, [{ id: sha256(image.config), digest: null }]);
    const manifest = JSON.parse(to.manifests.get(`prod/app@${digest}`)!.bytes.toString());
    expect(manifest.config.digest).toBe(sha256(image.config));
    expect(manifest.layers.map(({ mediaType }: { mediaType: string }) => mediaType)).toEqual(
      Array(2).fill('application/vnd.oci.image.layer.v1.tar+gzip'),
    );
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each([
    ['oci-archive', ociArchive([image])],
    ['file://', dockerArchive(image, { shape: 'docker-25' })],
  ])('of kind %s arrives with the digest of its manifest', async (prefix, bytes) => {
    const path = join(folder, 'oci.tar');
    writeFileSync(path, bytes);
    const to = await writableRegistry();
    const promotion = await openPromotion({
      reference: prefix === 'file://' ? `file://${path}` : `${prefix}:${path}`,
      destination: `${to.host}/prod/app:1`,
      registry: quick,
    });
    const [found] = await promotion.images();
    expect(promotion.reference).toBe(`oci-archive:${path}:${found!.digest}`);
    const { digest } = await promotion.copy([{ id: null, digest: found!.digest }]);
    await promotion.close();
    expect(digest).toBe(found!.digest);
  });

  it('that was replaced after it was judged is not copied', async () => {
    const path = join(folder, 'replaced.tar');
    writeFileSync(path, dockerArchive(image));
    const to = await writableRegistry();
    const destination = `${to.host}/prod/app:1`;
    const promotion = await openPromotion({ reference: path, destination, registry: quick });
    rmSync(path);
    writeFileSync(path, dockerArchive(image));
    const judged = [{ id: sha256(image.config), digest: null }];
    await expect(promotion.copy(judged)).rejects.toMatchObject({ message: /was changed while it was judged/ });
    await promotion.close();
    expect(to.asked).toEqual([]);
  });

  it('with a layer that is not what the config says is not copied', async () => {
    const path = join(folder, 'wrong.tar');
    const bytes = dockerArchive(image);
    const at = bytes.indexOf(big.subarray(0, 64));
    bytes[at]! ^= 1;
    writeFileSync(path, bytes);
    const to = await writableRegistry();
    await expect(fromFile(path, to, [{ id: sha256(image.config), digest: null }])).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
    expect(to.asked).toEqual([]);
  });
});

it('an index is copied only if every platform of it was judged', async () => {
  const other = fixtureImage({ layers: [[{ path: 'b', content: 'x' }]], platform: 'linux/s390x' });
  const path = join(folder, 'index.tar');
  writeFileSync(path, ociArchive([image, other], { nested: true, attestation: true }));
  const to = await writableRegistry();
  const promotion = await openPromotion({
    reference: path,
    destination: `${to.host}/prod/app:1`,
    registry: quick,
  });
  const images = await promotion.images();
  expect(promotion).toMatchObject({ isIndex: true, reference: `oci-archive:${path}` });
  expect(images.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/s390x']);
  const judged = images.map(({ digest }) => ({ id: null, digest }));
  await expect(promotion.copy(judged.slice(1))).rejects.toMatchObject({ message: /\(linux\/amd64\), which was not/ });
  const { digest } = await promotion.copy(judged);
  await promotion.close();
  const index = JSON.parse(to.manifests.get(`prod/app@${digest}`)!.bytes.toString());
  for (const entry of index.manifests) expect(to.manifests.has(`prod/app@${entry.digest}`)).toBe(true);
});

describe('what hangs to an image', () => {
  const empty = Buffer.from('{}');
  const note = Buffer.from('{"note":1}');
  const descriptor = (bytes: Buffer, mediaType = 'x/y') => ({ mediaType, digest: sha256(bytes), size: bytes.length });

  async function withReferrers(list: (manifest: Buffer) => object[], subject?: object) {
    const from = await fakeRegistry({
      files,
      intercept: ({ url }, response) => {
        if (!url!.includes(`/referrers/${top}`)) return false;
        return Boolean(response.writeHead(200).end(JSON.stringify({ manifests: list(manifest) })));
      },
    });
    const topBytes = from.contents.get('manifests/1')!.bytes;
    const top = sha256(topBytes);
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const parts = { config: descriptor(empty), layers: [descriptor(note)] };
    const hung = { schemaVersion: 2, mediaType, artifactType: 'x/note', ...parts };
    const manifest = Buffer.from(JSON.stringify({ ...hung, subject: subject ?? descriptor(topBytes, mediaType) }));
    const sig = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...parts }));
    const type = mediaType;
    from.contents.set(`manifests/${sha256(manifest)}`, { bytes: manifest, type });
    from.contents.set(`manifests/${top.replace(':', '-')}.sig`, { bytes: sig, type });
    for (const bytes of [empty, note]) from.contents.set(`blobs/${sha256(bytes)}`, { bytes, type: 'x/y' });
    return { from, top, manifest, sig };
  }

  async function copied(from: FakeRegistry, to: WritableRegistry) {
    const destination = `${to.host}/prod/app:1`;
    const promotion = await openPromotion({ reference: `registry:${from.host}/app:1`, destination, registry: quick });
    try {
      return await promotion.copy(judgedOf(from));
    } finally {
      await promotion.close();
    }
  }

  const listed = (manifest: Buffer) => ({ ...descriptor(manifest), artifactType: 'x/note' });

  it('goes along: by cosign’s tag, and as what refers to it, in an index where the registry lacks that', async () => {
    const { from, top, manifest, sig } = await withReferrers((bytes) => [listed(bytes)]);
    const to = await writableRegistry();
    expect(await copied(from, to)).toMatchObject({ attached: 2 });
    expect(to.manifests.get(`prod/app@${top.replace(':', '-')}.sig`)!.bytes).toEqual(sig);
    expect(to.manifests.get(`prod/app@${sha256(manifest)}`)!.bytes).toEqual(manifest);
    const index = JSON.parse(to.manifests.get(`prod/app@${top.replace(':', '-')}`)!.bytes.toString());
    expect(index.manifests).toMatchObject([{ digest: sha256(manifest), artifactType: 'x/note' }]);
  });

  it.each<[string, (manifest: Buffer) => object[], object | undefined, string, RegExp]>([
    ['lies about its size', (bytes) => [{ ...listed(bytes), size: 5 }], undefined, 'CORRUPT', /states 5/],
    ['is about something else', (bytes) => [listed(bytes)], descriptor(empty), 'CORRUPT', /refers to something else/],
    [
      'is one of far too many',
      (bytes) => Array.from({ length: 300 }, () => listed(bytes)),
      undefined,
      'TOO_LARGE',
      /more than 200 manifests/,
    ],
  ])('that %s stops the copy before it begins', async (_what, list, subject, code, message) => {
    const { from } = await withReferrers(list, subject);
    const to = await writableRegistry();
    await expect(copied(from, to)).rejects.toMatchObject({ code, message });
    expect(to.asked).toEqual([]);
  });
});
