import { createHash, generateKeyPairSync } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  certifiedBlob,
  identityToken,
  sigstoreInstance,
} from '../packages/engine/src/signing/testing/sigstore-instance.ts';
import {
  login,
  makeAuthority,
  noDockerRegistry,
  startRegistry,
  type TestAuthority,
  type TestRegistry,
} from './docker-registry.ts';
import { dpkgStatus, osRelease, writeImage } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (name: string) => join(scratch.path, name);
const [mirror, dbDir] = [at('mirror'), at('db')];
const image = writeImage(scratch.path, 'vulnerable', [[osRelease, dpkgStatus({ openssl: '3.0.9-1' })]]);
const day = '2026-08-22';

const keys = ['ed25519', 'ec'].map((kind) => {
  const pair = kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const [key, pub] = [at(`${kind}.key`), at(`${kind}.pub`)];
  writeFileSync(key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(pub, pair.publicKey.export({ type: 'spki', format: 'pem' }));
  return { key, pub };
});
const [first, second] = [keys[0]!, keys[1]!];

const build = (...more: string[]) =>
  plimsoll(['db', 'build', '--quiet', '--mirror', mirror, '--db-dir', dbDir, '--as-of', day, ...more]);

/** Every vulnerability that a scan with an empty cache finds, its exit code, and its notes. */
async function scanFrom(catalog: string, ...more: string[]) {
  const [db, json] = [at('scan-db'), at('result.json')];
  rmSync(db, { recursive: true, force: true });
  const args = ['--db-dir', db, '--catalog', catalog, '--at', day, '--no-cache', '--format', `json=${json}`];
  const outcome = await plimsoll(['scan', image, ...args, ...more]);
  const result = JSON.parse(readFileSync(json, 'utf8')) as {
    findings: { id: string }[];
    inputs: { advisories: Record<string, string>; missing: string[] };
  };
  return { ...outcome, ids: result.findings.map(({ id }) => id), inputs: result.inputs };
}

beforeAll(async () => {
  writeSmallMirror(mirror);
  const { status, stderr } = await build('--sign-key', first.key);
  expect(status, stderr).toBe(0);
});

describe.skipIf(noDockerRegistry)(
  `a catalog in a registry${noDockerRegistry ? ` (skipped: ${noDockerRegistry})` : ''}`,
  () => {
    let authority: TestAuthority;
    let registry: TestRegistry;
    let pinned: string;
    beforeAll(async () => {
      authority = makeAuthority(scratch.path);
      registry = await startRegistry('plain', at('registry'), authority);
    });
    afterAll(() => registry?.stop());
    const push = (...more: string[]) =>
      plimsoll([
        'db',
        'push',
        `${registry.host}/team/advisories`,
        `${registry.host}/team/advisories:dated`,
        '--db-dir',
        dbDir,
        ...more,
      ]);

    it('is pushed once, under every tag, and its digest is told', async () => {
      const { status, stdout, stderr } = await push('--sign-key', first.key);
      expect(status, stderr).toBe(0);
      const lines = stdout.trim().split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[0]).toMatch(/^oci:\/\/127\.0\.0\.1:\d+\/team\/advisories@sha256:[0-9a-f]{64}$/);
      expect(lines[1]).toBe(lines[0]);
      pinned = lines[0]!;
      expect((await push('--sign-key', first.key)).stderr).toMatch(/ 0 blobs sent/);
    });

    it('is scanned from: only the needed shards come, and the same is found as from the directory', async () => {
      const catalog = `oci://${registry.host}/team/advisories`;
      const scan = await scanFrom(catalog, '--catalog-key', second.pub, '--catalog-key', first.pub);
      expect(scan.ids).toContain('CVE-2023-5363');
      expect(scan.inputs).toEqual((await scanFrom(dbDir)).inputs);
      expect(readdirSync(at('scan-db/shards'))).toHaveLength(3);
      expect(readdirSync(at('scan-db/tmp'))).toEqual([]);
    });

    it('is refused with exit 5 when its signature is of another key', async () => {
      const scan = await scanFrom(`oci://${registry.host}/team/advisories`, '--catalog-key', second.pub);
      expect(scan.status).toBe(5);
      expect(scan.stderr).toContain('not signed with a key that is configured');
      expect(scan.inputs.missing).toContain('debian-12');
    });

    it('is pulled whole, and what was pulled can be fetched from', async () => {
      const [copy, args] = [at('copy'), ['--catalog-key', first.pub]];
      const pulled = await plimsoll([
        'db',
        'pull',
        `oci://${registry.host}/team/advisories:dated`,
        '--db-dir',
        copy,
        ...args,
      ]);
      expect(pulled.status, pulled.stderr).toBe(0);
      expect(readFileSync(join(copy, 'catalog.json'), 'utf8')).toBe(readFileSync(join(dbDir, 'catalog.json'), 'utf8'));
      rmSync(join(copy, 'shards'), { recursive: true });
      expect((await scanFrom(copy)).ids).toContain('CVE-2023-5363');
      const diff = await plimsoll(['db', 'diff', copy, dbDir]);
      expect(diff.stdout).toBe('0 shards, 0 records differ\n');
    });

    it('counts by whom its certificate names, where that is asked instead of a key', async () => {
      const [issuer, subject] = ['https://ci.example.com', 'https://ci.example.com/team/advisories@refs/heads/main'];
      const instance = await sigstoreInstance();
      writeFileSync(at('root.json'), instance.trustedRoot);
      const catalog = readFileSync(join(dbDir, 'catalog.json'));
      const token = identityToken({ sub: subject, iss: issuer });
      const { bundle } = await certifiedBlob(catalog, instance, token);
      const signed = at('certified');
      cpSync(dbDir, signed, { recursive: true });
      writeFileSync(join(signed, `catalogs/${createHash('sha256').update(catalog).digest('hex')}.sig`), `${bundle}\n`);
      const name = `${registry.host}/team/certified`;
      const pushed = await plimsoll(['db', 'push', name, '--db-dir', signed]);
      expect(pushed.status, pushed.stderr).toBe(0);
      const pull = (...more: string[]) => {
        rmSync(at('certified-copy'), { recursive: true, force: true });
        return plimsoll(['db', 'pull', `oci://${name}`, '--db-dir', at('certified-copy'), ...more]);
      };
      const by = (identity: string, from = issuer) =>
        pull('--catalog-trusted-root', at('root.json'), '--catalog-identity', identity, '--catalog-issuer', from);
      const taken = await by('https://ci.example.com/*@refs/heads/main');
      expect(taken.status, taken.stderr).toBe(0);
      expect(readFileSync(at('certified-copy/catalog.json')).equals(catalog)).toBe(true);
      const untrusted = { status: 3, stderr: /who is not trusted/ };
      expect(await by('https://ci.example.com/other')).toMatchObject(untrusted);
      expect(await by(subject, 'https://evil.example.com')).toMatchObject(untrusted);
      expect(await pull('--catalog-identity', subject)).toMatchObject({ status: 2, stderr: /say together who signs/ });
    });

    it('stays addressable by its digest after a newer one', async () => {
      const old = readFileSync(join(dbDir, 'catalog.json'), 'utf8');
      const path = join(mirror, 'security-tracker.debian.org/tracker/data/json');
      const tracker = JSON.parse(readFileSync(path, 'utf8')) as { openssl: Record<string, unknown> };
      delete tracker.openssl['CVE-2022-0778'];
      tracker.openssl['CVE-2026-0001'] = tracker.openssl['CVE-2023-5363'];
      writeFileSync(path, JSON.stringify(tracker));
      expect((await build()).status).toBe(0);
      expect((await push()).stderr).toMatch(/ [23] blobs sent/);
      const before = await scanFrom(pinned, '--catalog-key', first.pub);
      expect(before.ids, before.stderr).toEqual(['CVE-2023-5363']);
      expect(readdirSync(at('scan-db'))).not.toContain('catalog.json');
      const now = await scanFrom(`oci://${registry.host}/team/advisories`);
      expect(now.ids).toContain('CVE-2026-0001');
      expect(now.stderr).not.toContain('not signed');

      const digests = readdirSync(join(dbDir, 'catalogs')).filter((name) => name.endsWith('.json'));
      const kept = digests.find((name) => readFileSync(join(dbDir, 'catalogs', name), 'utf8') === old)!;
      const replay = `${dbDir}@sha256:${kept.replace('.json', '')}`;
      expect((await scanFrom(replay)).inputs).toEqual(before.inputs);
      const { stdout } = await plimsoll(['db', 'diff', replay, dbDir]);
      expect(stdout).toContain('removed CVE-2022-0778 openssl (debian-12)');
      expect(stdout).toContain('added CVE-2026-0001 openssl (debian-12)');
      expect(stdout).not.toContain('npm');
      expect((await plimsoll(['db', 'gc', '--db-dir', dbDir])).stdout).toBe('0 catalogs removed\n');
      expect((await scanFrom(replay)).ids).not.toContain('CVE-2026-0001');
    }, 120_000);

    it('unsigned is refused with exit 5 where a key is configured', async () => {
      const scan = await scanFrom(`oci://${registry.host}/team/advisories`, '--catalog-key', first.pub);
      expect([scan.status, scan.inputs.missing.includes('debian-12')]).toEqual([5, true]);
      expect(scan.stderr).toContain('not signed, and a key is configured');
    });

    it('a registry that wants a login says so: 3 for push and pull, 5 for a scan', async () => {
      const guarded = await startRegistry('basic', at('guarded'), authority);
      try {
        const push = ['db', 'push', `${guarded.host}/a`, '--db-dir', dbDir];
        const refused = await plimsoll(push);
        expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining('denies access (401)')]);
        const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
        writeFileSync(at('config.json'), JSON.stringify({ auths: { [guarded.host]: { auth } } }));
        expect((await plimsoll(push, { env: { DOCKER_CONFIG: scratch.path } })).status).toBe(0);
        const pull = await plimsoll(['db', 'pull', `oci://${guarded.host}/a`, '--db-dir', at('none')]);
        expect([pull.status, pull.stderr]).toEqual([3, expect.stringContaining('denies access (401)')]);
        expect((await scanFrom(`oci://${guarded.host}/a`)).status).toBe(5);
      } finally {
        await guarded.stop();
      }
    });
  },
);

