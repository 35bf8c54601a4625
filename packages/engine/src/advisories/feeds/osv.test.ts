import { describe, expect, test } from 'vitest';
import { buildFrom } from '../testing/build-from.ts';
import { osvFiles } from '../testing/make-mirror.ts';
import { makeZip } from '../testing/make-zip.ts';
import { osvZipUrl } from './osv-zip.ts';

const modified = '2026-01-02T03:04:05Z';
const fixedAt = (ecosystem: string, name: string, fixed: string) => ({
  package: { ecosystem, name },
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
});

describe('OSV', () => {
  test('a GitHub advisory becomes a record with its ratings', async () => {
    const record = {
      id: 'GHSA-35jh-r3h4-6jhm',
      modified,
      published: '2021-05-06T16:05:51Z',
      aliases: ['CVE-2021-23337'],
      summary: 'Command Injection in lodash',
      details: 'text',
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' }],
      affected: [fixedAt('npm', 'lodash', '4.17.21'), fixedAt('RubyGems', 'lodash-rails', '4.17.21')],
      references: [
        { type: 'WEB', url: 'https://a.example' },
        { type: 'WEB', url: 'https://a.example' },
      ],
      database_specific: { severity: 'HIGH', cwe_ids: ['CWE-94', 'CWE-77'] },
    };
    using built = await buildFrom(osvFiles({ npm: [record] }));
    expect(built.records('npm', 'lodash')).toEqual([
      {
        id: 'GHSA-35jh-r3h4-6jhm',
        source: 'osv',
        aliases: ['CVE-2021-23337'],
        bulletins: [],
        package: 'lodash',
        scheme: 'npm',
        ranges: [{ introduced: null, fixed: '4.17.21', lastAffected: null }],
        versions: [],
        status: 'affected',
        labels: [{ source: 'github', severity: 'High' }],
        cvss: [
          { source: 'github', version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H', score: null },
        ],
        published: '2021-05-06',
        modified: '2026-01-02',
        fixedSince: null,
        malicious: false,
        cwes: ['CWE-77', 'CWE-94'],
      },
    ]);
    expect(built.reader.texts('npm', [record.id]).get(record.id)).toEqual({
      id: record.id,
      title: 'Command Injection in lodash',
      description: 'text',
      references: ['https://a.example'],
    });
    expect(built.reader.shard('npm')).toMatchObject({ records: 1, dataDate: '2026-01-02', checkedAt: '2026-08-22' });
    // the gem's statement belongs to the archive of gems
    expect(built.reader.shards().map(({ name }) => name)).toEqual(['npm', 'npm-texts']);
  });

  test('withdrawn records never become records, and are counted', async () => {
    using built = await buildFrom(
      osvFiles({
        npm: [
          { id: 'GHSA-1', modified, withdrawn: modified, affected: [fixedAt('npm', 'a', '1.0.0')] } as { id: string },
          { id: 'GHSA-2', modified, affected: [fixedAt('npm', 'a', '1.0.0')] } as { id: string },
        ],
      }),
    );
    expect(built.records('npm', 'a').map(({ id }) => id)).toEqual(['GHSA-2']);
    expect(built.report.feeds.find(({ feed }) => feed === 'osv/npm')).toMatchObject({
      read: 2,
      withdrawn: 1,
      rejected: 0,
    });
  });

  test('a bulletin is one record per CVE and no alias of any', async () => {
    const record = {
      id: 'ALSA-2026:2039',
      modified,
      published: '2026-02-05T00:00:00Z',
      related: ['CVE-2025-15279', 'CVE-2025-15269'],
      affected: [
        fixedAt('AlmaLinux:9', 'fontforge', '20201107-7.el9_7'),
        fixedAt('AlmaLinux:10', 'fontforge', '20201107-7.el10'),
      ],
    };
    const bugFix = { id: 'ALBA-2026:1', modified, related: [], affected: [fixedAt('AlmaLinux:9', 'fontforge', '1')] };
    using built = await buildFrom(osvFiles({ AlmaLinux: [record, bugFix] }));
    expect(built.records('almalinux-9', 'fontforge')).toMatchObject([
      { id: 'CVE-2025-15269', aliases: [], bulletins: ['ALSA-2026:2039'], scheme: 'rpm', fixedSince: '2026-02-05' },
      { id: 'CVE-2025-15279', aliases: [], bulletins: ['ALSA-2026:2039'] },
    ]);
    expect(built.records('almalinux-10', 'fontforge')[0]?.ranges[0]?.fixed).toBe('20201107-7.el10');
    expect(built.report.feeds.find(({ feed }) => feed === 'osv/AlmaLinux')).toMatchObject({ irrelevant: 1 });
  });

  test('Ubuntu: the CVE is an alias, USN are bulletins, priority and status are its own', async () => {
    const entry = (ecosystem: string, status: string, events: object[]) => ({
      package: { ecosystem, name: 'guake' },
      ranges: [{ type: 'ECOSYSTEM', events }],
      ecosystem_specific: { ubuntu_priority: 'negligible', ubuntu_status: status },
    });
    const record = {
      id: 'UBUNTU-CVE-2021-23556',
      modified,
      upstream: ['CVE-2021-23556'],
      related: ['USN-2-1', 'USN-1-1'],
      severity: [
        { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
        { type: 'Ubuntu', score: 'medium' },
      ],
      affected: [
        entry('Ubuntu:22.04:LTS', 'released', [{ introduced: '0' }, { fixed: '3.8-1ubuntu1' }]),
        entry('Ubuntu:Pro:16.04:LTS', 'ignored', [{ introduced: '0' }]),
        entry('Ubuntu:23.10', 'deferred', [{ introduced: '0' }]),
      ],
    };
    using built = await buildFrom(osvFiles({ Ubuntu: [record] }));
    expect(built.records('ubuntu-22.04', 'guake')).toMatchObject([
      {
        id: 'UBUNTU-CVE-2021-23556',
        aliases: ['CVE-2021-23556'],
        bulletins: ['USN-1-1', 'USN-2-1'],
        status: 'affected',
        labels: [{ source: 'ubuntu', severity: 'Negligible' }],
        cvss: [{ source: 'ubuntu' }],
      },
    ]);
    expect(built.records('ubuntu-16.04', 'guake')).toMatchObject([
      { status: 'will-not-fix', ranges: [{ introduced: null, fixed: null }], channel: 'esm' },
    ]);
    expect(built.records('ubuntu-23.10', 'guake')).toMatchObject([{ status: 'deferred' }]);
  });

  test('Ubuntu: what only Pro has stands apart, by its archive; what it repeats is not kept twice', async () => {
    const entry = (ecosystem: string, purl: string | undefined, fixed: string | null) => ({
      package: { ecosystem, name: 'guake', ...(purl && { purl: `pkg:deb/ubuntu/guake?arch=source&distro=${purl}` }) },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, ...(fixed ? [{ fixed }] : [])] }],
      ecosystem_specific: { ubuntu_status: fixed ? 'released' : 'needs-triage' },
    });
    const record = {
      id: 'UBUNTU-CVE-2021-1000',
      modified,
      upstream: ['CVE-2021-1000'],
      affected: [
        entry('Ubuntu:22.04:LTS', 'jammy', null),
        entry('Ubuntu:Pro:22.04:LTS', 'esm-apps%2Fjammy', '3.8-1ubuntu0.1~esm1'),
        entry('Ubuntu:20.04:LTS', 'focal', '3.6-1'),
        entry('Ubuntu:Pro:20.04:LTS', 'esm-apps/focal', '3.6-1'),
        entry('Ubuntu:Pro:18.04:LTS', 'esm-infra/bionic', '3.0-1+esm2'),
        entry('Ubuntu:Pro:FIPS:18.04:LTS', 'fips/bionic', '3.0-1+fips1'),
      ],
    };
    using built = await buildFrom(osvFiles({ Ubuntu: [record] }));
    const said = (shard: string) =>
      built.records(shard, 'guake').map(({ channel, status, ranges }) => [channel, status, ranges[0]?.fixed]);
    expect(said('ubuntu-22.04')).toEqual([
      ['esm-apps', 'affected', '3.8-1ubuntu0.1~esm1'],
      [undefined, 'under-investigation', null],
    ]);
    expect(said('ubuntu-20.04')).toEqual([[undefined, 'affected', '3.6-1']]);
    expect(said('ubuntu-18.04')).toEqual([['esm-infra', 'affected', '3.0-1+esm2']]);
    expect(said('ubuntu-pro-fips-18.04')).toHaveLength(1);
  });

  test('Ubuntu: a USN beside the distro record says since when; alone it is a record of its own', async () => {
    const events = [{ introduced: '0' }, { fixed: '3.8-1' }];
    const affected = [
      { package: { ecosystem: 'Ubuntu:22.04:LTS', name: 'guake' }, ranges: [{ type: 'ECOSYSTEM', events }] },
    ];
    const record = { id: 'UBUNTU-CVE-2021-1000', modified, upstream: ['CVE-2021-1000'], affected };
    const notice = {
      id: 'USN-7-1',
      modified,
      published: '2021-03-04T00:00:00Z',
      upstream: ['CVE-2021-1000', 'UBUNTU-CVE-2021-1000', 'CVE-2021-2000'],
      affected,
    };
    using built = await buildFrom(osvFiles({ Ubuntu: [record, notice] }));
    expect(built.records('ubuntu-22.04', 'guake')).toMatchObject([
      { id: 'CVE-2021-2000', bulletins: ['USN-7-1'], fixedSince: '2021-03-04', published: null },
      { id: 'UBUNTU-CVE-2021-1000', aliases: ['CVE-2021-1000'], bulletins: ['USN-7-1'], fixedSince: '2021-03-04' },
    ]);
  });

  test('names are as their shard keys them, and malicious packages say so', async () => {
    using built = await buildFrom(
      osvFiles({
        PyPI: [
          {
            id: 'MAL-2025-1',
            modified,
            affected: [{ package: { ecosystem: 'PyPI', name: 'Evil_Package.x' }, versions: ['1.0'] }],
          } as { id: string },
        ],
        Packagist: [
          {
            id: 'DRUPAL-1',
            modified,
            affected: [fixedAt('Packagist:https://packages.drupal.org/8', 'drupal/Core', '8.1.0')],
          } as { id: string },
        ],
        'crates.io': [
          {
            id: 'RUSTSEC-1',
            modified,
            affected: [{ ...fixedAt('crates.io', 'old', '1'), database_specific: { informational: 'unmaintained' } }],
          } as { id: string },
        ],
        NewEco: [{ id: 'NEW-1', modified, affected: [fixedAt('NewEco', 'thing', '2')] } as { id: string }],
      }),
    );
    expect(built.records('pypi', 'evil-package-x')).toMatchObject([{ malicious: true, versions: ['1.0'], ranges: [] }]);
    expect(built.records('packagist', 'drupal/core')).toHaveLength(1);
    expect(built.records('neweco', 'thing')).toMatchObject([{ scheme: 'neweco' }]);
    expect(built.reader.shard('crates.io')).toBeUndefined();
  });

  test('texts of enormous records are cut', async () => {
    const record = {
      id: 'GHSA-9',
      modified,
      details: 'x'.repeat(1 << 20),
      references: Array.from({ length: 5000 }, (_, index) => ({ type: 'WEB', url: `https://a.example/${index}` })),
      affected: [fixedAt('npm', 'a', '1.0.0')],
    };
    using built = await buildFrom(osvFiles({ npm: [record] }));
    const text = built.reader.texts('npm', ['GHSA-9']).get('GHSA-9')!;
    expect([text.description?.length, text.references.length]).toEqual([65_536, 200]);
  });

  test('records that do not fit are left out with a count and the first reason; a new field does no harm', async () => {
    const files = osvFiles({ npm: [] });
    files[osvZipUrl('npm')] = makeZip([
      { name: 'a.json', body: 'no json' },
      { name: 'b.json', body: '{"id":7,"modified":"2026"}' },
      {
        name: 'c.json',
        body: JSON.stringify({ id: 'GHSA-3', modified, new_field: 1, affected: [fixedAt('npm', 'a', '1.0.0')] }),
      },
      {
        name: 'd.json',
        body: '{"id":"GHSA-4","modified":"2026","affected":[{"ranges":[{"type":"SEMVER","events":[{"introduced":1}]}]}]}',
      },
    ]);
    using built = await buildFrom(files);
    expect(built.report.feeds.find(({ feed }) => feed === 'osv/npm')).toMatchObject({
      read: 1,
      rejected: 3,
      firstRejection: 'a.json: is no JSON',
    });
    expect(built.records('npm', 'a')).toHaveLength(1);
  });
});
