import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAddress, podmanAddress } from './engine-address.ts';
import { dockerArchive, fixtureImage, sha256 } from './testing/image-builder.ts';
import { readSeen, temporaryDirectory } from './testing/reading.ts';

const directory = temporaryDirectory();

/** A settings folder of Docker with these contexts, the first one current. */
function settings(contexts: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  const folder = mkdtempSync(join(directory, 'settings-'));
  for (const [name, endpoint] of Object.entries(contexts)) {
    const at = join(folder, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: endpoint } }));
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: Object.keys(contexts)[0] }));
  return folder;
}

describe('the Docker engine is where its own command line finds it', () => {
  const two = settings({
    remote: { Host: 'tcp://a:1' },
    other: { Host: 'unix:///b' },
    lax: { Host: 'tcp://c', SkipTLSVerify: true },
  });
  it.each([
    ['nothing said', { HOME: directory }, 'unix:///var/run/docker.sock', false],
    ['DOCKER_HOST', { DOCKER_HOST: 'tcp://h:1', DOCKER_CONFIG: two }, 'tcp://h:1', true],
    ['the current context', { DOCKER_CONFIG: two }, 'tcp://a:1', true],
    ['DOCKER_CONTEXT', { DOCKER_CONFIG: two, DOCKER_CONTEXT: 'other' }, 'unix:///b', true],
    ['the default context', { DOCKER_CONFIG: two, DOCKER_CONTEXT: 'default' }, 'unix:///var/run/docker.sock', false],
  ])('%s', (_, environment, host, stated) => {
    expect(dockerAddress({ environment })).toEqual({ host, stated, tls: null });
  });

  it.each([
    [
      'a context that is not there',
      { DOCKER_CONFIG: two, DOCKER_CONTEXT: 'none' },
      'ENGINE_UNREACHABLE',
      /no Docker context "none"/,
    ],
    [
      'one that verifies nothing',
      { DOCKER_CONFIG: two, DOCKER_CONTEXT: 'lax' },
      'UNSUPPORTED',
      /"lax" asks for an engine whose certificate is not verified/,
    ],
    ['TLS that verifies nothing', { DOCKER_HOST: 'tcp://h', DOCKER_TLS: '1' }, 'UNSUPPORTED', /not verified/],
  ])('%s is refused', (_, environment, code, message) => {
    const attempt = () => dockerAddress({ environment });
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });

  it('ssh is refused clearly', async () => {
    const environment = { DOCKER_HOST: 'ssh://me@host' };
    await expect(readSeen('docker:app', { environment })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('forward the engine’s socket'),
    });
  });
});

it('Podman is where CONTAINER_HOST says, at the socket of the user, or at that of the system', () => {
  const runtime = mkdtempSync(join(directory, 'runtime-'));
  expect(podmanAddress({ environment: { CONTAINER_HOST: 'tcp://p:1' } })).toMatchObject({
    host: 'tcp://p:1',
    stated: true,
  });
  const system = { host: 'unix:///run/podman/podman.sock', tls: null, stated: false };
  expect(podmanAddress({ environment: { XDG_RUNTIME_DIR: runtime } })).toEqual(system);
  mkdirSync(join(runtime, 'podman'));
  writeFileSync(join(runtime, 'podman', 'podman.sock'), '');
  expect(podmanAddress({ environment: { XDG_RUNTIME_DIR: runtime } }).host).toBe(
    `unix://${runtime}/podman/podman.sock`,
  );
  expect(podmanAddress({})).toEqual(system);
});

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const noOpenssl = hasOpenssl() ? undefined : 'needs openssl';

describe.skipIf(noOpenssl)(`an engine over TLS${noOpenssl ? ` (skipped: ${noOpenssl})` : ''}`, () => {
  const image = fixtureImage({ layers: [[{ path: 'a', content: 'a' }]], names: ['app:1'] });
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
  let server: Server;
  let host: string;

  /** A folder as `DOCKER_CERT_PATH` names it. */
  const keys = (name: string, files: Readonly<Record<string, string>>) => {
    mkdirSync(join(directory, name), { recursive: true });
    for (const [to, from] of Object.entries(files)) {
      writeFileSync(join(directory, name, to), readFileSync(join(directory, from)));
    }
    return { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(directory, name) };
  };

  beforeAll(async () => {
    if (noOpenssl) return;
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    for (const ca of ['ca', 'other']) {
      openssl('req', '-x509', ...ec, '-keyout', `${ca}.key`, '-out', `${ca}.pem`, '-subj', `/CN=${ca}`, '-days', '2');
    }
    writeFileSync(join(directory, 'san'), 'subjectAltName=IP:127.0.0.1');
    for (const name of ['server', 'client']) {
      openssl('req', ...ec, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        '2',
        '-extfile',
        'san',
        '-out',
        `${name}.pem`,
      );
    }
    const read = (name: string) => readFileSync(join(directory, name));
    const tls = { key: read('server.key'), cert: read('server.pem'), ca: read('ca.pem'), requestCert: true };
    server = createServer(tls, (request, response) => {
      const described = {
        Id: sha256(image.config),
        RepoTags: image.names,
        Os: 'linux',
        Architecture: 'amd64',
        Size: 1,
      };
      response.end(request.url?.endsWith('/get') ? dockerArchive(image) : JSON.stringify(described));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

  it('is read with the keys of DOCKER_CERT_PATH', async () => {
    const environment = keys('good', { 'ca.pem': 'ca.pem', 'cert.pem': 'client.pem', 'key.pem': 'client.key' });
    const read = await readSeen('docker:app:1', { environment });
    expect(read).toMatchObject({ id: sha256(image.config), readFrom: 'export' });
  });

  it.each([
    ['another authority', { 'ca.pem': 'other.pem', 'cert.pem': 'client.pem', 'key.pem': 'client.key' }, /certificate/],
    ['no key', { 'ca.pem': 'ca.pem' }, /./],
    ['a key that is none', { 'ca.pem': 'ca.pem', 'cert.pem': 'san', 'key.pem': 'san' }, /./],
  ])('with %s it is an error on one line', async (name, files, message) => {
    const failure: unknown = await readSeen('docker:app:1', { environment: keys(name, files) }).catch((error) => error);
    expect(failure).toMatchObject({
      name: 'ImageError',
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringMatching(message),
    });
    expect(String(failure)).not.toContain('\n');
  });
});