describe('a catalog behind a web server', () => {
  it('a server that is busy is asked again, half a blob is gone on with, what has not changed is not sent', async () => {
    const asked: string[] = [];
    let broken = 0;
    const server = createServer((request, response) => {
      const range = request.headers.range ?? '';
      const path = decodeURIComponent(request.url!);
      asked.push(`${path.replace(/[0-9a-f]{64}/, 'HEX')} ${range} ${request.headers['if-none-match'] ?? ''}`.trim());
      if (asked.length === 1) return void response.writeHead(429, { 'retry-after': '0' }).end();
      if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304).end();
      let body: Buffer;
      try {
        body = readFileSync(join(dbDir, path));
      } catch {
        return void response.writeHead(404).end();
      }
      const from = Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
      const headers = {
        etag: '"1"',
        'content-length': body.length - from,
        'content-range': `bytes ${from}-${body.length - 1}/${body.length}`,
      };
      response.writeHead(from > 0 ? 206 : 200, headers);
      if (path.startsWith('/blobs/') && broken++ === 0)
        return void response.write(body.subarray(0, 100), () => setTimeout(() => response.destroy(), 200));
      response.end(body.subarray(from));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const scan = await scanFrom(url);
      expect(scan.ids, scan.stderr).toContain('CVE-2023-5363');
      expect(asked.slice(0, 2)).toEqual(['/catalog.json', '/catalog.json']);
      expect(asked).toContain('/blobs/HEX.zst bytes=100-');
      asked.length = 0;
      const update = await plimsoll(['db', 'update', '--db-dir', at('scan-db'), '--catalog', url]);
      expect(update.stderr).not.toContain('failed');
      expect([...new Set(asked)]).toEqual(['/catalog.json  "1"']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('a half-written directory names the shard that is missing', async () => {
    cpSync(dbDir, at('half'), { recursive: true });
    rmSync(at('half/blobs'), { recursive: true });
    rmSync(at('half/shards'), { recursive: true });
    const scan = await scanFrom(at('half'));
    expect([scan.status, scan.inputs.missing]).toEqual([5, expect.arrayContaining(['debian-12'])]);
    expect(scan.stderr).toMatch(/shard (?:debian-12|kev|eol)/);
  });
});
