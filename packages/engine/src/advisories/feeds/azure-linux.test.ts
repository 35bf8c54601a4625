import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { type Built, buildFrom } from '../testing/build-from.ts';

const url = 'https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/azurelinux-3.0-oval.xml';

interface Row {
  readonly cve: string;
  readonly name: string;
  readonly evr: string;
  readonly operation?: string;
  readonly patchable?: string;
}

/** An OVAL file in the shape of Microsoft's. */
function oval(rows: readonly Row[], more = ''): string {
  const each = (make: (row: Row, at: number) => string) => rows.map(make).join('\n');
  return `<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" xmlns:l="urn:linux">
<definitions>${each(
    ({ cve, name, patchable = 'true' }, at) => `<definition class="vulnerability" id="def:${at}">
  <metadata><title>${cve} affecting package ${name}</title><reference ref_id="${cve}" source="CVE"/>
    <patchable>${patchable}</patchable><advisory_date>2024-07-23T22:05:39Z</advisory_date><severity>High</severity>
    <description>${name} &amp; more</description></metadata>
  <criteria operator="AND"><criterion comment="Package ${name} is earlier" test_ref="tst:${at}"/></criteria>
</definition>`,
  )}${more}</definitions>
<tests>${each((_, at) => `<l:rpminfo_test id="tst:${at}"><l:object object_ref="obj:${at}"/><l:state state_ref="ste:${at}"/></l:rpminfo_test>`)}</tests>
<objects>${each(({ name }, at) => `<l:rpminfo_object id="obj:${at}"><l:name>${name}</l:name></l:rpminfo_object>`)}</objects>
<states>${each(({ evr, operation = 'less than' }, at) => `<l:rpminfo_state id="ste:${at}"><l:evr datatype="evr_string" operation="${operation}">${evr}</l:evr></l:rpminfo_state>`)}</states>
</oval_definitions>`;
}

test('a fix, no fix yet, and what never applied; by source and by binary name', async () => {
  using db = await buildFrom({
    [url]: oval([
      { cve: 'CVE-2024-1001', name: 'curl', evr: '0:8.8.0-2.azl3' },
      {
        cve: 'CVE-2024-1002',
        name: 'curl',
        evr: '0:8.8.0-2.azl3',
        operation: 'less than or equal',
        patchable: 'false',
      },
      { cve: 'CVE-2024-1003', name: 'curl', evr: '0:8.8.0-2.azl3', patchable: 'Not Applicable' },
    ]),
  });
  for (const name of ['curl', 'src:curl'])
    expect(db.records('azurelinux-3.0', name)).toMatchObject([
      {
        id: 'CVE-2024-1001',
        source: 'azure-linux',
        status: 'affected',
        ranges: [{ introduced: null, fixed: '0:8.8.0-2.azl3', lastAffected: null }],
        labels: [{ source: 'microsoft', severity: 'High' }],
        fixedSince: '2024-07-23',
      },
      { id: 'CVE-2024-1002', status: 'affected', ranges: [{ fixed: null, lastAffected: '0:8.8.0-2.azl3' }] },
      { id: 'CVE-2024-1003', status: 'not-affected', ranges: [] },
    ]);
  expect(db.reader.texts('azurelinux-3.0', ['CVE-2024-1001']).get('CVE-2024-1001')?.description).toBe('curl & more');
});

test('a definition that cannot be read is counted and named, the others stay', async () => {
  const metadata = (cve: string) => `<metadata><title>t</title><reference ref_id="${cve}" source="CVE"/></metadata>`;
  const criteria = (inner: string) => `<criteria operator="AND">${inner}</criteria>`;
  const bad = [
    `<definition id="def:none">${metadata('CVE-2024-2001')}${criteria('<criterion comment="who knows" test_ref="tst:none"/>')}</definition>`,
    `<definition id="def:not">${metadata('CVE-2024-2002')}<criteria negate="true"/></definition>`,
    `<definition id="def:bare"/>`,
    `<definition id="def:cve">${metadata('XYZ-1')}${criteria('')}</definition>`,
  ];
  using db = await buildFrom({ [url]: oval([{ cve: 'CVE-2024-1001', name: 'curl', evr: '1-1' }], bad.join('')) });
  expect(db.report.feeds.find(({ feed }) => feed === 'azure-linux/azurelinux-3.0')).toMatchObject({
    rejected: 4,
    firstRejection: 'def:none: has a test that is not understood (who knows)',
  });
  expect(db.records('azurelinux-3.0', 'src:curl')).toHaveLength(1);
});

test.each([
  ['truncated', (text: string) => text.slice(0, -100)],
  ['with a document type', (text: string) => `<!DOCTYPE x [<!ENTITY y "z">]>${text}`],
])('a file %s leaves what was there before', async (_, damage) => {
  const files = { [url]: oval([{ cve: 'CVE-2024-1001', name: 'curl', evr: '1-1' }]) };
  using db = await buildFrom({ ...files, [url]: damage(files[url]!) });
  expect(db.report.failed).toMatchObject([
    { feed: 'azure-linux/azurelinux-3.0', code: 'feed-malformed', message: expect.stringContaining(url) },
  ]);
});

const feeds = shared('feeds');

describe.skipIf(feeds === undefined)(feeds === undefined ? needsShared : 'the real files', () => {
  let db: Built;

  beforeAll(async () => {
    db = await buildFrom({}, { mirrors: [feeds!], only: ['azurelinux-3.0', 'mariner-1.0', 'mariner-2.0'] });
  });
  afterAll(() => db[Symbol.dispose]());

  test('every definition is read', () => {
    expect(db.report.feeds.map(({ feed, read, rejected }) => [feed, read, rejected])).toEqual([
      ['azure-linux/azurelinux-3.0', 1222, 0],
      ['azure-linux/mariner-1.0', 2252, 0],
      ['azure-linux/mariner-2.0', 2379, 0],
    ]);
  });

  test.each([
    ['azurelinux-3.0', 'src:oath-toolkit', 'CVE-2024-47191', 'affected', '0:2.6.7-3.azl3'],
    ['mariner-2.0', 'src:telegraf', 'CVE-2023-39325', 'not-affected', undefined],
  ])('%s %s %s', (shard, name, cve, status, fixed) => {
    const record = db.records(shard, name).find(({ id }) => id === cve);
    expect([record?.status, record?.ranges[0]?.fixed]).toEqual([status, fixed]);
  });
});
