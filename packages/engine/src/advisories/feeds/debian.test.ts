import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openAdvisories } from '../open-advisories.ts';
import { mirrorPath } from '../sources/feed-source.ts';
import { buildFrom } from '../testing/build-from.ts';
import { osvFiles } from '../testing/make-mirror.ts';
import { trackerUrl } from './debian-tracker.ts';

const modified = '2024-01-01T00:00:00Z';

function bulletin(
  id: string,
  day: string,
  cves: readonly string[],
  fixed: string | null,
  summary = 'openssl - security update',
) {
  const upstream = cves.flatMap((cve) => [`DEBIAN-${cve}`, cve]);
  const events = fixed === null ? [{ introduced: '0' }] : [{ introduced: '0' }, { fixed }];
  return {
    id,
    summary,
    modified,
    published: `${day}T00:00:00Z`,
    upstream,
    affected: [{ package: { ecosystem: 'Debian:12', name: 'openssl' }, ranges: [{ type: 'ECOSYSTEM', events }] }],
  };
}

const state = (status: string, fields: object = {}) => ({
  description: 'text',
  releases: { bookworm: { status, repositories: {}, urgency: 'not yet assigned', ...fields } },
});

const tracker = {
  openssl: {
    'CVE-2024-0001': state('resolved', { fixed_version: '3.0.2-1', urgency: 'low**' }),
    'CVE-2024-0002': state('resolved', { fixed_version: '0' }),
    'CVE-2024-0003': state('open', { urgency: 'unimportant' }),
    'CVE-2024-0004': state('open', { urgency: 'end-of-life' }),
    'CVE-2024-0005': state('open', { nodsa: 'Minor issue', nodsa_reason: 'ignored' }),
    'CVE-2024-0006': state('open', { nodsa: 'Minor issue', nodsa_reason: 'postponed' }),
    'CVE-2024-0007': state('undetermined'),
    'CVE-2024-0010': state('open', { nodsa: 'Minor issue', nodsa_reason: '' }),
    'CVE-2024-0008': { releases: { sid: { status: 'open' }, forky: { status: 'open' } } },
    'CVE-2024-0009': { releases: 'nonsense' },
  },
};

const bulletins = [
  bulletin('DSA-1-1', '2024-01-10', ['CVE-2024-0001', 'CVE-2024-0002'], '3.0.1-1'),
  bulletin('DSA-1-2', '2024-02-20', ['CVE-2024-0001', 'CVE-2024-0100'], '3.0.2-1'),
  bulletin('DLA-9-1', '2024-03-30', ['CVE-2024-0100'], '3.0.10-1'),
  bulletin('DSA-2-1', '2024-04-01', [], '3.0.3-1'),
  bulletin('DSA-2-2', '2024-04-02', [], '3.0.4-1', 'openssl - regression update'),
  bulletin('DSA-3-1', '2024-04-03', [], '3.0.5-1', 'openssl - new upstream version'),
];

