import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../test/shared.ts';
import { type BuildReport, buildDatabase } from './build-database.ts';
import { feeds } from './feeds.ts';
import { openAdvisories } from './open-advisories.ts';
import { tempDirectory } from './testing/make-mirror.ts';
import type { AdvisoryReader } from './types.ts';

const mirror = shared('feeds');

describe.skipIf(mirror === undefined)(mirror === undefined ? needsShared : 'the real feeds', () => {
  const dir = tempDirectory();
  const dbDir = join(dir.path, 'db');
  let report: BuildReport;
  let reader: AdvisoryReader;

  beforeAll(async () => {
    report = await buildDatabase({ dbDir, mirrors: [mirror!], asOf: '2026-08-22' });
    reader = openAdvisories(dbDir);
  }, 300_000);

  afterAll(() => {
    reader?.close();
    rmSync(dir.path, { recursive: true, force: true });
  });

  const found = (shard: string, name: string, id: string) =>
    reader
      .advisories(shard, [name])
      .get(name)
      ?.find((record) => record.id === id || record.aliases.includes(id));

  test('every feed is read without a failure, and nothing is rejected but what is broken upstream', () => {
    expect(report.failed).toEqual([]);
    // ids of pyExploitDb that are cut off (`CVE-2019–143`)
    expect(report.feeds.filter(({ rejected }) => rejected > 0)).toMatchObject([{ feed: 'exploits', rejected: 11 }]);
    expect(report.shards.length).toBeGreaterThan(130);
  });

  test('the reference tells which feeds were read from upstream’s own files, and which only from made-up ones', () => {
    const read = feeds.filter(({ name }) =>
      report.feeds.some(({ feed, read }) => read > 0 && feed.split('/', 1)[0] === name),
    );
    const claimed = feeds.filter(({ about }) => about.provenOn === 'real data');
    expect(claimed.map(({ name }) => name)).toEqual(read.map(({ name }) => name));
  });

  test.each([
    ['debian-11', 'glibc', 'CVE-2023-4911', '2.31-13+deb11u7', ['DSA-5514-1'], '2023-10-03'],
    ['debian-11', 'openssl', 'CVE-2022-0778', '1.1.1k-1+deb11u2', ['DSA-5103-1'], '2022-03-15'],
    ['debian-12', 'curl', 'CVE-2023-38545', '7.88.1-10+deb12u4', ['DSA-5523-1'], '2023-10-11'],
    ['debian-7', 'bash', 'CVE-2014-6271', '4.2+dfsg-0.1+deb7u1', ['DSA-3032-1'], '2014-09-24'],
    ['alpine-3.12', 'zlib', 'CVE-2022-37434', '1.2.12-r2', [], null],
    ['npm', 'minimist', 'GHSA-xvch-5gv4-984h', '0.2.4', [], null],
  ])('%s %s %s is fixed in %s', (shard, name, id, fixed, bulletins, since) => {
    const record = found(shard, name, id)!;
    expect([record.ranges[0]?.fixed, record.bulletins, record.fixedSince]).toEqual([fixed, bulletins, since]);
  });

  test('signals: known exploited, ends of support, ratings', () => {
    expect(reader.kev(['CVE-2023-4911']).get('CVE-2023-4911')?.dateAdded).toBe('2023-11-21');
    const end = (distro: string, cycle: string) =>
      reader.endOfLife(distro).find((record) => record.cycle === cycle)?.endOfSupport;
    expect([end('debian', '11'), end('alpine', '3.12'), end('ubuntu', '22.04')]).toEqual([
      '2026-08-31',
      '2022-05-01',
      '2027-04-01',
    ]);
    expect(
      reader
        .ratings(['CVE-2015-0235'])
        .get('CVE-2015-0235')
        ?.cvss.map(({ source }) => source),
    ).toContain('nvd');
  });

  test('signals of risk: how likely, and whether an exploit is published', () => {
    expect(reader.shard('epss')).toMatchObject({ dataDate: '2026-08-16', records: 360_142 });
    expect(reader.epss(['CVE-1999-0002']).get('CVE-1999-0002')).toMatchObject({ score: 0.27858, percentile: 0.97929 });
    expect(reader.exploits(['CVE-2003-0132']).get('CVE-2003-0132')).toMatchObject({
      maturity: 'poc',
      published: [
        { source: 'exploit-db', id: '11' },
        { source: 'exploit-db', id: '9' },
      ],
    });
    const assessed = reader.ratings(['CVE-2011-0611', 'CVE-2023-38545']);
    expect([...assessed.values()].map(({ exploitation }) => exploitation)).toEqual(['active', 'poc']);
  });

  test('a genuine sample of Debian’s tracker as it is published, with repositories and descriptions', async () => {
    using samples = tempDirectory();
    const built = await buildDatabase({
      dbDir: samples.path,
      mirrors: [join(mirror!, 'excerpts')],
      asOf: '2026-08-22',
      only: ['debian-12', 'debian-sid'],
    });
    expect(built.feeds).toMatchObject([{ feed: 'debian', rejected: 0 }]);
    const opened = openAdvisories(samples.path);
    const said = (shard: string) =>
      (opened.advisories(shard, ['apparmor']).get('apparmor') ?? []).map((record) => [
        record.id,
        record.status,
        record.ranges[0]?.fixed,
        record.labels[0]?.severity,
      ]);
    expect(said('debian-12')).toEqual([
      ['CVE-2014-1424', 'not-affected', undefined, 'Negligible'],
      ['CVE-2016-1585', 'affected', null, 'Negligible'],
      ['CVE-2017-6507', 'affected', '2.11.0-3', undefined],
    ]);
    expect(said('debian-sid')[1]).toEqual(['CVE-2016-1585', 'affected', '3.0.12-1', 'Negligible']);
    opened.close();
  });

  test('genuine samples of what is not there whole: Exploit-DB and Metasploit', async () => {
    using samples = tempDirectory();
    const built = await buildDatabase({
      dbDir: samples.path,
      mirrors: [join(mirror!, 'excerpts')],
      asOf: '2026-08-22',
      only: ['exploits'],
    });
    expect(built.feeds).toMatchObject([{ feed: 'exploits', rejected: 0 }]);
    const opened = openAdvisories(samples.path);
    expect(opened.exploits(['CVE-2009-3699']).get('CVE-2009-3699')).toMatchObject({
      maturity: 'functional',
      published: [{ source: 'exploit-db', id: '16929' }],
    });
    opened.close();
  });

  test('a second build moves nothing', async () => {
    const again = await buildDatabase({ dbDir, mirrors: [mirror!], asOf: '2026-08-23' });
    expect(again.unchanged).toEqual(report.shards.map(({ name }) => name));
  });
});
