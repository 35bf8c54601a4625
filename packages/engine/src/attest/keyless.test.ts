import { beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../image/testing/fake-registry.ts';
import { readTrustedRoot } from '../signing/check-signer.ts';
import { identityToken, type SigstoreInstance, sigstoreInstance } from '../signing/testing/sigstore-instance.ts';
import { checkBundle } from './check-bundle.ts';
import { signKeyless } from './keyless.ts';

const issuer = 'https://gitlab.example.com';
const subject = 'https://gitlab.example.com/team/app//.gitlab-ci.yml@refs/heads/main';
const token = identityToken({ sub: subject, iss: issuer });
const statement = { _type: 'https://in-toto.io/Statement/v1', subject: [], predicateType: 'x', predicate: {} };

const signBy = ({ url }: SigstoreInstance) => signKeyless(statement, { token, fulcioUrl: url, rekorUrl: url });
const trustIn = ({ trustedRoot }: SigstoreInstance, who = { subject, issuer }) => ({
  keys: [],
  root: readTrustedRoot(trustedRoot),
  identities: [who],
});

let instance: SigstoreInstance;
let bundle: Buffer;

beforeAll(async () => {
  instance = await sigstoreInstance();
  bundle = await signBy(instance);
});

it('is signed by whoever the token names, under the trusted root', () => {
  const checked = checkBundle(bundle, trustIn(instance));
  expect(checked).toMatchObject({ trusted: true, by: { subject, issuer } });
  expect(JSON.parse(checked.payload!.toString())).toEqual(statement);
  expect(instance.asked).toEqual(['POST /api/v2/signingCert', 'POST /api/v1/log/entries']);
});

it.each([
  ['a pattern that fits', { subject: 'https://gitlab.example.com/team/*@refs/heads/main', issuer }, true],
  ['a pattern that ends elsewhere', { subject: 'https://gitlab.example.com/team/*@refs/tags/*', issuer }, false],
  ['a part of it', { subject: 'https://gitlab.example.com/team', issuer }, false],
  ['another identity', { subject: 'https://gitlab.example.com/other', issuer }, false],
  ['another issuer', { subject, issuer: 'https://evil.example.com' }, false],
  ['a pattern as the issuer', { subject, issuer: '*' }, false],
])('counts for %s: %#', (_what, who, trusted) => {
  const checked = checkBundle(bundle, trustIn(instance, who));
  expect(checked).toMatchObject(trusted ? { trusted } : { trusted, identity: { subject, issuer } });
  if (!trusted) expect(checked).toMatchObject({ why: `it is signed by ${subject} (${issuer}), who is not trusted` });
});

describe('does not count', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what is spoilt has no form
  type Material = Record<string, any>;

  /** The bundle with something else in it. */
  function changed(change: (material: Material, whole: Material) => void): Buffer {
    const whole = JSON.parse(bundle.toString());
    change(whole.verificationMaterial, whole);
    return Buffer.from(JSON.stringify(whole));
  }

  it.each<[string, () => Buffer, RegExp]>([
    [
      'with another time in the entry of the log',
      () => changed(({ tlogEntries: [entry] }) => Object.assign(entry, { integratedTime: '1700000000' })),
      /its certificate does not hold/,
    ],
    [
      'with another body in the entry of the log',
      () =>
        changed(({ tlogEntries: [entry] }) => {
          const body = Buffer.from(entry.canonicalizedBody, 'base64').toString();
          entry.canonicalizedBody = Buffer.from(body.replace(/"value":"./, '"value":"x')).toString('base64');
        }),
      /its certificate does not hold/,
    ],
    [
      'with another size of the log in the checkpoint',
      () =>
        changed(({ tlogEntries: [{ inclusionProof }] }) => {
          const { checkpoint } = inclusionProof;
          checkpoint.envelope = checkpoint.envelope.replace('\n1\n', '\n2\n');
        }),
      /its certificate does not hold/,
    ],
    [
      'without a proof of inclusion',
      () => changed(({ tlogEntries: [entry] }) => delete entry.inclusionProof),
      /no Sigstore bundle/,
    ],
    [
      'without an entry of a log',
      () => changed((material) => Object.assign(material, { tlogEntries: [] })),
      /does not hold/,
    ],
    [
      'with the same entry twice',
      () => changed(({ tlogEntries }) => tlogEntries.push(tlogEntries[0])),
      /its certificate does not hold/,
    ],
    [
      'about another statement',
      () =>
        changed((_material, { dsseEnvelope }) => {
          dsseEnvelope.payload = Buffer.from('{"_type":"other"}').toString('base64');
        }),
      /its certificate does not hold/,
    ],
    [
      'with a certificate that is none',
      () => changed((material) => Object.assign(material, { certificate: { rawBytes: 'MAA=' } })),
      /its certificate does not hold/,
    ],
  ])('%s', (_what, make, why) => {
    expect(checkBundle(make(), trustIn(instance))).toMatchObject({ trusted: false, why: expect.stringMatching(why) });
  });

  it('signed after its certificate had expired', async () => {
    const late = await sigstoreInstance({ logClock: new Date(Date.now() + 86_400_000) });
    const why = /its certificate does not hold/;
    expect(checkBundle(await signBy(late), trustIn(late))).toMatchObject({
      trusted: false,
      why: expect.stringMatching(why),
    });
  });

  it('with a certificate that stands in no log of certificates', async () => {
    const quiet = await sigstoreInstance({ withoutSct: true });
    const why = /does not hold \(expected 1 SCTs, got 0\)/;
    expect(checkBundle(await signBy(quiet), trustIn(quiet))).toMatchObject({
      trusted: false,
      why: expect.stringMatching(why),
    });
  });

  it('under the root of another instance, or of none', async () => {
    const other = await sigstoreInstance();
    const checked = checkBundle(bundle, trustIn(other));
    expect(checked).toMatchObject({ trusted: false, why: expect.stringMatching(/does not hold/) });
    expect(checked).not.toHaveProperty('identity');
    const why = 'it is signed with a certificate, and no trusted root was given';
    expect(checkBundle(bundle, { keys: [], identities: [{ subject, issuer }] })).toMatchObject({ trusted: false, why });
  });
});

describe('an instance that does not certify', () => {
  const answering = async (status: number, body: string) =>
    `http://${(await serve((request, response) => request.resume().on('end', () => response.writeHead(status).end(body)))).host}`;

  it.each([
    [400, `{"message":"the token ${token}\\nis expired"}`, /400\): the token \*\*\* is expired$/],
    [500, 'a page', /does not certify the signature \(500\)$/],
    [201, '{}', /answers in a form that is not known/],
    [201, '{"signedCertificateEmbeddedSct":{"chain":{"certificates":[]}}}', /in a form that is not known/],
  ])('is told in one line: %i %s', async (status, body, message) => {
    const fulcioUrl = await answering(status, body);
    const error = await signKeyless(statement, { token, fulcioUrl, rekorUrl: fulcioUrl }).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'AttestError', message: expect.stringMatching(message) });
    expect(error.message).not.toContain('\n');
  });

  it.each(['', 'x', 'a.b.c', identityToken({ sub: '', iss: issuer })])(
    'a token that names nobody is not sent: %j',
    async (bad) => {
      const before = instance.asked.length;
      const signed = signKeyless(statement, { token: bad, fulcioUrl: instance.url, rekorUrl: instance.url });
      await expect(signed).rejects.toMatchObject({ name: 'AttestError', message: /names nobody/ });
      expect(instance.asked).toHaveLength(before);
    },
  );
});
