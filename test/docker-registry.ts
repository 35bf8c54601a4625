import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSign, randomUUID, X509Certificate } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, connect, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { sha256 } from '../packages/engine/src/image/testing/image-builder.ts';

/** Why no registry can be started here, or undefined when one can; said in the names of skipped tests. */
export const noDockerRegistry = ['/usr/bin/docker-registry', '/usr/bin/openssl'].every((path) => existsSync(path))
  ? undefined
  : 'needs a registry and openssl (scripts/install-test-parts.sh installs Debian’s docker-registry)';

/** The login of all registries that want one. */
export const login = { username: 'ci', password: 'ci-pass-word' };

export interface TestRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  stop(): Promise<void>;
}

export type RegistryKind = 'plain' | 'basic' | 'tls' | 'token';

/** An authority made for the test, with a certificate for this machine and for `registry.test`. */
export interface TestAuthority {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export function makeAuthority(folder: string): TestAuthority {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '2', '-subj', '/CN=test-ca', '-keyout', at('ca.key'), '-out', at('ca.crt'));
  openssl('req', ...key, '-subj', '/CN=registry.test', '-keyout', at('srv.key'), '-out', at('srv.csr'));
  writeFileSync(at('ext'), 'subjectAltName=DNS:registry.test,DNS:localhost,IP:127.0.0.1\n');
  const signed = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('ext'), '-days', '2'];
  openssl('x509', '-req', '-in', at('srv.csr'), '-out', at('srv.crt'), ...signed);
  return { ca: at('ca.crt'), certificate: at('srv.crt'), key: at('srv.key') };
}

