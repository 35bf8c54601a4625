import { describe, expect, test } from 'vitest';
import { buildFrom } from '../testing/build-from.ts';
import { endOfLifeUrl } from './endoflife-products.ts';
import { idsOf } from './secdb.ts';

const secdb = (packages: unknown[]) => ({ distroversion: 'v3.12', reponame: 'main', packages });
const main = (release: string) => `https://secdb.alpinelinux.org/${release}/main.json`;
const community = (release: string) => `https://secdb.alpinelinux.org/${release}/community.json`;

describe('Alpine secdb', () => {
  test.each([
    ['CVE-2022-37434', ['CVE-2022-37434']],
    ['cve-2022-37434', ['CVE-2022-37434']],
    ['CVE-2017-2620 XSA-209', ['CVE-2017-2620', 'XSA-209']],
    ['GHSA-abcd-1234-efgh CVE-2020-1111', ['CVE-2020-1111', 'GHSA-abcd-1234-efgh']],
    ['CVE-2020-1111 (+)', ['CVE-2020-1111']],
    ['CVE_2019-2426', ['CVE-2019-2426']],
    ['CVE 2025-12345', ['CVE-2025-12345']],
    ['wnpa-sec-2017-18', ['wnpa-sec-2017-18']],
    ['CVE-2020-1111,CVE-2020-2222', ['CVE-2020-1111', 'CVE-2020-2222']],
    ['', []],
    ['(+)', []],
  ])('%j names %j', (line, ids) => {
    expect(idsOf(line)).toEqual(ids);
  });

  test('a fix, a package that is never affected, and both repositories', async () => {
    using built = await buildFrom({
      [main('v3.12')]: secdb([
        { pkg: { name: 'zlib', secfixes: { '1.2.12-r2': ['CVE-2022-37434'], '0': ['CVE-2020-9999'] } } },
        { pkg: 'odd' },
      ]),
      [community('v3.12')]: secdb([
        { pkg: { name: 'xen', secfixes: { '4.9.0-r0': ['CVE-2017-2620 XSA-209'], '4.9.1-r0': null } } },
      ]),
      [main('edge')]: secdb([]),
    });
    expect(built.records('alpine-3.12', 'zlib')).toMatchObject([
      { id: 'CVE-2020-9999', status: 'not-affected', ranges: [] },
      {
        id: 'CVE-2022-37434',
        source: 'alpine-secdb',
        scheme: 'apk',
        status: 'affected',
        fixedSince: null,
        ranges: [{ introduced: null, fixed: '1.2.12-r2', lastAffected: null }],
      },
    ]);
    expect(built.records('alpine-3.12', 'xen')).toMatchObject([
      { id: 'CVE-2017-2620', aliases: [], bulletins: ['XSA-209'] },
    ]);
    expect(built.reader.shard('alpine-edge')).toMatchObject({ records: 0 });
    expect(built.report.feeds.find(({ feed }) => feed === 'alpine-secdb/3.12')).toMatchObject({ rejected: 1 });
  });

  test.each([
    ['community', secdb([{ pkg: { name: 'zlib', secfixes: { '1-r0': ['CVE-2022-1'] } } }]), secdb([])],
    ['main', secdb([]), secdb([{ pkg: { name: 'xen', secfixes: { '4-r0': ['CVE-2022-2'] } } }])],
  ])('a repository that is empty beside a full one is not believed: %s', async (empty, mainData, communityData) => {
    using built = await buildFrom({
      [main('v3.12')]: mainData,
      [community('v3.12')]: communityData,
      [main('edge')]: secdb([]),
    });
    expect(built.reader.shard('alpine-3.12')).toBeUndefined();
    expect(built.report.failed).toMatchObject([
      {
        feed: 'alpine-secdb/3.12',
        message: expect.stringContaining(`/v3.12/${empty}.json: not the data of this feed`),
      },
    ]);
    expect(built.reader.shard('alpine-edge')).toMatchObject({ records: 0 });
  });

  test('a bulletin beside several vulnerabilities joins none of them', async () => {
    const ids = [
      'CVE-2021-20231 GNUTLS-SA-2021-03-10',
      'CVE-2021-20232 GNUTLS-SA-2021-03-10',
      'CVE-2023-1000 GHSA-j5g3-x',
    ];
    using built = await buildFrom({
      [main('v3.12')]: secdb([{ pkg: { name: 'gnutls', secfixes: { '3.7.1-r0': ids } } }]),
      [main('edge')]: secdb([]),
    });
    const named = built.records('alpine-3.12', 'gnutls').map(({ id, aliases, bulletins }) => [id, aliases, bulletins]);
    // what several have alike comes last
    expect(named.sort()).toEqual([
      ['CVE-2021-20231', [], ['GNUTLS-SA-2021-03-10']],
      ['CVE-2021-20232', [], ['GNUTLS-SA-2021-03-10']],
      ['CVE-2023-1000', ['GHSA-j5g3-x'], []],
    ]);
  });

  test('releases are those that endoflife.date lists and those that the mirror has', async () => {
    using built = await buildFrom({
      [endOfLifeUrl('alpine-linux')]: [{ cycle: '3.19' }, { cycle: '2.1' }, 'odd'],
      [main('v3.4')]: secdb([]),
    });
    const asked = built.report.skipped.map(({ feed }) => feed).filter((feed) => feed.startsWith('alpine'));
    expect([...new Set(asked)]).toEqual(['alpine-secdb/3.19', 'alpine-secdb/3.4', 'alpine-secdb/edge']);
    expect(built.reader.shards().map(({ name }) => name)).toContain('alpine-3.4');
  });
});
