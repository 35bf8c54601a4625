import { execFile, execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerArchive, fixtureImage, ociLayoutFiles } from '../packages/engine/src/image/testing/image-builder.ts';
import {
  login,
  makeAuthority,
  noDockerRegistry,
  push,
  startRegistry,
  type TestAuthority,
  type TestRegistry,
} from './docker-registry.ts';
import { cleanLayers, dpkgStatus, osRelease } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { buildDatabase, feedsDay } from './scans.ts';
import { writeSmallMirror } from './small-mirror.ts';

const noSkopeo = existsSync('/usr/bin/skopeo') ? undefined : 'needs skopeo (scripts/install-test-parts.sh installs it)';
const why = noDockerRegistry ?? noSkopeo;

const scratch = scratchFolder();
const at = (name: string) => join(scratch.path, name);
const dbDir = at('db');
/** a login for the registry that wants one */
const logins = at('logins.json');
let staging: TestRegistry;
let production: TestRegistry;
let authority: TestAuthority;

const stopped: typeof cleanLayers = [[osRelease, dpkgStatus({ curl: '7.88.1-10+deb12u1' })]];
const image = (layers: typeof cleanLayers, platform = 'linux/amd64') =>
  fixtureImage({ layers, platform, names: ['app:1'] });
const judged = ['--db-dir', dbDir, '--no-update', '--no-cache', '--at', feedsDay];
const reaching = () => ['--registry-ca', authority.ca];
const env = { REGISTRY_AUTH_FILE: logins };

const promote = (source: string, destination: string, ...more: string[]) =>
  plimsoll(['promote', source, destination, ...judged, ...reaching(), ...more], { env });

/** What skopeo finds there: none of our own code. */
async function digestOf(reference: string): Promise<string | null> {
  const tls = reference.startsWith(staging.host) ? '--tls-verify=false' : `--cert-dir=${at('certs')}`;
  const args = ['inspect', '--raw', tls, '--authfile', logins, `docker://${reference}`];
  const raw = await promisify(execFile)('skopeo', args, { encoding: 'buffer' }).catch(() => null);
  if (raw === null) return null;
  writeFileSync(at('raw'), raw.stdout);
  return execFileSync('skopeo', ['manifest-digest', at('raw')], { encoding: 'utf8' }).trim();
}