/** Starts a registry over `folder`/data, which several may share. @param realm of the token server, for `token` */
export async function startRegistry(
  kind: RegistryKind,
  folder: string,
  authority: TestAuthority,
  realm = '',
): Promise<TestRegistry> {
  const port = await freePort();
  const own = join(folder, kind);
  mkdirSync(own, { recursive: true });
  const htpasswd = join(own, 'htpasswd');
  // bcrypt of the password above
  writeFileSync(htpasswd, `${login.username}:$2y$05$FHnZvdOy4cV9NhGUOBmuT.6.ZfCcOZsZWmyURFo1izmWdXCuw9f46\n`);
  const auth = {
    plain: {},
    basic: { auth: { htpasswd: { realm: 'test', path: htpasswd } } },
    tls: { auth: { htpasswd: { realm: 'test', path: htpasswd } } },
    token: { auth: { token: { realm, service: 'test', issuer: 'test', rootcertbundle: authority.certificate } } },
  }[kind];
  const tls = kind === 'tls' ? { tls: { certificate: authority.certificate, key: authority.key } } : {};
  const config = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: `127.0.0.1:${port}`, secret: 'test', ...tls },
    ...auth,
  };
  // JSON is YAML
  writeFileSync(join(own, 'config.yml'), JSON.stringify(config));
  const log = openSync(join(own, 'log'), 'w');
  const child = spawn('/usr/bin/docker-registry', ['serve', join(own, 'config.yml')], { stdio: ['ignore', log, log] });
  closeSync(log);
  const host = `127.0.0.1:${port}`;
  if (!(await answering(host, kind === 'tls', child))) {
    throw new Error(`the registry did not start: ${readFileSync(join(own, 'log'), 'utf8').slice(-1000)}`);
  }
  return { host, stop: () => ended(child) };
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(host: string, tls: boolean, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + 30_000;
  while (child.exitCode === null && Date.now() < deadline) {
    const answered = await new Promise<boolean>((resolve) => {
      const ask = tls ? httpsRequest : httpRequest;
      const ping = ask(`${tls ? 'https' : 'http'}://${host}/v2/`, { rejectUnauthorized: false }, (reply) => {
        reply.resume();
        resolve(true);
      });
      ping.on('error', () => resolve(false)).end();
    });
    if (answered) return true;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return false;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

/** Puts what an OCI layout has into a registry without a login, and tags what its index names. */
export async function push(
  host: string,
  repository: string,
  files: ReadonlyMap<string, Buffer>,
  tag = '1',
): Promise<void> {
  const base = `http://${host}/v2/${repository}`;
  const blobs = [...files].filter(([path]) => path.startsWith('blobs/')).map(([, bytes]) => bytes);
  for (const bytes of blobs) await putBlob(base, bytes);
  const { manifests } = JSON.parse(files.get('index.json')!.toString()) as {
    manifests: { digest: string; mediaType: string }[];
  };
  // inner ones first: a registry wants what a manifest names to be there
  for (const bytes of blobs.filter((each) => typeOf(each)?.includes('manifest')))
    await putManifest(base, sha256(bytes), bytes);
  for (const { digest } of manifests) await putManifest(base, tag, files.get(`blobs/${digest.replace(':', '/')}`)!);
}

function typeOf(bytes: Buffer): string | undefined {
  return bytes[0] === 0x7b ? (JSON.parse(bytes.toString()) as { mediaType?: string }).mediaType : undefined;
}

async function putBlob(base: string, bytes: Buffer): Promise<void> {
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const where = new URL(begun.headers.get('location')!, base);
  where.searchParams.set('digest', sha256(bytes));
  const put = await fetch(where, { method: 'PUT', body: new Uint8Array(bytes) });
  if (put.status !== 201) throw new Error(`blob: ${put.status} ${await put.text()}`);
}

async function putManifest(base: string, reference: string, bytes: Buffer): Promise<void> {
  const headers = { 'content-type': typeOf(bytes)! };
  const put = await fetch(`${base}/manifests/${reference}`, { method: 'PUT', body: new Uint8Array(bytes), headers });
  if (put.status !== 201) throw new Error(`manifest: ${put.status} ${await put.text()}`);
}

export interface TestServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** what was asked, a line each */
  readonly asked: string[];
  stop(): Promise<void>;
}

async function started(server: Server, asked: string[]): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A token server as the registry trusts it: everything for the login, without one only to pull below `public/`. */
export function startTokenServer(authority: TestAuthority): Promise<TestServer> {
  const key = readFileSync(authority.key);
  const x5c = [new X509Certificate(readFileSync(authority.certificate)).raw.toString('base64')];
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const expected = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url!, 'http://x');
    const given = request.headers.authorization;
    asked.push(`${given === undefined ? 'nobody' : 'somebody'} ${searchParams.getAll('scope').join(' ')}`);
    if (given !== undefined && given !== expected) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"details":"wrong login"}');
      return;
    }
    const access = searchParams.getAll('scope').map((scope) => {
      const [type, name = '', actions = ''] = scope.split(':');
      const granted = given !== undefined || name.startsWith('public/');
      return { type, name, actions: granted ? actions.split(',') : [] };
    });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'test',
      sub: '',
      aud: 'test',
      iat: now,
      nbf: now - 5,
      exp: now + 60,
      jti: randomUUID(),
      access,
    };
    const body = `${encoded({ typ: 'JWT', alg: 'RS256', x5c })}.${encoded(claims)}`;
    const token = `${body}.${createSign('RSA-SHA256').update(body).sign(key, 'base64url')}`;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token, expires_in: 60 }));
  });
  return started(server, asked);
}

/** A proxy that leads every name to one port of this machine. */
export function startProxy(target: string): Promise<TestServer> {
  const [address, port] = target.split(':');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { host, pathname } = new URL(request.url!);
    asked.push(`${request.method} ${host}`);
    const headers = { ...request.headers, host };
    const onward = httpRequest({ host: address, port, path: pathname, headers }, (reply: IncomingMessage) => {
      response.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    const onward = connect(Number(port), address, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    const end = () => {
      onward.destroy();
      socket.destroy();
    };
    onward.on('error', end).on('close', end);
    socket.on('error', end).on('close', end);
  });
  return started(server, asked);
}
