import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fakeRegistry } from '../image/testing/fake-registry.ts';
import { fixtureImage, ociLayoutFiles, sha256 } from '../image/testing/image-builder.ts';
import { readStatement } from './read-statement.ts';
import { signStatement } from './sign-statement.ts';
import { verifyImage } from './verify-image.ts';

const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const trust = { keys: [createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string], identities: [] };
const at = '2026-08-22';
const verdict = {
  result: 'pass',
  exitCode: 0,
  stage: 'build',
  evaluatedAt: at,
  policies: { default: `sha256:${'1'.repeat(64)}` },
  denied: [],
  resultDigest: `sha256:${'2'.repeat(64)}`,
};
const statement = (digest: string) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'app', digest: { sha256: digest.slice('sha256:'.length) } }],
  predicateType: 'https://in-toto.io/attestation/vulns/v0.2',
  predicate: { verdict },
});

/** What `verify` says of a statement that somebody trusted signed for an image. */
async function verified(change: (good: ReturnType<typeof statement>) => object) {
  const files = ociLayoutFiles([fixtureImage({ layers: [[{ path: 'a', content: 'x' }]] })]);
  const registry = await fakeRegistry({ files });
  const digest = sha256(registry.contents.get('manifests/1')!.bytes);
  const bundles = [{ name: 'b', bytes: signStatement(change(statement(digest)), key) }];
  return verifyImage({ image: `${registry.host}/app:1`, trust, bundles, policies: [], at });
}

it('lets an image pass by a verdict that somebody trusted signed', async () => {
  expect(await verified((good) => good)).toMatchObject({ exitCode: 0, attestations: [{ problems: [] }] });
});

it.each<[string, (good: ReturnType<typeof statement>) => object, RegExp]>([
  [
    'of another predicate, with a verdict in it',
    (good) => ({ ...good, predicateType: 'https://slsa.dev/provenance/v1' }),
    /^it is about something else \(https:\/\/slsa\.dev\/provenance\/v1\)$/,
  ],
  [
    'of another version of the predicate',
    (good) => ({ ...good, predicateType: 'https://in-toto.io/attestation/vulns/v0.1' }),
    /^it is about something else/,
  ],
  ['of no predicate', ({ predicateType: _, ...rest }) => rest, /^it is no in-toto statement$/],
  ['of another scanner', (good) => ({ ...good, predicate: { scanner: {} } }), /says no verdict$/],
  ['with a code that is none', (good) => changed(good, { exitCode: -1 }), /says no verdict$/],
  ['with a day that is none', (good) => changed(good, { evaluatedAt: '2026-02-31' }), /says no verdict$/],
  ['about nothing', (good) => ({ ...good, subject: [] }), /^it is about another image$/],
  ['about a digest of another kind', (good) => ({ ...good, subject: [{ digest: { sha1: '1' } }] }), /another image$/],
])('a statement %s does not count, whoever signed it', async (_what, change, problem) => {
  const verification = await verified(change);
  expect(verification).toMatchObject({ exitCode: 1, reason: 'no attestation of it counts' });
  expect(verification.attestations[0]).toMatchObject({ verdict: null, problems: [expect.stringMatching(problem)] });
});

function changed(good: ReturnType<typeof statement>, more: object): object {
  return { ...good, predicate: { verdict: { ...verdict, ...more } } };
}

it('any bytes are a statement or a reason', () => {
  const bytes = Buffer.from(JSON.stringify(statement(`sha256:${'0'.repeat(64)}`)));
  const flipped = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })).map(([place, by]) => {
    const copy = Buffer.from(bytes);
    copy[place]! ^= by;
    return copy;
  });
  const cut = fc.nat(bytes.length - 1).map((length) => bytes.subarray(0, length));
  fc.assert(
    fc.property(fc.oneof(flipped, cut), (each) => {
      const read = readStatement(each);
      expect('why' in read ? read.why : read.verdict.exitCode).not.toBe('');
    }),
  );
});
