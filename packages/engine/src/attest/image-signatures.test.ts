import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fakeRegistry } from '../image/testing/fake-registry.ts';
import { fixtureImage, ociLayoutFiles, sha256 } from '../image/testing/image-builder.ts';
import { keyName } from '../signing/check-signer.ts';
import { imageSignatures } from './image-signatures.ts';
import { bundleType, signStatement } from './sign-statement.ts';

const files = ociLayoutFiles([fixtureImage({ layers: [[{ path: 'a', content: 'x' }]] })]);
const other = `sha256:${'0'.repeat(64)}`;

const pem = (key: KeyObject) =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const theirs = generateKeyPairSync('ed25519');
const trust = { keys: [pem(own.publicKey)], identities: [] };

/** As cosign writes it: docs of the payload in its SIGNATURE_SPEC. */
const payloadFor = (digest: string, type = 'cosign container image signature') =>
  Buffer.from(
    JSON.stringify({
      critical: { identity: { 'docker-reference': '' }, image: { 'docker-manifest-digest': digest }, type },
      optional: null,
    }),
  );

interface Signed {
  readonly payload: Buffer;
  readonly signature?: string | undefined;
}

const signed = (payload: Buffer, key: KeyObject = own.privateKey): Signed => ({
  payload,
  signature: sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', payload, key).toString('base64'),
});

async function registryWith(make: (digest: string) => { tag?: Signed[]; bundles?: Buffer[] }) {
  const registry = await fakeRegistry({ files });
  const digest = sha256(registry.contents.get('manifests/1')!.bytes);
  const { tag, bundles = [] } = make(digest);
  const put = (bytes: Buffer, mediaType: string, more: object = {}) => {
    registry.contents.set(`blobs/${sha256(bytes)}`, { bytes, type: 'application/octet-stream' });
    return { mediaType, digest: sha256(bytes), size: bytes.length, ...more };
  };
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const name = digest.replace(':', '-');
  if (tag !== undefined) {
    const layers = tag.map(({ payload, signature }) =>
      put(payload, 'application/vnd.dev.cosign.simplesigning.v1+json', {
        annotations: { ...(signature && { 'dev.cosignproject.cosign/signature': signature }) },
      }),
    );
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, config: {}, layers }));
    registry.contents.set(`manifests/${name}.sig`, { bytes, type });
  }
  const manifests = bundles.map((bundle) => {
    const layers = [put(bundle, bundleType)];
    const subject = { digest };
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, config: {}, layers, subject }));
    registry.contents.set(`manifests/${sha256(bytes)}`, { bytes, type });
    return { mediaType: type, digest: sha256(bytes), size: bytes.length, artifactType: bundleType };
  });
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests }));
  const indexType = 'application/vnd.oci.image.index.v1+json';
  if (bundles.length > 0) registry.contents.set(`manifests/${name}`, { bytes: index, type: indexType });
  const look = (given = trust) =>
    imageSignatures({ image: `${registry.host}/app`, digests: [digest, digest], trust: given });
  return { registry, digest, look };
}

it('finds none where there is none', async () => {
  const { look } = await registryWith(() => ({}));
  expect(await look()).toEqual([]);
});

describe('a signature by tag', () => {
  it('counts if a key that was given signed the digest', async () => {
    const { look, digest } = await registryWith((to) => ({ tag: [signed(payloadFor(to))] }));
    const key = keyName(trust.keys[0]!);
    const source = `${digest.replace(':', '-')}.sig`;
    const nobody = { identity: null, issuer: null };
    expect(await look()).toEqual([{ source, digest, verified: true, key, ...nobody, problem: null }]);
  });

  it.each<[string, (digest: string) => Signed, string]>([
    ['another key signed it', (to) => signed(payloadFor(to), theirs.privateKey), 'no key that was given signed it'],
    ['it is about another image', () => signed(payloadFor(other)), 'it is about another image'],
    ['it signs something else', (to) => signed(payloadFor(to, 'a note')), 'what it signs is no image'],
    ['it signs no JSON', () => signed(Buffer.from('sha256')), 'what it signs is no image'],
    [
      'its payload was changed',
      (to) => ({ ...signed(payloadFor(other)), payload: payloadFor(to) }),
      'no key that was given signed it',
    ],
    ['it has no signature', (to) => ({ payload: payloadFor(to) }), 'it has no signature'],
    ['its signature is no base64', (to) => ({ payload: payloadFor(to), signature: '!!' }), 'it has no signature'],
  ])('does not count when %s', async (_what, make, problem) => {
    const { look } = await registryWith((digest) => ({ tag: [make(digest)] }));
    expect(await look()).toMatchObject([{ verified: false, key: null, problem }]);
  });

  it('is one of several', async () => {
    const { look } = await registryWith((to) => ({
      tag: [signed(payloadFor(to), theirs.privateKey), signed(payloadFor(to))],
    }));
    expect((await look()).map(({ verified }) => verified).sort()).toEqual([false, true]);
  });

  it.each<[string, (contents: Map<string, { bytes: Buffer; type: string }>, tag: string) => void, string]>([
    [
      'too many of them',
      (contents, tag) => {
        const { bytes, type } = contents.get(tag)!;
        const manifest = JSON.parse(bytes.toString());
        manifest.layers = Array(500).fill(manifest.layers[0]);
        contents.set(tag, { bytes: Buffer.from(JSON.stringify(manifest)), type });
      },
      'TOO_LARGE',
    ],
    [
      'a payload that is not what its manifest names',
      (contents) => {
        for (const [key, { bytes, type }] of contents)
          if (bytes.includes('critical')) contents.set(key, { bytes: Buffer.concat([bytes, bytes]), type });
      },
      'DIGEST_MISMATCH',
    ],
    ['no manifest', (contents, tag) => contents.set(tag, { bytes: Buffer.from('[]'), type: '' }), 'CORRUPT'],
  ])('ends the look at them: %s', async (_what, spoil, code) => {
    const { look, registry, digest } = await registryWith((to) => ({ tag: [signed(payloadFor(to))] }));
    spoil(registry.contents as never, `manifests/${digest.replace(':', '-')}.sig`);
    await expect(look()).rejects.toMatchObject({ code });
  });
});

describe('a bundle that refers to the image', () => {
  const statement = (digest: string, predicateType = 'https://sigstore.dev/cosign/sign/v1') => ({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType,
    predicate: {},
  });

  it('counts as one that cosign 3 makes', async () => {
    const { look } = await registryWith((to) => ({ bundles: [signStatement(statement(to), pem(own.privateKey))] }));
    expect(await look()).toMatchObject([{ verified: true, key: keyName(trust.keys[0]!), source: /^sha256:/ }]);
  });

  it('is no signature where it attests something', async () => {
    const { look } = await registryWith((to) => ({
      bundles: [signStatement(statement(to, 'https://slsa.dev/provenance/v1'), pem(own.privateKey)), Buffer.from('{}')],
    }));
    expect(await look()).toEqual([]);
  });

  it.each<[string, (digest: string) => Buffer, string]>([
    ['another image', () => signStatement(statement(other), pem(own.privateKey)), 'it is about another image'],
    ['somebody else', (to) => signStatement(statement(to), pem(theirs.privateKey)), 'no key that was given signed it'],
  ])('does not count by or for %s', async (_what, make, problem) => {
    const { look } = await registryWith((digest) => ({ bundles: [make(digest)] }));
    expect(await look()).toMatchObject([{ verified: false, problem }]);
  });
});
