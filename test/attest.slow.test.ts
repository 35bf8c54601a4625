import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureImage, ociLayoutFiles, sha256 } from '../packages/engine/src/image/testing/image-builder.ts';
import { identityToken, sigstoreInstance } from '../packages/engine/src/signing/testing/sigstore-instance.ts';
import { makeAuthority, noDockerRegistry, push, startRegistry, type TestRegistry } from './docker-registry.ts';
import { cleanLayers, dpkgStatus, osRelease, writeImage } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
import { writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
const at = (name: string) => join(scratch.path, name);
const dbDir = at('db');
let registry: TestRegistry;
const named = (name: string) => `${registry.host}/team/${name}:1`;

function keyPair(name: string, kind: 'ed25519' | 'ec') {
  const pair = kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  writeFileSync(at(`${name}.key`), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(at(`${name}.pub`), pair.publicKey.export({ type: 'spki', format: 'pem' }));
}

async function scanned(name: string, ...more: string[]): Promise<string> {
  const file = at(`${name}.json`);
  const args = ['--db-dir', dbDir, '--no-update', '--no-cache', '--at', feedsDay, '--format', `json=${file}`];
  const { stderr, status } = await plimsoll(['scan', `registry:${named(name)}`, ...args, ...more]);
  expect([0, 1], stderr).toContain(status);
  return file;
}

/** What cosign hangs to an image: one payload, with its signature beside it. */
function signatureFiles(payload: Buffer, signature: string): Map<string, Buffer> {
  const config = Buffer.from('{}');
  const named = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: sha256(bytes), size: bytes.length });
  const annotations = { 'dev.cosignproject.cosign/signature': signature };
  const layer = { ...named(payload, 'application/vnd.dev.cosign.simplesigning.v1+json'), annotations };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const body = { schemaVersion: 2, mediaType, config: named(config, 'application/vnd.oci.image.config.v1+json') };
  const manifest = Buffer.from(JSON.stringify({ ...body, layers: [layer] }));
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [named(manifest, mediaType)] }));
  const blobs = [config, payload, manifest].map(
    (bytes) => [`blobs/${sha256(bytes).replace(':', '/')}`, bytes] as const,
  );
  return new Map([['index.json', index], ...blobs]);
}

const attest = (file: string, ...more: string[]) => plimsoll(['attest', file, '--key', at('own.key'), ...more]);
const verify = (image: string, ...more: string[]) => plimsoll(['verify', image, '--at', feedsDay, ...more]);
const trusting = ['--key', ''];

