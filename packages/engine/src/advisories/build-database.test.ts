import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { trackerUrl } from './feeds/debian-tracker.ts';
import { endOfLifeUrl } from './feeds/endoflife-products.ts';
import { osvZipUrl } from './feeds/osv-zip.ts';
import { openAdvisories } from './open-advisories.ts';
import { mirrorPath } from './sources/feed-source.ts';
import { shardPath } from './store/store-paths.ts';
import { buildFrom } from './testing/build-from.ts';
import { type FeedBody, fillMirror, osvFiles, osvZip } from './testing/make-mirror.ts';

const record = (id: string, name: string, fixed: string) => ({
  id,
  modified: '2026-01-02T00:00:00Z',
  summary: `about ${id}`,
  affected: [
    { package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }] },
  ],
});

const alpine = 'https://secdb.alpinelinux.org/v3.19/main.json';
const secdb = (fixed: string) => ({ packages: [{ pkg: { name: 'zlib', secfixes: { [fixed]: ['CVE-2022-37434'] } } }] });
const eol = { [endOfLifeUrl('debian')]: [{ cycle: '12', eol: '2026-07-11', extendedSupport: '2028-06-30' }] };
const files = {
  ...osvFiles({ npm: [record('GHSA-1', 'a', '1.0.0'), record('GHSA-2', 'b', '2.0.0')] }),
  [alpine]: secdb('1.2.12-r2'),
  ...eol,
};