describe('Debian', () => {
  test('the tracker decides; bulletins are named, and say since when there is a fix', async () => {
    using built = await buildFrom({ ...osvFiles({ Debian: bulletins }), [trackerUrl]: tracker });
    const all = new Map(built.records('debian-12', 'openssl').map((record) => [record.id, record]));
    const open = [{ introduced: null, fixed: null, lastAffected: null }];
    expect(all.get('CVE-2024-0001')).toMatchObject({
      source: 'debian-tracker',
      aliases: [],
      bulletins: ['DSA-1-1', 'DSA-1-2'],
      ranges: [{ introduced: null, fixed: '3.0.2-1', lastAffected: null }],
      // of the bulletin that brought this version
      fixedSince: '2024-02-20',
      status: 'affected',
      labels: [{ source: 'debian', severity: 'Low' }],
    });
    expect(all.get('CVE-2024-0002')).toMatchObject({
      status: 'not-affected',
      ranges: [],
      bulletins: ['DSA-1-1'],
      fixedSince: null,
    });
    expect(all.get('CVE-2024-0003')).toMatchObject({
      status: 'affected',
      ranges: open,
      labels: [{ severity: 'Negligible' }],
    });
    expect(all.get('CVE-2024-0004')).toMatchObject({ status: 'end-of-life', ranges: open, labels: [] });
    expect(all.get('CVE-2024-0005')).toMatchObject({ status: 'will-not-fix', ranges: open });
    expect(all.get('CVE-2024-0006')).toMatchObject({ status: 'deferred', ranges: open });
    expect(all.get('CVE-2024-0007')).toMatchObject({ status: 'under-investigation', ranges: open });
    // no DSA is planned: that is no promise that there will be no fix
    expect(all.get('CVE-2024-0010')).toMatchObject({ status: 'affected', ranges: open });
    expect(all.has('CVE-2024-0008')).toBe(false);
    expect(built.records('debian-14', 'openssl')).toHaveLength(1);
    expect(built.records('debian-sid', 'openssl')).toHaveLength(1);
    expect(built.report.feeds.find(({ feed }) => feed === 'debian')).toMatchObject({
      rejected: 1,
      firstRejection: expect.stringContaining('openssl CVE-2024-0009'),
    });
  });

  test('where the tracker is silent bulletins speak: the highest version is the fix', async () => {
    using built = await buildFrom({ ...osvFiles({ Debian: bulletins }), [trackerUrl]: tracker });
    const all = new Map(built.records('debian-12', 'openssl').map((record) => [record.id, record]));
    expect(all.get('CVE-2024-0100')).toMatchObject({
      source: 'osv',
      bulletins: ['DLA-9-1', 'DSA-1-2'],
      ranges: [{ introduced: null, fixed: '3.0.10-1', lastAffected: null }],
      fixedSince: '2024-03-30',
      published: null,
    });
    // a security update without a CVE stands for itself; regressions and new versions are no vulnerabilities
    expect([...all.keys()].filter((id) => id.startsWith('DSA'))).toEqual(['DSA-2-1']);
    expect(built.reader.texts('debian-12', ['DSA-1-1', 'CVE-2024-0001']).size).toBe(2);
  });

  test('DEBIAN-CVE records are copies of the tracker: they never stand beside it', async () => {
    const copy = (cve: string) => ({ ...bulletin(`DEBIAN-${cve}`, '2024-01-01', [], '9.9-1'), upstream: [cve] });
    const feeds = osvFiles({ Debian: [copy('CVE-2024-0001'), copy('CVE-2024-0200'), ...bulletins] });
    using built = await buildFrom({ ...feeds, [trackerUrl]: tracker });
    const about = (id: string) => built.records('debian-12', 'openssl').filter((record) => record.id === id);
    expect(about('CVE-2024-0001')).toMatchObject([{ source: 'debian-tracker', bulletins: ['DSA-1-1', 'DSA-1-2'] }]);
    expect(about('CVE-2024-0200')).toMatchObject([{ source: 'osv', aliases: [], bulletins: [] }]);
  });

  test('each of the two feeds alone makes shards, and the report names the other', async () => {
    using built = await buildFrom({ [trackerUrl]: tracker });
    expect(built.records('debian-12', 'openssl')).toHaveLength(8);
    expect(built.report.skipped).toContainEqual({
      feed: 'debian',
      url: 'https://osv-vulnerabilities.storage.googleapis.com/Debian/all.zip',
    });
  });

  test('when one of the two feeds is gone the shard stays as it was, with its old date', async () => {
    using built = await buildFrom({ ...osvFiles({ Debian: bulletins }), [trackerUrl]: tracker });
    rmSync(join(built.mirror, mirrorPath(trackerUrl)));
    const report = await built.again({ asOf: '2026-08-30' });
    expect(report.failed).toEqual([]);
    expect(report.skipped).toContainEqual({ feed: 'debian', url: trackerUrl });
    expect(openAdvisories(built.dbDir).shard('debian-12')).toEqual(built.reader.shard('debian-12'));
  });
});
