import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { buildFrom } from '../testing/build-from.ts';

const base = 'https://packages.vmware.com/photon';
const json = `${base}/photon_cve_metadata/cve_data_photon5.0.json`;
const xml = `${base}/photon_oval_definitions/com.vmware.phsa-photon5.xml.gz`;

const oval = gzipSync(`<oval_definitions><definitions><definition id="def:1"><metadata>
<title>PHSA-2024:00001 ansible Security Update. (Important)</title>
<reference ref_id="PHSA:00001:5.0:184" source="PHSA"/><reference ref_id="CVE:00001:CVE-2023-5115" source="CVE"/>
<description>d</description><advisory><severity>Important</severity><issued date="2024-01-04"/><cve>CVE-2023-5115</cve></advisory>
</metadata><criteria operator="AND"><criterion comment="Photon OS 5 is installed" test_ref="tst:os"/><criteria operator="OR">
<criteria operator="AND"><criterion comment="ansible is earlier than 0:2.14.12-1.ph5" test_ref="tst:1"/><criterion comment="ansible is signed with VMware key" test_ref="tst:2"/></criteria>
</criteria></criteria></definition></definitions>
<tests><rpminfo_test id="tst:1"><object object_ref="obj:1"/><state state_ref="ste:1"/></rpminfo_test></tests>
<objects><rpminfo_object id="obj:1"><name>ansible</name></rpminfo_object></objects>
<states><rpminfo_state id="ste:1"><evr operation="less than">0:2.14.12-1.ph5</evr></rpminfo_state></states></oval_definitions>`);

const rows = [
  {
    cve_id: 'CVE-2023-5115',
    pkg: 'ansible',
    cve_score: 6.3,
    aff_ver: 'all versions before 2.14.12-1.ph5 are vulnerable',
    res_ver: '2.14.12-1.ph5',
    status: 'Fixed',
  },
  { cve_id: 'CVE-2025-1001', pkg: 'consul', cve_score: 9.8, aff_ver: 'NA', res_ver: 'NA', status: 'Not Affected' },
  {
    cve_id: 'CVE-2025-1002',
    pkg: 'consul',
    cve_score: 7.5,
    aff_ver: 'all versions are vulnerable',
    res_ver: 'NA',
    status: 'Not Fixed',
  },
];

test('the state of each CVE in each package; its bulletin adds the day', async () => {
  using db = await buildFrom({ [json]: JSON.stringify(rows), [xml]: oval });
  expect(db.records('photon-5.0', 'src:ansible')).toMatchObject([
    {
      id: 'CVE-2023-5115',
      source: 'photon',
      bulletins: ['PHSA-2024-5.0-0184'],
      fixedSince: '2024-01-04',
      ranges: [{ fixed: '2.14.12-1.ph5' }],
      labels: [{ source: 'photon', severity: 'Medium' }],
    },
  ]);
  expect(db.records('photon-5.0', 'consul').map(({ id, status, ranges }) => [id, status, ranges.length])).toEqual([
    ['CVE-2025-1001', 'not-affected', 0],
    ['CVE-2025-1002', 'affected', 1],
  ]);
});

test('bulletins stand alone where there is nothing else', async () => {
  using db = await buildFrom({ [xml]: oval });
  expect(db.records('photon-5.0', 'ansible')).toMatchObject([
    { id: 'CVE-2023-5115', bulletins: ['PHSA-2024-5.0-0184'], ranges: [{ fixed: '0:2.14.12-1.ph5' }] },
  ]);
});

test('a row that cannot be read is counted, the others stay; what is no list is refused', async () => {
  using db = await buildFrom({
    [json]: JSON.stringify([{ cve_id: 1 }, { cve_id: 'X-1', pkg: 'a' }, ...rows]),
    [xml]: oval,
  });
  expect(db.report.feeds.find(({ feed }) => feed === 'photon/5.0')).toMatchObject({ read: 4, rejected: 2 });
  expect(db.records('photon-5.0', 'consul')).toHaveLength(2);
  using other = await buildFrom({ [json]: '{}', [xml]: oval });
  expect(other.report.failed).toMatchObject([{ feed: 'photon/5.0', code: 'feed-malformed' }]);
});

const feeds = shared('feeds');

describe.skipIf(feeds === undefined)(feeds === undefined ? needsShared : 'the real data', () => {
  test('Photon OS 3 by its bulletins', async () => {
    using db = await buildFrom({}, { mirrors: [feeds!], only: ['photon-3.0'] });
    expect(db.report.feeds).toMatchObject([{ feed: 'photon/3.0', read: 222, rejected: 0 }]);
    expect(db.report.shards.find(({ name }) => name === 'photon-3.0')?.records).toBeGreaterThan(500);
  });

  test('the excerpt of Photon OS 5', async () => {
    using db = await buildFrom({}, { mirrors: [`${feeds}/excerpts`], only: ['photon-5.0'] });
    expect(db.records('photon-5.0', 'src:ansible')).toMatchObject([
      { id: 'CVE-2023-5115', bulletins: ['PHSA-2024-5.0-0184'], fixedSince: '2024-01-04' },
    ]);
    expect(db.records('photon-5.0', 'src:consul')).toMatchObject([{ id: 'BDSA-2025-13833', status: 'not-affected' }]);
  });
});