describe('building a database', () => {
  test('the same feeds give the same bytes, whatever the order they list things in', async () => {
    using first = await buildFrom(files);
    using second = await buildFrom({
      ...files,
      ...osvFiles({ npm: [record('GHSA-2', 'b', '2.0.0'), record('GHSA-1', 'a', '1.0.0')] }),
    });
    expect(readdirSync(join(second.dbDir, 'shards'))).toEqual(readdirSync(join(first.dbDir, 'shards')));
    expect(readFileSync(join(second.dbDir, 'catalog.json'))).toEqual(readFileSync(join(first.dbDir, 'catalog.json')));
    expect(readdirSync(join(first.dbDir, 'tmp'))).toEqual([]);
  });

  test('feeds that the mirrors lack are skipped and named; the first mirror that has a file wins', async () => {
    using built = await buildFrom({ [alpine]: secdb('1-r1') });
    expect(built.report.failed).toEqual([]);
    expect(built.report.skipped).toContainEqual({ feed: 'osv/npm', url: osvZipUrl('npm') });
    expect(built.report.shards.map(({ name }) => name)).toEqual(['alpine-3.19']);
    const better = join(built.mirror, '..', 'better');
    fillMirror(better, { [alpine]: secdb('9-r9'), ...eol });
    const report = await built.again({ mirrors: [better, built.mirror] });
    expect(report.shards.map(({ name }) => name)).toEqual(['alpine-3.19', 'eol']);
    using reader = Object.assign(openAdvisories(built.dbDir), { [Symbol.dispose]() {} });
    expect(reader.advisories('alpine-3.19', ['zlib']).get('zlib')?.[0]?.ranges[0]?.fixed).toBe('9-r9');
  });

  test('a mirror may store files with .gz added, archives too', async () => {
    const zip = osvZip([record('GHSA-1', 'a', '1.0.0')]);
    using built = await buildFrom({});
    const dir = join(built.mirror, '..', 'zipped');
    fillMirror(dir, {
      [`${osvZipUrl('npm')}.gz`]: gzipSync(zip),
      [`${alpine}.gz`]: gzipSync(JSON.stringify(secdb('1-r1'))),
    });
    const report = await built.again({ mirrors: [dir], only: ['npm', 'alpine-3.19'] });
    expect(report.shards.map(({ name }) => name)).toEqual(['alpine-3.19', 'npm', 'npm-texts']);
  });

  test('only what is asked for is made, and it is the same as among all', async () => {
    using all = await buildFrom(files);
    using some = await buildFrom(files, { only: ['npm'] });
    expect(some.report.skipped).toEqual([]);
    expect(some.reader.shards()).toEqual(all.reader.shards().filter(({ name }) => name.startsWith('npm')));
  });

  test('unchanged feeds confirm their shards without reading; changed ones replace theirs alone', async () => {
    using built = await buildFrom(files);
    const before = new Map(built.reader.shards().map((info) => [info.name, info]));
    const confirmed = await built.again({ asOf: '2026-08-23' });
    expect(confirmed.unchanged).toEqual([...before.keys()].sort());
    expect(confirmed.feeds).toEqual([]);
    expect(confirmed.shards.every(({ checkedAt }) => checkedAt === '2026-08-23')).toBe(true);
    fillMirror(built.mirror, { [alpine]: secdb('1.2.13-r0') });
    const changed = await built.again({ asOf: '2026-08-24' });
    expect(changed.feeds.map(({ feed }) => feed)).toEqual(['alpine-secdb/3.19']);
    const digests = changed.shards.filter(({ name, digest }) => before.get(name)?.digest !== digest);
    expect(digests.map(({ name }) => name)).toEqual(['alpine-3.19']);
  });

  test('a fix in one release of a distro moves no shard of another, and no other of its own', async () => {
    const releases = (bookworm: object) => ({
      openssl: {
        'CVE-2024-0001': {
          releases: {
            bookworm: { repositories: {}, urgency: 'low', ...bookworm },
            trixie: { status: 'open', repositories: {}, urgency: 'low' },
          },
        },
      },
      zlib: { 'CVE-2024-0002': { releases: { trixie: { status: 'open', repositories: {}, urgency: 'low' } } } },
    });
    using built = await buildFrom({ ...files, [trackerUrl]: releases({ status: 'open' }) });
    const before = new Map(built.reader.shards().map(({ name, digest }) => [name, digest]));
    expect([...before.keys()]).toEqual(expect.arrayContaining(['debian-12', 'debian-13']));
    fillMirror(built.mirror, { [trackerUrl]: releases({ status: 'resolved', fixed_version: '3.0.2-1' }) });
    const after = (await built.again()).shards;
    expect(after.filter(({ name, digest }) => before.get(name) !== digest).map(({ name }) => name)).toEqual([
      'debian-12',
    ]);
    expect(after.map(({ name }) => name)).toEqual([...before.keys()]);
  });

  test('a reader of the old catalog still finds the shards that an update replaced', async () => {
    using built = await buildFrom(files);
    fillMirror(built.mirror, { [alpine]: secdb('1.2.13-r0') });
    await built.again();
    expect(built.records('alpine-3.19', 'zlib')[0]?.ranges[0]?.fixed).toBe('1.2.12-r2');
  });

  test.each([
    ['HTML instead of an archive', '<html>503</html>', 'feed-malformed'],
    ['a truncated archive', osvZip([record('GHSA-1', 'a', '1')]).subarray(0, 200), 'feed-malformed'],
    ['an archive without one good record', osvZip([{ id: '' }]), 'feed-malformed'],
  ])('%s leaves the old shard with its old date', async (_what, body, code) => {
    using built = await buildFrom(files);
    fillMirror(built.mirror, { [osvZipUrl('npm')]: body });
    const report = await built.again({ asOf: '2026-08-30' });
    expect(report.failed).toMatchObject([{ feed: 'osv/npm', code }]);
    const now = openAdvisories(built.dbDir);
    expect(now.shard('npm')).toEqual(built.reader.shard('npm'));
    expect(now.shard('alpine-3.19')).toMatchObject({ checkedAt: '2026-08-30' });
    now.close();
  });

  test.each([
    ['removed', (path: string) => rmSync(path)],
    ['cut short', (path: string) => truncateSync(path, 5000)],
    [
      'altered',
      (path: string) => writeFileSync(path, Buffer.concat([readFileSync(path).subarray(0, -1), Buffer.from('!')])),
    ],
  ])(
    'a shard whose file was %s cannot be opened, and is made again though its feed did not change',
    async (_what, harm) => {
      using built = await buildFrom(files);
      const npm = built.report.shards.find(({ name }) => name === 'npm')!;
      harm(shardPath(built.dbDir, npm.digest));
      expect(built.reader.shard('npm')).toBeUndefined();
      expect(built.records('npm', 'a')).toEqual([]);
      expect(built.reader.shard('alpine-3.19')).toBeDefined();
      await built.again();
      const now = openAdvisories(built.dbDir);
      expect(now.shard('npm')?.digest).toBe(npm.digest);
      expect(now.advisories('npm', ['a']).size).toBe(1);
      now.close();
    },
  );

  test('what a feed no longer speaks about leaves the catalog', async () => {
    const release = (id: string, ecosystem: string) => {
      const { affected, ...rest } = record(id, 'a', '1');
      return { ...rest, affected: affected.map((each) => ({ ...each, package: { ...each.package, ecosystem } })) };
    };
    const [old, young] = [release('ALSA-1', 'AlmaLinux:8'), release('ALSA-2', 'AlmaLinux:9')];
    using built = await buildFrom({ ...files, ...osvFiles({ AlmaLinux: [old, young] }) });
    expect(built.reader.shard('almalinux-8')).toBeDefined();
    fillMirror(built.mirror, osvFiles({ AlmaLinux: [young] }));
    const report = await built.again();
    expect(report.failed).toEqual([]);
    expect(openAdvisories(built.dbDir).shard('almalinux-8')).toBeUndefined();
    expect(openAdvisories(built.dbDir).shard('almalinux-9')).toBeDefined();
  });

  test.each<[string, string, string, FeedBody]>([
    ['an archive', 'npm', osvZipUrl('npm'), osvZip([])],
    ['the database of a release', 'alpine-3.19', alpine, { packages: [] }],
    ['the releases of a distro', 'eol', endOfLifeUrl('debian'), []],
    ['the tracker, beside bulletins', 'debian-12', trackerUrl, {}],
  ])('%s that holds nothing any more leaves the old shard with its old date', async (_what, name, url, body) => {
    const tracker = { zlib: { 'CVE-2024-1': { releases: { bookworm: { status: 'open' } } } } };
    const debian = {
      package: { ecosystem: 'Debian:12', name: 'zlib' },
      ranges: record('', '', '1').affected[0]!.ranges,
    };
    const bulletin = { ...record('DSA-1-1', '', ''), summary: 'security update', affected: [debian] };
    const bulletins = osvZip([bulletin]);
    using built = await buildFrom({ ...files, [trackerUrl]: tracker, [osvZipUrl('Debian')]: bulletins });
    fillMirror(built.mirror, { [url]: body });
    const report = await built.again({ asOf: '2026-08-30' });
    expect(report.failed).toMatchObject([{ code: 'feed-malformed', message: expect.stringContaining(url) }]);
    const now = openAdvisories(built.dbDir);
    expect(now.shard(name)).toEqual(built.reader.shard(name));
    now.close();
  });

  test('another mirror, which lacks a file that a shard was made of, leaves the shard', async () => {
    const tracker = { zlib: { 'CVE-2024-1': { releases: { bookworm: { status: 'open' } } } } };
    using built = await buildFrom({ ...files, [trackerUrl]: tracker, ...osvFiles({ Debian: [] }) });
    const poorer = join(built.mirror, '..', 'poorer');
    fillMirror(poorer, osvFiles({ Debian: [], npm: [record('GHSA-3', 'c', '1')] }));
    const report = await built.again({ mirrors: [poorer], asOf: '2026-08-30' });
    expect(report.skipped).toContainEqual({ feed: 'debian', url: trackerUrl });
    const now = openAdvisories(built.dbDir);
    expect(now.shard('debian-12')).toEqual(built.reader.shard('debian-12'));
    expect(now.shard('npm')?.checkedAt).toBe('2026-08-30');
    now.close();
  });

  test('many at once: builders wait for each other, readers see whole catalogs', async () => {
    using built = await buildFrom(files);
    const builds = Array.from({ length: 4 }, (_, index) =>
      built.again({ asOf: `2026-09-0${index + 1}`, only: index % 2 === 0 ? ['npm'] : ['eol'] }),
    );
    for (let index = 0; index < 20; index++) {
      const reader = openAdvisories(built.dbDir);
      expect(reader.advisories('npm', ['a', 'b']).size).toBe(2);
      reader.close();
      await Promise.resolve();
    }
    const reports = await Promise.all(builds);
    expect(reports.every(({ failed }) => failed.length === 0)).toBe(true);
    expect(existsSync(join(built.dbDir, 'catalog.json'))).toBe(true);
  });

  test('a signal stops a build and changes nothing', async () => {
    using built = await buildFrom(files);
    const before = readFileSync(join(built.dbDir, 'catalog.json'));
    const controller = new AbortController();
    const stopped = built.again({
      asOf: '2027-01-01',
      signal: controller.signal,
      progress: ({ group }) => group.startsWith('osv') && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AdvisoryError', code: 'aborted' });
    expect(readFileSync(join(built.dbDir, 'catalog.json'))).toEqual(before);
  });

  test('a damaged catalog is an error with what to do; a damaged state costs a build', async () => {
    using built = await buildFrom(files);
    writeFileSync(join(built.dbDir, 'state.json'), '{"format":');
    expect((await built.again()).unchanged).toEqual([]);
    writeFileSync(join(built.dbDir, 'catalog.json'), '{"schemaVersion":1,"shards":[{}]}');
    expect(() => openAdvisories(built.dbDir)).toThrow(expect.objectContaining({ code: 'catalog-malformed' }));
  });
});

test('the mirror path of an ecosystem with a space is not encoded', () => {
  expect(decodeURIComponent(mirrorPath(osvZipUrl('Rocky Linux')))).toBe(
    'osv-vulnerabilities.storage.googleapis.com/Rocky Linux/all.zip',
  );
});
