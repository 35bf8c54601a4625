import { describe, expect, test } from 'vitest';
import { buildFrom } from '../testing/build-from.ts';

const wolfi = 'https://packages.wolfi.dev/os/security.json';
const chainguard = 'https://packages.cgr.dev/chainguard/security.json';
const secdb = (secfixes: unknown) => ({ reponame: 'os', packages: [{ pkg: { name: 'openssl', secfixes } }] });

describe('Wolfi and Chainguard', () => {
  test('the second name of a vulnerability is no vulnerability of its own', async () => {
    using built = await buildFrom({
      [wolfi]: secdb({
        '0': ['CVE-2020-0001'],
        '3.1.1-r0': ['CVE-2023-0001', 'CVE-2023-0002', 'GHSA-aaaa-bbbb-cccc'],
        '3.1.2-r0': ['CVE-2023-0003', 'GHSA-dddd-eeee-ffff', 'GHSA-gggg-hhhh-jjjj'],
      }),
    });
    const records = built.records('wolfi', 'openssl');
    expect(records.map(({ id, status, bulletins, ranges }) => [id, status, bulletins, ranges[0]?.fixed])).toEqual([
      ['CVE-2020-0001', 'not-affected', [], undefined],
      ['CVE-2023-0001', 'affected', ['GHSA-aaaa-bbbb-cccc'], '3.1.1-r0'],
      ['CVE-2023-0002', 'affected', ['GHSA-aaaa-bbbb-cccc'], '3.1.1-r0'],
      // one of the two may be a vulnerability that no CVE names: none is left out
      ['CVE-2023-0003', 'affected', [], '3.1.2-r0'],
      ['GHSA-dddd-eeee-ffff', 'affected', [], '3.1.2-r0'],
      ['GHSA-gggg-hhhh-jjjj', 'affected', [], '3.1.2-r0'],
    ]);
    expect(records[1]).toMatchObject({ source: 'wolfi-secdb', scheme: 'apk', aliases: [] });
  });

  test('each distro has its own shard, and one that is no database leaves the other', async () => {
    using built = await buildFrom({ [wolfi]: '<html>', [chainguard]: secdb({ '3.1.1-r0': ['CVE-2023-0001', 'odd'] }) });
    expect(built.records('chainguard', 'openssl')).toMatchObject([{ id: 'CVE-2023-0001', source: 'chainguard-secdb' }]);
    expect(built.report.failed).toMatchObject([{ feed: 'wolfi-secdb', code: 'feed-malformed' }]);
    expect(built.report.feeds).toMatchObject([
      { feed: 'chainguard-secdb', rejected: 1, firstRejection: 'openssl odd: names no vulnerability' },
    ]);
  });
});
