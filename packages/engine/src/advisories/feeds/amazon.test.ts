import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { buildFrom } from '../testing/build-from.ts';

const host = 'https://cdn.amazonlinux.com';

interface Update {
  readonly id: string;
  readonly type?: string;
  readonly cves?: readonly string[];
  /** name, epoch, version, release, architecture */
  readonly packages?: readonly (readonly [string, string, string, string, string])[];
}

function updateInfo(updates: readonly Update[]): Buffer {
  const all = updates.map(({ id, type = 'security', cves = ['CVE-2023-1001'], packages = [] }) => {
    const references = cves.map(
      (cve) => `<reference href="http://cve.mitre.org/?name=${cve}" title="" id="${cve}" type="cve" />`,
    );
    const files = packages.map(
      ([name, epoch, version, release, arch]) =>
        `<package name="${name}" version="${version}" release="${release}" epoch="${epoch}" arch="${arch}"><filename>x</filename></package>`,
    );
    return `<update status="final" type="${type}"><id>${id}</id><title>t</title><issued date="2023-02-17 20:41:00" /><updated date="2023-02-22 23:22:00" /><severity>Important</severity><description>d</description><references>${references.join('')}</references><pkglist><collection short="x"><name>x</name>${files.join('')}</collection></pkglist></update>`;
  });
  return gzipSync(`<?xml version="1.0" ?><updates>${all.join('')}</updates>`);
}

const file = (path: string) => `${host}/${path}/repodata/updateinfo.xml.gz`;
const al2023 = file('al2023/core/latest/x86_64');
const bash = ['bash', '0', '5.2.15', '1.amzn2023.0.3', 'x86_64'] as const;

test('a bulletin is one record for each of its CVEs and packages', async () => {
  using db = await buildFrom({
    [al2023]: updateInfo([
      {
        id: 'ALAS2023-2023-001',
        cves: ['CVE-2023-1002', 'CVE-2023-1001'],
        packages: [
          bash,
          ['bash', '0', '5.2.15', '1.amzn2023.0.3', 'aarch64'],
          ['vim', '2', '9.0', '1.amzn2023', 'x86_64'],
        ],
      },
    ]),
  });
  expect(db.records('amazon-linux-2023', 'bash')).toMatchObject(
    ['CVE-2023-1001', 'CVE-2023-1002'].map((id) => ({
      id,
      source: 'amazon-alas',
      bulletins: ['ALAS2023-2023-001'],
      ranges: [{ introduced: null, fixed: '0:5.2.15-1.amzn2023.0.3', lastAffected: null }],
      labels: [{ source: 'amazon', severity: 'High' }],
      fixedSince: '2023-02-17',
    })),
  );
  expect(db.records('amazon-linux-2023', 'vim')[0]?.ranges[0]?.fixed).toBe('2:9.0-1.amzn2023');
  expect(db.report.shards.find(({ name }) => name === 'amazon-linux-2023')?.dataDate).toBe('2023-02-22');
});

test('a topic of Extras speaks of its own version of a package that the core has too', async () => {
  const kernel = (version: string) => ['kernel', '0', version, '1.amzn2', 'x86_64'] as const;
  using db = await buildFrom({
    [file('2/core/latest/x86_64')]: updateInfo([{ id: 'ALAS2-2023-1', packages: [kernel('4.14.300')] }]),
    [`${host}/2/extras-catalog-x86_64-v2.json`]: JSON.stringify({
      topics: [{ n: 'kernel-5.15' }, { n: '../x' }, { n: 'docker' }],
    }),
    [file('2/extras/kernel-5.15/latest/x86_64')]: updateInfo([
      {
        id: 'ALAS2KERNEL-5.15-2022-001',
        packages: [kernel('5.15.43'), ['kernel-livepatch', '0', '1.0', '0.amzn2', 'x86_64']],
      },
    ]),
  });
  expect(db.report.skipped.filter(({ url }) => url.includes('amazonlinux.com/2/'))).toEqual([]);
  expect(db.records('amazon-linux-2', 'kernel').map(({ ranges }) => ranges[0])).toEqual([
    { introduced: null, fixed: '0:4.14.300-1.amzn2', lastAffected: null },
    { introduced: '5.15', fixed: '0:5.15.43-1.amzn2', lastAffected: null },
  ]);
  expect(db.records('amazon-linux-2', 'kernel-livepatch')[0]?.ranges[0]?.introduced).toBeNull();
});

test('the file is where the mirror list and repomd.xml say, as long as that is Amazon’s', async () => {
  const list = `${host}/al2023/core/latest/x86_64/mirror.list`;
  const base = `${host}/al2023/core/guids/abc/x86_64`;
  const repomd = '<repomd><data type="updateinfo"><location href="repodata/1-updateinfo.xml.gz"/></data></repomd>';
  const files = {
    [list]: `${base}\n`,
    [`${base}/repodata/repomd.xml`]: repomd,
    [`${base}/repodata/1-updateinfo.xml.gz`]: updateInfo([{ id: 'ALAS2023-2023-002', packages: [bash] }]),
    [al2023]: updateInfo([{ id: 'ALAS2023-2023-001', packages: [bash] }]),
  };
  using db = await buildFrom(files);
  expect(db.records('amazon-linux-2023', 'bash')[0]?.bulletins).toEqual(['ALAS2023-2023-002']);
  using other = await buildFrom({ ...files, [list]: 'https://example.com/al2023/\n' });
  expect(other.records('amazon-linux-2023', 'bash')[0]?.bulletins).toEqual(['ALAS2023-2023-001']);
});

test('what is no bulletin is counted; one that cannot be read is named, the others stay', async () => {
  using db = await buildFrom({
    [al2023]: updateInfo([
      { id: 'ALAS2023-2023-001', packages: [bash, ['', '0', '1', '1', 'x86_64']] },
      { id: 'ALAS2023-2023-002', type: 'bugfix', packages: [bash] },
      { id: 'RHSA-1', packages: [bash] },
    ]),
  });
  expect(db.report.feeds.find(({ feed }) => feed === 'amazon-alas/amazon-linux-2023')).toMatchObject({
    read: 3,
    irrelevant: 1,
    rejected: 2,
    firstRejection: 'ALAS2023-2023-001: has a package without version',
  });
  expect(db.records('amazon-linux-2023', 'bash')).toHaveLength(1);
});

const feeds = shared('feeds');

describe.skipIf(feeds === undefined)(feeds === undefined ? needsShared : 'the real excerpts', () => {
  test.each([
    ['amazon-linux-1', 'httpd-devel', 'CVE-2011-3192', 'ALAS-2011-1', '0:2.2.21-1.18.amzn1', null],
    ['amazon-linux-2', 'kernel', 'CVE-2017-5754', 'ALAS2-2018-939', '0:4.9.76-38.79.amzn2', null],
    [
      'amazon-linux-2',
      'kernel-headers',
      'CVE-2022-3526',
      'ALAS2KERNEL-5.15-2022-001',
      '0:5.15.43-20.123.amzn2',
      '5.15',
    ],
    ['amazon-linux-2023', 'rsyslog', 'CVE-2022-24903', 'ALAS2023-2023-001', '0:8.2204.0-3.amzn2023.0.2', null],
  ])('%s %s %s', async (shard, name, cve, bulletin, fixed, introduced) => {
    using db = await buildFrom({}, { mirrors: [`${feeds}/excerpts`], only: [shard] });
    expect(
      db.records(shard, name).find(({ id, bulletins }) => id === cve && bulletins.includes(bulletin)),
    ).toMatchObject({
      ranges: [{ introduced, fixed }],
    });
  });
});
