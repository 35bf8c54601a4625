import { expect, it } from 'vitest';
import { readTrustedRoot } from '../signing/check-signer.ts';
import { certifiedBlob, identityToken, sigstoreInstance } from '../signing/testing/sigstore-instance.ts';
import { checkSimpleSignature } from './simple-signing.ts';

const issuer = 'https://issuer.example.com';
const subject = 'https://ci.example.com/app@refs/tags/v1';
const digest = `sha256:${'1'.repeat(64)}`;

it('in cosign’s older form counts by an identity, too', async () => {
  const instance = await sigstoreInstance();
  const critical = { image: { 'docker-manifest-digest': digest }, type: 'cosign container image signature' };
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
  const { annotations } = await certifiedBlob(payload, instance, identityToken({ sub: subject, iss: issuer }));
  const root = readTrustedRoot(instance.trustedRoot);
  const trust = { keys: [], root, identities: [{ subject: 'https://ci.example.com/app@refs/tags/*', issuer }] };
  const check = (more: Record<string, string> = {}, given = trust, of = payload) =>
    checkSimpleSignature(of, { ...annotations, ...more }, digest, given);
  expect(check()).toEqual({ trusted: true, by: { subject, issuer } });
  const others = { ...trust, identities: [{ subject: 'https://ci.example.com/other', issuer }] };
  expect(check({}, others)).toMatchObject({ trusted: false, identity: { subject, issuer } });
  const log = JSON.parse(annotations['dev.sigstore.cosign/bundle']!);
  const later = { ...log, Payload: { ...log.Payload, integratedTime: log.Payload.integratedTime + 1 } };
  const spoilt: [Record<string, string>, RegExp][] = [
    [{ 'dev.sigstore.cosign/bundle': JSON.stringify(later) }, /its certificate does not hold/],
    [{ 'dev.sigstore.cosign/bundle': '{}' }, /cannot be read/],
    [{ 'dev.sigstore.cosign/bundle': '' }, /cannot be read/],
    [{ 'dev.sigstore.cosign/certificate': 'none' }, /cannot be read/],
    [{ 'dev.cosignproject.cosign/signature': 'AAAA' }, /its certificate does not hold/],
  ];
  for (const [more, why] of spoilt) expect(check(more)).toEqual({ trusted: false, why: expect.stringMatching(why) });
  const { 'dev.sigstore.cosign/bundle': _, ...withoutLog } = annotations;
  const why = expect.stringMatching(/its certificate does not hold/);
  expect(checkSimpleSignature(payload, withoutLog, digest, trust)).toEqual({ trusted: false, why });
  expect(check({}, trust, Buffer.concat([payload, payload]))).toEqual({ trusted: false, why });
  expect(checkSimpleSignature(payload, annotations, `sha256:${'2'.repeat(64)}`, trust)).toEqual({
    trusted: false,
    why: 'it is about another image',
  });
});