describe.skipIf(why)(`promote${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    writeSmallMirror(at('mirror'));
    await buildDatabase(dbDir, at('mirror'), ['debian-12', 'eol', 'kev']);
    authority = makeAuthority(scratch.path);
    execFileSync('sh', ['-c', `mkdir ${at('certs')} && cp ${authority.ca} ${at('certs')}/ca.crt`]);
    [staging, production] = await Promise.all([
      startRegistry('plain', at('staging'), authority),
      startRegistry('tls', at('production'), authority),
    ]);
    const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
    writeFileSync(logins, JSON.stringify({ auths: { [production.host]: { auth } } }));
    const files = (...images: ReturnType<typeof image>[]) => ociLayoutFiles(images, { nested: images.length > 1 });
    await push(staging.host, 'team/good', files(image(cleanLayers)));
    await push(staging.host, 'team/bad', files(image(stopped)));
    await push(staging.host, 'team/many', files(image(cleanLayers), image(cleanLayers, 'linux/s390x')));
    await push(staging.host, 'team/half', files(image(cleanLayers), image(stopped, 'linux/s390x')));
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(at('own.key'), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(at('own.pub'), pair.publicKey.export({ type: 'spki', format: 'pem' }));
  });
  afterAll(async () => {
    await Promise.all([staging?.stop(), production?.stop()]);
    scratch.remove();
  });

  it.each(['good', 'many'])('copies %s on pass, with its digest, to a registry with TLS and a login', async (name) => {
    const source = `${staging.host}/team/${name}:1`;
    const destination = `${production.host}/prod/${name}:1.0`;
    const { status, stdout, stderr } = await promote(`registry:${source}`, destination);
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: /copied: [0-9]+ blobs sent/ });
    const digest = await digestOf(source);
    expect(digest).toMatch(/^sha256:/);
    expect(await digestOf(destination)).toBe(digest);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`${destination}@${digest}`);
    expect(stdout).toContain('The image may pass');
    // every byte of it is there
    const to = `dir:${at(`copy-${name}`)}`;
    execFileSync('mkdir', ['-p', at(`copy-${name}`)]);
    const args = ['copy', '--all', '-q', '--src-cert-dir', at('certs'), '--authfile', logins];
    await promisify(execFile)('skopeo', [...args, `docker://${destination}`, to]);
  });

  it.each([
    ['an image that the gate stops', 'bad'],
    ['an index of which the gate stops one platform', 'half'],
  ])('ends with 1 and touches nothing for %s', async (_what, name) => {
    const destination = `${production.host}/prod/${name}:1.0`;
    const { status, stdout, stderr } = await promote(`registry:${staging.host}/team/${name}:1`, destination);
    expect({ status, stdout }).toMatchObject({ status: 1, stdout: /FAIL/ });
    expect(stderr).toContain(`${destination} is not touched: the gate ended with 1`);
    expect(await digestOf(destination)).toBeNull();
  });

  it('mounts within one registry, and takes signatures, attestations and SBOMs along', async () => {
    const source = `${staging.host}/team/good:1`;
    const result = at('good.json');
    await plimsoll(['scan', `registry:${source}`, ...judged, '--format', `json=${result}`]);
    expect((await plimsoll(['attest', result, '--key', at('own.key')])).status).toBe(0);
    const digest = (await digestOf(source))!;
    const tag = digest.replace(':', '-');
    // what cosign pushes beside an image is an image manifest under a tag
    await push(staging.host, 'sig', ociLayoutFiles([fixtureImage({ layers: [[{ path: 'a', content: 'sig' }]] })]));
    const copy = ['copy', '-q', '--src-tls-verify=false', '--dest-tls-verify=false'];
    for (const ending of ['sig', 'sbom']) {
      const to = `docker://${staging.host}/team/good:${tag}.${ending}`;
      execFileSync('skopeo', [...copy, `docker://${staging.host}/sig:1`, to]);
    }
    const destination = `${staging.host}/live/good:1`;
    const { status, stderr } = await promote(`registry:${source}`, destination, '--format', 'json');
    expect({ status, stderr }).toMatchObject({
      status: 0,
      stderr: /copied, with 3 signatures, attestations and SBOMs: 0 blobs sent, [1-9][0-9]* mounted, 0 there already/,
    });
    for (const ending of ['', '.sig', '.sbom'])
      expect(await digestOf(`${staging.host}/live/good:${tag}${ending}`)).not.toBeNull();
    const verified = await plimsoll(['verify', destination, '--key', at('own.pub'), '--at', feedsDay]);
    expect(verified).toMatchObject({ status: 0, stdout: /^PASS/ });
  });

  it('lets an attestation decide instead of a scan', async () => {
    const by = ['--attestation', '--key', at('own.pub'), '--max-age', '1'];
    const destination = `${production.host}/attested/app:1`;
    const run = (name: string, ...more: string[]) =>
      plimsoll(
        ['promote', `${staging.host}/team/${name}:1`, destination, ...by, '--at', feedsDay, ...reaching(), ...more],
        { env },
      );
    // of many one platform is the good image, and nobody attests the other
    for (const [name, reason] of [
      ['many', /nothing attests that it was judged/],
      ['bad', /nothing attests that it was judged/],
    ] as const)
      expect(await run(name)).toMatchObject({ status: 1, stdout: reason });
    expect(await run('good', '--require-policy', 'pci-dss-4')).toMatchObject({ status: 1, stdout: /pci-dss-4/ });
    expect(await run('good', '--at', '2026-09-01')).toMatchObject({ status: 5, stdout: /10 days before/ });
    expect(await digestOf(destination)).toBeNull();
    const { status, stdout } = await run('good');
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: /^PASS/ });
    expect(await digestOf(destination)).toBe(await digestOf(`${staging.host}/team/good:1`));
  });

  it('pushes an archive on pass', async () => {
    writeFileSync(at('app.tar'), dockerArchive(image(cleanLayers), { shape: 'kaniko' }));
    const destination = `${production.host}/prod/tar:1`;
    const { status, stdout } = await promote(`file://${at('app.tar')}`, destination);
    expect(status).toBe(0);
    expect(stdout).toContain(`${destination}@${await digestOf(destination)}`);
    writeFileSync(at('bad.tar'), dockerArchive(image(stopped)));
    expect((await promote(at('bad.tar'), `${production.host}/prod/bad-tar:1`)).status).toBe(1);
    expect(await digestOf(`${production.host}/prod/bad-tar:1`)).toBeNull();
  });

  it('takes an image by its digest, and one that is there already is promoted to itself', async () => {
    const name = `${staging.host}/team/good`;
    const digest = await digestOf(`${name}:1`);
    const same = await promote(`${name}:1`, `${name}:1`);
    expect(same).toMatchObject({ status: 0, stderr: /copied.*: 0 blobs sent, 0 mounted/ });
    const { status, stdout } = await promote(`${name}@${digest}`, `${staging.host}/live/pinned:1`, '--format', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).image.digest).toBe(digest);
    expect(await digestOf(`${staging.host}/live/pinned:1`)).toBe(digest);
  });

  it('refuses an archive that is compressed as a whole, before it judges', async () => {
    writeFileSync(at('app.tar.gz'), gzipSync(dockerArchive(image(cleanLayers))));
    expect(await promote(at('app.tar.gz'), `${production.host}/prod/gz:1`)).toEqual({
      status: 3,
      stdout: '',
      stderr: `plimsoll: ${at('app.tar.gz')}: compressed as a whole (gzip); unpack it first\n`,
    });
  });

  it('fails with 3 where the registry refuses the push after a pass, and the verdict stays', async () => {
    const destination = `${production.host}/prod/app:1`;
    const source = `registry:${staging.host}/team/good:1`;
    const args = ['promote', source, destination, ...judged, ...reaching(), '--format', `json=${at('verdict.json')}`];
    const { status, stderr } = await plimsoll(args);
    expect({ status, stderr }).toMatchObject({
      status: 3,
      stderr:
        /^plimsoll: blob sha256:\w+: the registry \S+ denies access \(401\).*\(no credentials for it were found\)\n$/,
    });
    expect(JSON.parse(readFileSync(at('verdict.json'), 'utf8')).verdict.exitCode).toBe(0);
  });

  it.each([
    [['docker:app:1', 'r.example.com/app:1'], /the source is in docker: .* save it first/],
    [['app.tar', 'r.example.com/app'], /name it with its tag/],
    [['app.tar', `r.example.com/app@sha256:${'0'.repeat(64)}`], /name it with its tag/],
    [['app.tar', 'r.example.com/APP:1'], /small letters/],
    [['', 'r.example.com/app:1'], /names nothing/],
    [['r.example.com/a:1', 'r.example.com/app:1', '--no-gate'], /unknown option '--no-gate'/],
  ])('%j is a wrong command line', async (words, message) => {
    expect(await plimsoll(['promote', ...words])).toMatchObject({ status: 2, stdout: '', stderr: message });
  });
});
