import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { databaseStatus } from './database-status.ts';
import { openAdvisories } from './open-advisories.ts';
import { blobPath, shardPath } from './store/store-paths.ts';
import { buildFrom } from './testing/build-from.ts';
import { fillMirror, osvFiles, tempDirectory } from './testing/make-mirror.ts';
import type { ShardBlob } from './types.ts';
import { updateDatabase } from './update-database.ts';

const record = (fixed: string) => ({
  id: 'GHSA-1',
  modified: '2026-01-02T00:00:00Z',
  summary: 'about',
  affected: [
    {
      package: { ecosystem: 'npm', name: 'a' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
    },
  ],
});
const kevUrl = 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json';
const files = { ...osvFiles({ npm: [record('1.0.0')] }), [kevUrl]: { vulnerabilities: [] } };

const affected = (ecosystem: string, name: string) => [
  { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1' }] }] },
];

/** A catalog that names these bytes instead. */
function rename(dbDir: string, digest: string, blob: Buffer): void {
  const other = `sha256:${createHash('sha256').update(blob).digest('hex')}`;
  writeFileSync(blobPath(dbDir, other), blob);
  const path = join(dbDir, 'catalog.json');
  const catalog = JSON.parse(readFileSync(path, 'utf8')) as { shards: { blob?: ShardBlob }[] };
  const named = catalog.shards.find((shard) => shard.blob?.digest === digest)!;
  Object.assign(named, { blob: { digest: other, size: blob.length } });
  writeFileSync(path, JSON.stringify(catalog));
}

describe('updating', () => {
  test('builds what is needed from the mirrors, once a day, and says what it could not', async () => {
    using dir = tempDirectory();
    const mirror = join(dir.path, 'mirror');
    const dbDir = join(dir.path, 'db');
    fillMirror(mirror, files);
    const options = { dbDir, mirrors: [mirror], needed: ['npm', 'kev', 'alpine-3.19'], asOf: '2026-08-22' };
    const first = await updateDatabase(options);
    expect(first.updated).toEqual(['kev', 'npm', 'npm-texts']);
    expect(first.notes).toEqual([
      'feed alpine-secdb/3.19: no source has https://secdb.alpinelinux.org/v3.19/main.json and 1 more',
      'no feed made the shard alpine-3.19',
    ]);
    fillMirror(mirror, osvFiles({ npm: [record('2.0.0')] }));
    expect((await updateDatabase({ ...options, needed: ['npm'] })).updated).toEqual([]);
    expect((await updateDatabase({ ...options, needed: ['npm'], asOf: '2026-08-23' })).updated).toEqual([
      'npm',
      'npm-texts',
    ]);
    expect(openAdvisories(dbDir).advisories('npm', ['a']).get('a')?.[0]?.ranges[0]?.fixed).toBe('2.0.0');
  });

  test('offline no address is asked', async () => {
    using dir = tempDirectory();
    const report = await updateDatabase({
      dbDir: dir.path,
      needed: ['npm'],
      asOf: '2026-08-22',
      offline: true,
      mirrors: ['https://mirror.invalid'],
    });
    expect(report).toEqual({ updated: [], notes: ['no source of advisories is asked: offline'], asked: false });
  });
});

describe('copying from a catalog', () => {
  test.each(['directory', 'http'])('%s: only what is needed and new moves', async (kind) => {
    using theirs = await buildFrom(files);
    using dir = tempDirectory();
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      response.end(readFileSync(join(theirs.dbDir, request.url!)));
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    try {
      const catalog = kind === 'http' ? `http://127.0.0.1:${(server.address() as AddressInfo).port}/` : theirs.dbDir;
      const options = { dbDir: dir.path, catalog, needed: ['npm', 'pypi'], asOf: '2026-08-23' };
      expect(await updateDatabase(options)).toEqual({
        updated: ['npm'],
        notes: [`${catalog} has no shard pypi`],
      });
      const ours = openAdvisories(dir.path);
      expect(ours.shard('npm')).toEqual(theirs.reader.shard('npm'));
      expect(ours.shard('kev')).toBeUndefined();
      ours.close();
      asked.length = 0;
      await updateDatabase(options);
      expect(asked.filter((url) => url.startsWith('/shards'))).toEqual([]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('what moves is compressed, without texts and without ratings of other packages', async () => {
    const cve = (id: string) => ({ id, aliases: [`CVE-2024-${id.slice(-4)}`] });
    const python = { ...record('1.0.0'), ...cve('GHSA-1002'), affected: affected('PyPI', 'b') };
    const rated = ['CVE-2024-1001', 'CVE-2024-1002', 'CVE-2024-1003'].map((id) => ({
      cve: { id, published: '2024-01-01T00:00:00', metrics: {}, descriptions: [], weaknesses: [] },
    }));
    using theirs = await buildFrom(
      {
        ...osvFiles({
          npm: [{ ...record('1.0.0'), ...cve('GHSA-1001') }],
          PyPI: [python],
        }),
        'https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-2024.json.gz': gzipSync(
          JSON.stringify({ format: 'NVD_CVE', vulnerabilities: rated }),
        ),
      },
      { forOthers: true },
    );
    using dir = tempDirectory();
    rmSync(join(theirs.dbDir, 'shards'), { recursive: true });
    const options = { dbDir: dir.path, catalog: theirs.dbDir, needed: ['npm', 'npm-ratings'], asOf: '2026-08-22' };
    expect((await updateDatabase(options)).updated).toEqual(['npm', 'npm-ratings']);
    const ours = openAdvisories(dir.path);
    expect(ours.shards().map(({ name }) => name)).toEqual(['npm', 'npm-ratings']);
    expect([...ours.titles('npm', ['GHSA-1001', 'GHSA-1002'])]).toEqual([['GHSA-1001', 'about']]);
    const cves = ['CVE-2024-1001', 'CVE-2024-1002', 'CVE-2024-1003'];
    expect([...ours.ratings(cves).keys()]).toEqual([]);
    expect([...ours.ratings(cves, ['npm', 'pypi']).keys()]).toEqual(['CVE-2024-1001']);
    ours.close();
    // without the catalog they are made again, from the ratings of their years
    const again = { dbDir: dir.path, mirrors: [theirs.mirror], needed: options.needed, asOf: '2026-08-23' };
    expect((await updateDatabase(again)).updated).toEqual([
      'npm',
      'npm-ratings',
      'npm-texts',
      'ratings-2024',
      'ratings-2024-texts',
    ]);
  });

  test.each<[string, (blob: Buffer) => Buffer]>([
    ['cut off', (blob) => blob.subarray(0, blob.length / 2)],
    ['of other bytes', (blob) => Buffer.alloc(blob.length)],
    ['that opens to more than announced', () => zstdCompressSync(Buffer.alloc(1 << 20))],
  ])('a blob %s is refused, and nothing is left of it', async (_what, damage) => {
    using theirs = await buildFrom(files, { forOthers: true });
    using dir = tempDirectory();
    const info = theirs.report.shards.find(({ name }) => name === 'npm')!;
    const path = blobPath(theirs.dbDir, info.blob!.digest);
    const blob = damage(readFileSync(path));
    writeFileSync(path, blob);
    // the last kind has the digest and size that the catalog names
    if (blob.length < 500 && blob[0] === 0x28) rename(theirs.dbDir, info.blob!.digest, blob);
    const options = { dbDir: dir.path, catalog: theirs.dbDir, needed: ['npm'], asOf: '2026-08-22' };
    await expect(updateDatabase(options)).rejects.toMatchObject({
      code: 'digest-mismatch',
      message: expect.stringContaining('shard npm'),
    });
    expect(readdirSync(join(dir.path, 'shards'))).toEqual([]);
  });

  test('a shard with other bytes is refused, and the old one stays', async () => {
    using theirs = await buildFrom(files);
    using dir = tempDirectory();
    const options = { dbDir: dir.path, catalog: theirs.dbDir, needed: ['npm'], asOf: '2026-08-23' };
    await updateDatabase(options);
    fillMirror(theirs.mirror, osvFiles({ npm: [record('2.0.0')] }));
    const changed = (await theirs.again({ asOf: '2026-08-24' })).shards.find(({ name }) => name === 'npm')!;
    const path = shardPath(theirs.dbDir, changed.digest);
    writeFileSync(path, Buffer.alloc(statSync(path).size));
    await expect(updateDatabase(options)).rejects.toMatchObject({ code: 'digest-mismatch' });
    const ours = openAdvisories(dir.path);
    expect(ours.advisories('npm', ['a']).get('a')?.[0]?.ranges[0]?.fixed).toBe('1.0.0');
    expect(readdirSync(join(dir.path, 'shards'))).toHaveLength(1);
    ours.close();
  });

  test.each([
    ['nothing there', undefined, 'fetch-failed'],
    ['no catalog', '<html>', 'catalog-malformed'],
    [
      'a digest that is a path',
      JSON.stringify({ schemaVersion: 1, shards: [{ name: 'npm', digest: 'sha256:../../x' }] }),
      'catalog-malformed',
    ],
  ])('%s is an error', async (_what, text, code) => {
    using dir = tempDirectory();
    if (text !== undefined) writeFileSync(join(dir.path, 'catalog.json'), text);
    await expect(
      updateDatabase({ dbDir: join(dir.path, 'db'), catalog: dir.path, needed: ['npm'], asOf: '2026-08-22' }),
    ).rejects.toMatchObject({ code });
  });
});

test('status: age counts from the day of checking; the date of the data never makes stale', async () => {
  using built = await buildFrom(files);
  const status = () => databaseStatus(built.dbDir, '2026-08-28', 5, true).find(({ name }) => name === 'npm');
  expect(status()).toMatchObject({
    ageDays: 6,
    stale: true,
    dataDate: '2026-01-02',
    checkedAt: '2026-08-22',
    file: 'ok',
    records: 1,
  });
  expect(databaseStatus(built.dbDir, '2026-08-27', 5)[0]).toMatchObject({ ageDays: 5, stale: false });
  writeFileSync(shardPath(built.dbDir, status()!.digest), 'x');
  expect(status()).toMatchObject({ file: 'damaged' });
  expect(databaseStatus(join(built.dbDir, 'none'), '2026-08-28', 5)).toEqual([]);
});
