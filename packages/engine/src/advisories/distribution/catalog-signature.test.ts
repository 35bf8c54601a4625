import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certifiedBlob, identityToken, sigstoreInstance } from '../../signing/testing/sigstore-instance.ts';
import { pullCatalog } from '../copy-catalog.ts';
import { catalogPath, keptSignaturePath } from '../store/store-paths.ts';
import { buildFrom } from '../testing/build-from.ts';
import { osvFiles, tempDirectory } from '../testing/make-mirror.ts';
import { checkCatalogSigner, checkSignature, signCatalog } from './catalog-signature.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [secret, key] = [
  privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  publicKey.export({ type: 'spki', format: 'pem' }) as string,
];
const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) as string;
const bytes = Buffer.from('{"schemaVersion":1,"shards":[]}\n');
const signature = sign('sha256', bytes, privateKey).toString('base64');
const digest = createHash('sha256').update(bytes).digest('base64');

/** As `cosign sign-blob --key … --bundle` writes it. */
const bundle = {
  mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verificationMaterial: { publicKey: { hint: 'aGludA==' }, tlogEntries: [], timestampVerificationData: null },
  messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest }, signature },
};
const check =
  (text: string | undefined, keys: readonly string[] = [other, key], about = bytes) =>
  () =>
    checkSignature(about, text, keys, 'x');

describe('a signature is taken', () => {
  test.each([
    ['as a line of base64', `${signature}\n`],
    ['among others', `AAAA\n${signature}\n`],
    ['as a bundle on a line', JSON.stringify(bundle)],
    ['as a bundle on many', JSON.stringify(bundle, null, 2)],
    ['as a bundle beside a line', `AAAA\n${JSON.stringify(bundle)}\n`],
    [
      'of an older media type',
      JSON.stringify({ ...bundle, mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' }),
    ],
    ['as cosign 2 wrote it', JSON.stringify({ base64Signature: signature, cert: 'x' })],
    ['that the product made', signCatalog(bytes, secret)],
  ])('%s', (_how, text) => {
    expect(check(text)).not.toThrow();
    expect(check(text, [other])).toThrow('not signed with a key that is configured');
    expect(check(text, [key], Buffer.from('x'))).toThrow('not signed with a key');
  });
});

test.each([
  ['nothing', undefined, 'not signed, and a key is configured'],
  [
    'a statement instead of bytes',
    JSON.stringify({ ...bundle, messageSignature: undefined, dsseEnvelope: {} }),
    'not signed with',
  ],
  [
    'a bundle about other bytes',
    JSON.stringify({
      ...bundle,
      messageSignature: { signature, messageDigest: { algorithm: 'SHA2_256', digest: 'AAAA' } },
    }),
    'not signed with',
  ],
  [
    'a bundle of another version',
    JSON.stringify({ ...bundle, mediaType: 'application/vnd.dev.sigstore.bundle.v9+json' }),
    'not signed with',
  ],
])('%s is refused', (_what, text, why) => {
  expect(check(text)).toThrow(
    expect.objectContaining({ code: 'catalog-untrusted', message: expect.stringContaining(why) }),
  );
});

test('whatever else a signature may be is refused in words', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ ...bundle, messageSignature: value })),
  );
  fc.assert(
    fc.property(anything, (text) => {
      expect(check(text)).toThrow(expect.objectContaining({ code: 'catalog-untrusted' }));
    }),
    { seed: 41, numRuns: 300 },
  );
});

test('a bundle beside a catalog is checked where it is pulled, and goes along', async () => {
  using theirs = await buildFrom(osvFiles({ npm: [] }), { forOthers: true });
  using first = tempDirectory();
  using second = tempDirectory();
  const pull = (from: string, to: string, trusted: string) =>
    pullCatalog({ dbDir: to, catalog: from, catalogKeys: [trusted] });
  await expect(pull(theirs.dbDir, first.path, key)).rejects.toMatchObject({ code: 'catalog-untrusted' });
  const catalog = readFileSync(catalogPath(theirs.dbDir));
  const hash = createHash('sha256').update(catalog).digest();
  const messageSignature = {
    messageDigest: { algorithm: 'SHA2_256', digest: hash.toString('base64') },
    signature: sign('sha256', catalog, privateKey).toString('base64'),
  };
  const path = keptSignaturePath(theirs.dbDir, `sha256:${hash.toString('hex')}`);
  writeFileSync(path, JSON.stringify({ ...bundle, messageSignature }, null, 2));
  await pull(theirs.dbDir, first.path, key);
  await pull(first.path, second.path, key);
  await expect(pull(first.path, second.path, other)).rejects.toMatchObject({ code: 'catalog-untrusted' });
});

test('a catalog may be signed by an identity instead of a key', async () => {
  const issuer = 'https://issuer.example.com';
  const subject = 'https://ci.example.com/advisories@refs/heads/main';
  const instance = await sigstoreInstance();
  const { trustedRoot } = instance;
  const bytes = Buffer.from('a catalog');
  const token = identityToken({ sub: subject, iss: issuer });
  const { bundle: certified } = await certifiedBlob(bytes, instance, token);
  const asked = (identity: string, by = issuer, text: string | undefined = certified, of = bytes) =>
    checkCatalogSigner(
      of,
      text,
      { keys: [], signers: { trustedRoot, identities: [{ subject: identity, issuer: by }] } },
      'c',
    );
  await asked(subject);
  await asked('https://ci.example.com/*@refs/heads/main', issuer, `bm9uZQ==\n${certified}`);
  const untrusted = (why: RegExp) =>
    expect.objectContaining({ code: 'catalog-untrusted', message: expect.stringMatching(why) });
  await expect(asked('https://ci.example.com/other')).rejects.toEqual(untrusted(/who is not trusted/));
  await expect(asked(subject, 'https://evil.example.com')).rejects.toEqual(untrusted(/who is not trusted/));
  await expect(asked(subject, issuer, certified, Buffer.from('another'))).rejects.toEqual(untrusted(/does not hold/));
  await expect(asked(subject, issuer, 'bm9uZQ==')).rejects.toEqual(untrusted(/no Sigstore bundle/));
  const other = await sigstoreInstance();
  const signers = { trustedRoot: other.trustedRoot, identities: [{ subject, issuer }] };
  await expect(checkCatalogSigner(bytes, certified, { keys: [], signers }, 'c')).rejects.toEqual(untrusted(/not hold/));
  await expect(checkCatalogSigner(bytes, undefined, { keys: [], signers }, 'c')).rejects.toEqual(
    untrusted(/no signature/),
  );
});