describe.skipIf(noDockerRegistry)(
  `attestations of results${noDockerRegistry ? ` (skipped: ${noDockerRegistry})` : ''}`,
  () => {
    beforeAll(async () => {
      trusting[1] = at('own.pub');
      keyPair('own', 'ec');
      keyPair('other', 'ed25519');
      writeSmallMirror(at('mirror'));
      await buildDatabase(dbDir, at('mirror'), ['debian-12', 'eol', 'kev']);
      registry = await startRegistry('plain', at('registry'), makeAuthority(scratch.path));
      for (const name of ['good', 'bare']) await push(registry.host, `team/${name}`, files(cleanLayers));
      await push(registry.host, 'team/bad', files([[osRelease, dpkgStatus({ curl: '7.88.1-10+deb12u1' })]]));
    });
    afterAll(async () => {
      await registry?.stop();
      scratch.remove();
    });

    const files = (layers: typeof cleanLayers) => ociLayoutFiles([fixtureImage({ layers })]);

    it('let an image pass that the gate let pass, by the key that signed', async () => {
      const { status, stdout, stderr } = await attest(await scanned('good'));
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stdout).toMatch(/^127\.0\.0\.1:\d+\/team\/good@sha256:[0-9a-f]{64}\n$/);
      const passed = await verify(named('good'), ...trusting, '--require-policy', 'default', '--max-age', '0');
      expect(passed).toMatchObject({ status: 0, stderr: '' });
      expect(passed.stdout).toMatch(/^PASS {2}127\S+team\/good@sha256:\w+\n {2}judged for 2026-08-22 by default: /);
    });

    it('are found again after a second one, in the index that old registries have instead of referrers', async () => {
      const index = async () => {
        const { subject } = JSON.parse((await verify(named('good'), ...trusting, '--format', 'json')).stdout);
        const tag = subject.split('@')[1].replace(':', '-');
        const answer = await fetch(`http://${registry.host}/v2/team/good/manifests/${tag}`, {
          headers: { accept: 'application/vnd.oci.image.index.v1+json' },
        });
        return ((await answer.json()) as { manifests: object[] }).manifests;
      };
      expect(await index()).toMatchObject([
        { artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json', mediaType: /oci\.image\.manifest/ },
      ]);
      const other = ['--key', at('other.key')];
      expect((await plimsoll(['attest', at('good.json'), ...other])).status).toBe(0);
      // the same again is the same
      expect((await plimsoll(['attest', at('good.json'), ...other])).status).toBe(0);
      expect(await index()).toHaveLength(2);
      const { attestations } = JSON.parse((await verify(named('good'), ...trusting, '--format', 'json')).stdout);
      expect(attestations).toMatchObject([
        { problems: [], verdict: { result: 'warn', exitCode: 0 } },
        { signer: null, verdict: null, problems: ['no key that was given signed it'] },
      ]);
    });

    it('stop an image that the gate stopped', async () => {
      expect((await attest(await scanned('bad'))).status).toBe(0);
      const { status, stdout } = await verify(named('bad'), ...trusting);
      expect({ status, stdout }).toMatchObject({
        status: 1,
        stdout: /^FAIL.*\n.* its gate ended with 1 \(known-exploited/,
      });
    });

    it('of today count more than those of yesterday', async () => {
      const bundle = async (day: string, name: string) => {
        await scanned(name, '--at', day, '--max-db-age', '99');
        expect((await attest(at(`${name}.json`), '--no-push', '--output', at(`${day}-${name}`))).status).toBe(0);
        return at(`${day}-${name}`);
      };
      const [before, after] = [await bundle('2026-08-20', 'good'), await bundle('2026-08-21', 'good')];
      const bundles = ['--bundle', before, '--bundle', after];
      const { stdout } = await verify(named('good'), ...trusting, ...bundles, '--format', 'json');
      expect(JSON.parse(stdout)).toMatchObject({ exitCode: 0, attestations: [{ bundle: after }, { bundle: before }] });
      const old = await verify(named('good'), ...trusting, ...bundles, '--max-age', '0');
      expect(old).toMatchObject({ status: 5, stdout: /2026-08-21, 1 days before 2026-08-22/ });
      const later = await verify(named('good'), ...trusting, ...bundles, '--at', '2026-08-19');
      expect(later).toMatchObject({ status: 1, stdout: /2026-08-21, which is after 2026-08-19/ });
    });

    it.each([
      ['nobody attested anything', 'bare', [], 1, /nothing attests that it was judged/],
      ['only others signed', 'good', ['--key', 'third.pub'], 1, /no attestation of it counts/],
      [
        'another policy judged',
        'good',
        [...trusting, '--require-policy', 'pci-dss-4'],
        1,
        /not judged by the policy pci/,
      ],
    ])('do not let an image pass of which %s', async (_what, name, more, status, message) => {
      keyPair('third', 'ec');
      const key = more.length === 0 ? trusting : more.map((word) => (word.endsWith('.pub') ? at('third.pub') : word));
      const given = key.map((word) => (word === '' ? at('own.pub') : word));
      expect(await verify(named(name), ...given)).toMatchObject({ status, stdout: message });
    });

    it('count only for the image that they are about, and only with every byte that was signed', async () => {
      const file = at('good.bundle');
      expect((await attest(at('good.json'), '--no-push', '--output', file)).status).toBe(0);
      const moved = await verify(named('bad'), ...trusting, '--bundle', file);
      expect(moved).toMatchObject({ status: 1, stdout: /it is about another image/ });
      const bundle = JSON.parse(readFileSync(file, 'utf8'));
      const statement = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString();
      const other = Buffer.from(statement.replace('"result":"warn"', '"result":"pass"'));
      expect(other.toString()).not.toBe(statement);
      const forged = [
        { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload: other.toString('base64') } },
        { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [] } },
        { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payloadType: 'text/plain' } },
        { ...bundle, verificationMaterial: { certificate: { rawBytes: 'MAA=' } } },
        { mediaType: bundle.mediaType },
        'no bundle at all',
      ];
      for (const each of forged) {
        writeFileSync(at('forged'), JSON.stringify(each));
        const { status, stdout, stderr } = await verify(named('good'), ...trusting, '--bundle', at('forged'));
        expect({ status, stderr }, JSON.stringify(each).slice(0, 80)).toEqual({ status: 1, stderr: '' });
        expect(stdout).toContain('no attestation of it counts');
      }
    });

    it('are no signatures, which policies can ask for', async () => {
      writeFileSync(
        at('signed.yaml'),
        `name: signed
rules:
  - id: not-signed
    scope: image
    when: "!image.signed"
    action: deny
    message: "{image.signaturesKnown ? 'nobody who counts signed it' : 'who signed it is not known'}"
`,
      );
      const scan = (...more: string[]) =>
        plimsoll(['scan', ...more, '--db-dir', dbDir, '--no-update', '--at', feedsDay, '--policy', at('signed.yaml')]);
      const image = `registry:${named('good')}`;
      const key = ['--signature-key', at('own.pub')];
      expect(await scan(image, ...key)).toMatchObject({ status: 1, stdout: /nobody who counts signed it/ });
      expect(await scan(image)).toMatchObject({ status: 1, stdout: /who signed it is not known/ });
      // as `cosign sign --key` has it
      const { subject } = JSON.parse((await verify(named('good'), ...trusting, '--format', 'json')).stdout);
      const digest = subject.split('@')[1];
      const type = 'cosign container image signature';
      const critical = { identity: { 'docker-reference': '' }, image: { 'docker-manifest-digest': digest }, type };
      const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
      const signature = sign('sha256', payload, createPrivateKey(readFileSync(at('own.key')))).toString('base64');
      await push(registry.host, 'team/good', signatureFiles(payload, signature), `${digest.replace(':', '-')}.sig`);
      const passed = await scan(image, ...key, '--format', 'json');
      expect(passed.status).toBe(0);
      const result = JSON.parse(passed.stdout);
      expect(result.facts.signatures).toMatchObject([{ digest, verified: true, problem: null }]);
      expect(result.inputs.settings.signatures.keys).toEqual([result.facts.signatures[0].key]);
      // a result can be judged again, and a key that signed nothing is no key of a signature
      writeFileSync(at('signed.json'), passed.stdout);
      const again = await plimsoll([
        'replay',
        at('signed.json'),
        '--db-dir',
        dbDir,
        '--no-update',
        '--policy',
        at('signed.yaml'),
      ]);
      expect(again.status, again.stderr).toBe(0);
      keyPair('stranger', 'ed25519');
      expect(await scan(image, '--signature-key', at('stranger.pub'))).toMatchObject({ status: 1 });
      // an archive has none
      const archive = await scan(writeImage(scratch.path, 'app', cleanLayers), ...key);
      expect(archive).toMatchObject({ status: 1, stdout: /not known/, stderr: /who signed it is not known/ });
    });

    it('are signed by an identity instead of a key', async () => {
      const [instance] = await Promise.all([sigstoreInstance(), scanned('good')]);
      const [issuer, subject] = ['https://gitlab.example.com', 'https://gitlab.example.com/team/app@refs/heads/main'];
      const token = identityToken({ sub: subject, iss: issuer });
      writeFileSync(at('token'), `${token}\n`);
      writeFileSync(at('root.json'), instance.trustedRoot);
      const from = ['--fulcio-url', instance.url, '--rekor-url', instance.url];
      const keyless = ['attest', at('good.json'), '--keyless', ...from];
      expect(await plimsoll(keyless)).toMatchObject({ status: 2, stderr: /wants an identity token/ });
      const env = { SIGSTORE_ID_TOKEN: token };
      expect(await plimsoll(keyless, { env })).toMatchObject({ status: 0, stdout: /@sha256:/ });
      expect((await plimsoll([...keyless, '--identity-token', at('token')])).status).toBe(0);
      const by = (identity: string, by = issuer) =>
        verify(
          named('good'),
          ...['--trusted-root', at('root.json'), '--certificate-identity', identity, '--certificate-oidc-issuer', by],
        );
      expect(await by(subject)).toMatchObject({ status: 0, stdout: /signed by https:\/\/gitlab\.example\.com\/team/ });
      expect((await by('https://gitlab.example.com/team/*@refs/heads/main')).status).toBe(0);
      expect(await by('https://gitlab.example.com/other')).toMatchObject({ status: 1, stdout: /who is not trusted/ });
      expect((await by(subject, 'https://evil.example.com')).status).toBe(1);
      const down = ['attest', at('good.json'), '--keyless', '--fulcio-url', `http://${registry.host}`];
      const failed = await plimsoll(down, { env });
      expect(failed).toMatchObject({ status: 3, stderr: /^plimsoll: \S+ does not certify the signature \(404\)\n$/ });
    });

    it('are not made for an image that is another than the result’s', async () => {
      const { status, stderr } = await attest(at('good.json'), '--image', named('bad'));
      expect(status).toBe(3);
      expect(stderr).toMatch(/^plimsoll: 127\S+team\/bad:1 is another image \(sha256:\w+\) than the result is of/);
    });

    it.each([
      [['attest', 'RESULT'], /needs a private key/],
      [['attest', 'RESULT', '--key', 'PUB'], /holds no private key/],
      [['attest', 'RESULT', '--key', 'KEY', '--no-push'], /leave nothing behind/],
      [['attest', 'LOCAL', '--key', 'KEY'], /local\.json is of app\.tar: say where that is in a registry/],
      [['verify', 'IMAGE'], /whom to trust/],
      [['verify', 'IMAGE', '--key', 'RESULT'], /holds no public key/],
      [['verify', 'IMAGE', '--trusted-root', 'RESULT'], /certificate-identity/],
      [
        [
          'verify',
          'IMAGE',
          '--trusted-root',
          'RESULT',
          '--certificate-identity',
          'a',
          '--certificate-oidc-issuer',
          'b',
        ],
        /no trusted root/,
      ],
    ])('%j is a wrong command line', async (words, message) => {
      const result = JSON.parse(readFileSync(at('good.json'), 'utf8'));
      const local = { ...result, image: { ...result.image, reference: 'app.tar' } };
      writeFileSync(at('local.json'), JSON.stringify(local));
      const meant = {
        LOCAL: at('local.json'),
        RESULT: at('good.json'),
        PUB: at('own.pub'),
        KEY: at('own.key'),
        IMAGE: named('good'),
      };
      const ran = await plimsoll(words.map((word) => meant[word as keyof typeof meant] ?? word));
      expect(ran).toMatchObject({ status: 2, stdout: '', stderr: message });
    });
  },
);
