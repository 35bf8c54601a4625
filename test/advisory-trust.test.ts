import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dpkgStatus, osRelease, writeImage } from './images.ts';
import { plimsoll, scratchFolder } from './program.ts';
import { feedsDay, scan } from './scans.ts';
import { writeSmallMirror } from './small-mirror.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);
const at = (name: string) => join(scratch.path, name);
const mirror = at('mirror');
const image = writeImage(scratch.path, 'vulnerable', [[osRelease, dpkgStatus({ openssl: '3.0.9-1' })]]);
const nvd = join(mirror, 'nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-2023.json.gz');

const needed = ['debian-12', 'eol', 'kev', 'ratings-2023'];
const build = (dbDir: string, asOf: string, only = needed, ...more: string[]) => {
  const shards = only.flatMap((name) => ['--only', name]);
  return plimsoll(['db', 'build', '--mirror', mirror, '--db-dir', dbDir, '--as-of', asOf, ...shards, ...more]);
};

function rate(): void {
  const cve = {
    id: 'CVE-2023-5363',
    published: '2023-10-01T00:00:00',
    lastModified: '2023-10-02T00:00:00',
    descriptions: [],
    weaknesses: [],
    metrics: {},
  };
  mkdirSync(dirname(nvd), { recursive: true });
  writeFileSync(nvd, gzipSync(JSON.stringify({ format: 'NVD_CVE', version: '2.0', vulnerabilities: [{ cve }] })));
}

beforeAll(() => {
  writeSmallMirror(mirror);
  rate();
});

describe('each feed is fresh or stale for itself', () => {
  it('an NVD that cannot be had for weeks makes no distribution stale, and closes no gate', async () => {
    const db = at('db');
    expect((await build(db, '2026-07-01')).status).toBe(0);
    writeFileSync(nvd, '<html>503 Service Unavailable</html>');
    const again = await build(db, feedsDay);
    expect([again.status, again.stderr]).toEqual([3, expect.stringMatching(/cve-ratings: failed: .*2023/)]);
    const { stdout, status } = await plimsoll(['db', 'status', '--db-dir', db, '--at', feedsDay, '--format', 'json']);
    const { shards } = JSON.parse(stdout) as { shards: { name: string; checkedAt: string; stale: boolean }[] };
    const stale = shards.filter((shard) => shard.stale).map(({ name, checkedAt }) => `${name} ${checkedAt}`);
    expect(status).toBe(1);
    expect(stale).toEqual(['ratings-2023 2026-07-01', 'ratings-2023-texts 2026-07-01']);
    const judged = await scan(image, db);
    expect(judged.result.inputs.stale).toEqual([]);
    expect(judged.result.findings.map(({ id }) => id)).toContain('CVE-2023-5363');
    expect([judged.status, judged.result.verdict.reasons.filter(({ exitCode }) => exitCode === 5)]).toEqual([1, []]);
    rate();
  }, 60_000);
});

describe('a catalog with a signature of somebody else', () => {
  const key = (name: string) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(at(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(at(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
    return { secret: at(`${name}.key`), public: at(`${name}.pub`) };
  };

  it('is refused by db update and db pull with exit 3, and the old one stays in use', async () => {
    const [ours, theirs] = [key('ours'), key('theirs')];
    const [good, forged, db] = [at('good'), at('forged'), at('pulled')];
    expect((await build(good, '2026-08-20', needed, '--sign-key', ours.secret)).status).toBe(0);
    expect((await build(forged, feedsDay, ['kev'], '--sign-key', theirs.secret)).status).toBe(0);
    const trusting = ['--db-dir', db, '--catalog-key', ours.public];
    expect((await plimsoll(['db', 'pull', 'good', ...trusting], { cwd: scratch.path })).status).toBe(0);
    const before = readFileSync(join(db, 'catalog.json'), 'utf8');
    for (const args of [
      ['db', 'pull', forged, ...trusting],
      ['db', 'update', '--catalog', forged, ...trusting],
    ]) {
      const { status, stdout, stderr } = await plimsoll(args);
      expect([status, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(/^plimsoll: .*forged: its catalog is not signed with a key that is configured.*\n$/);
      expect(readFileSync(join(db, 'catalog.json'), 'utf8')).toBe(before);
    }
    const judged = await scan(image, db);
    expect(judged.result.findings.map(({ id }) => id)).toContain('CVE-2023-5363');
    expect(judged.result.inputs.missing).toEqual([]);
  }, 60_000);

  it('is asked for only once the trusted root was read', async () => {
    let asked = 0;
    await using server = createServer((_, answer) => {
      asked += 1;
      answer.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    writeFileSync(at('root.json'), 'junk\n');
    const signer = ['--catalog-identity', 'a', '--catalog-issuer', 'https://b'];
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const pull = ['db', 'pull', address, '--db-dir', at('none'), '--catalog-trusted-root', at('root.json'), ...signer];
    const { status, stderr } = await plimsoll(pull);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^plimsoll: --catalog-trusted-root .*it is no JSON.*\n$/),
    ]);
    expect([asked, existsSync(at('none'))]).toEqual([0, false]);
  });
});

describe('a database folder that is not there', () => {
  it('is not made by db gc', async () => {
    const { status, stdout, stderr } = await plimsoll(['db', 'gc', '--db-dir', at('not-there')]);
    expect([status, stdout, stderr]).toEqual([0, '0 catalogs removed\n', expect.stringContaining('is not there')]);
    expect(existsSync(at('not-there'))).toBe(false);
  });

  it('is named by db pull and db diff without a flag that they do not have', async () => {
    mkdirSync(at('empty'));
    for (const args of [
      ['pull', at('empty'), '--db-dir', at('pulled-empty')],
      ['diff', at('empty'), at('empty')],
    ]) {
      const { status, stderr } = await plimsoll(['db', ...args]);
      expect([status, stderr]).toEqual([
        3,
        expect.stringMatching(/empty: catalog\.json cannot be read .*; check the address/),
      ]);
    }
  });
});
