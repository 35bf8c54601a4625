import { expect, it } from 'vitest';
import { fakeRegistry } from '../image/testing/fake-registry.ts';
import { fixtureImage, ociLayoutFiles, sha256 } from '../image/testing/image-builder.ts';
import { parseRegistryReference } from '../registry/registry-reference.ts';
import { fetchBundles, pushBundle } from './referrers.ts';
import { bundleType } from './sign-statement.ts';

const files = ociLayoutFiles([fixtureImage({ layers: [[{ path: 'a', content: 'x' }]] })]);
const bundle = Buffer.from('{"a":1}');

/** A registry that takes what is pushed, and tells what refers to what, as the specification has it: two to a page. */
async function registryWithReferrers(lie: (manifest: Buffer) => Buffer = (manifest) => manifest) {
  const hung: { digest: string; artifactType: string; mediaType: string; size: number }[] = [];
  const registry = await fakeRegistry({
    files,
    intercept: (request, response) => {
      const url = new URL(request.url!, 'http://x');
      if (url.pathname.includes('/referrers/')) {
        const from = Number(url.searchParams.get('from') ?? 0);
        const link = { link: `<${url.pathname}?from=${from + 2}>; rel="next"` };
        response.writeHead(200, from + 2 < hung.length ? link : {});
        response.end(JSON.stringify({ schemaVersion: 2, manifests: hung.slice(from, from + 2) }));
        return true;
      }
      if (request.method === 'POST') return Boolean(response.writeHead(202, { location: '/v2/app/up?x=1' }).end());
      if (request.method !== 'PUT') return false;
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const bytes = Buffer.concat(pieces);
        const digest = sha256(bytes);
        if (url.pathname.endsWith('/up')) registry.contents.set(`blobs/${digest}`, { bytes, type: 'x/y' });
        else {
          const { artifactType, subject, mediaType } = JSON.parse(bytes.toString());
          const kept = lie(bytes);
          registry.contents.set(`manifests/${digest}`, { bytes: kept, type: mediaType });
          hung.push({ digest, artifactType, mediaType, size: bytes.length });
          response.setHeader('OCI-Subject', subject.digest);
        }
        response.writeHead(201).end();
      });
      return true;
    },
  });
  const digest = sha256(registry.contents.get('manifests/1')!.bytes);
  const subject = { reference: parseRegistryReference(`${registry.host}/app:1`), digest };
  return { registry, hung, subject };
}

it('hangs bundles to an image of a registry that keeps track of them, and finds them page by page', async () => {
  const { registry, hung, subject } = await registryWithReferrers();
  const bundles = Array.from({ length: 5 }, (_, at) => Buffer.from(JSON.stringify({ at })));
  for (const each of bundles) await pushBundle(subject, each, {}, undefined);
  hung.push({ digest: `sha256:${'0'.repeat(64)}`, artifactType: 'application/spdx+json', mediaType: 'x/y', size: 1 });
  expect((await fetchBundles(subject, {}, undefined)).map(({ bytes }) => bytes)).toEqual(bundles);
  // no tag beside it
  expect(registry.asked.filter(({ path }) => path.includes('manifests/sha256-'))).toEqual([]);
});

it('takes no other manifest for a bundle than the one that was listed', async () => {
  const { subject } = await registryWithReferrers((manifest) => Buffer.from(`${manifest} `));
  await pushBundle(subject, bundle, {}, undefined);
  await expect(fetchBundles(subject, {}, undefined)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});

it.each([
  ['no index', '[]'],
  ['a digest of another form', `{"manifests":[{"digest":"md5:1","artifactType":"${bundleType}"}]}`],
  ['a list of words', '{"manifests":["a"]}'],
])('refuses %s as a list of referrers', async (_what, body) => {
  const registry = await fakeRegistry({
    files,
    intercept: ({ url }, response) => url!.includes('/referrers/') && Boolean(response.writeHead(200).end(body)),
  });
  const subject = { reference: parseRegistryReference(`${registry.host}/app:1`), digest: `sha256:${'1'.repeat(64)}` };
  await expect(fetchBundles(subject, {}, undefined)).rejects.toMatchObject({ code: 'CORRUPT' });
});

it('ends where a registry never stops to have further pages', async () => {
  const registry = await fakeRegistry({
    files,
    intercept: ({ url }, response) =>
      url!.includes('/referrers/') &&
      Boolean(response.writeHead(200, { link: '<http://elsewhere.example/?a=1>; rel="next"' }).end('{"manifests":[]}')),
  });
  const subject = { reference: parseRegistryReference(`${registry.host}/app:1`), digest: `sha256:${'1'.repeat(64)}` };
  await expect(fetchBundles(subject, {}, undefined)).rejects.toMatchObject({ code: 'TOO_LARGE' });
});

it('refuses a bundle that is of another size than its list states', async () => {
  const { hung, subject } = await registryWithReferrers();
  await pushBundle(subject, bundle, {}, undefined);
  hung[0]!.size += 1;
  await expect(fetchBundles(subject, {}, undefined)).rejects.toMatchObject({ code: 'CORRUPT', message: /states/ });
});

it('refuses more than it would read, and asks for none of them', async () => {
  const { registry, hung, subject } = await registryWithReferrers();
  const digest = `sha256:${'0'.repeat(64)}`;
  // what is no bundle does not count
  for (let at = 0; at < 4; at += 1) hung.push({ digest, artifactType: 'x/y', mediaType: 'x/y', size: 1 });
  expect(await fetchBundles(subject, {}, undefined)).toEqual([]);
  const many = Array.from({ length: 201 }, () => ({ digest, artifactType: bundleType, mediaType: 'x/y', size: 1 }));
  const manifests = JSON.stringify({ schemaVersion: 2, manifests: many });
  const flooded = await fakeRegistry({
    files,
    intercept: ({ url }, response) => url!.includes('/referrers/') && Boolean(response.writeHead(200).end(manifests)),
  });
  const reference = parseRegistryReference(`${flooded.host}/app:1`);
  await expect(fetchBundles({ ...subject, reference }, {}, undefined)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  expect([...registry.asked, ...flooded.asked].filter(({ path }) => path.endsWith(digest))).toEqual([]);
});
