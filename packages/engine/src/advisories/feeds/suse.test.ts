import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { buildFrom } from '../testing/build-from.ts';
import type { AdvisoryRecord } from '../types.ts';

const base = 'https://ftp.suse.com/pub/projects/security/oval';
const url = `${base}/suse.linux.enterprise.15-affected.xml.gz`;

/** A definition's `criteria` in the shape of SUSE's: products, of which one has to be there, and packages. */
function branch(products: readonly string[], packages: readonly string[]): string {
  const criterion = (comment: string, ref: string) => `<criterion test_ref="${ref}" comment="${comment}"/>`;
  const installed = products.map((product) => criterion(`${product} is installed`, `tst:${product}`));
  const tested = packages.map((text) => {
    const fixed = /^(\S+) < (\S+?)(?: (\S+))?$/.exec(text);
    return fixed === null
      ? criterion(text, 'tst:none')
      : criterion(`${fixed[1]}-${fixed[2]} is installed`, `tst:${text}`);
  });
  return `<criteria operator="AND"><criteria operator="OR">${installed.join('')}</criteria><criteria operator="OR">${tested.join('')}</criteria></criteria>`;
}

function oval(cve: string, branches: readonly (readonly [readonly string[], readonly string[]])[]): Buffer {
  const tests = new Set(branches.flatMap(([, packages]) => packages.filter((text) => text.includes(' < '))));
  const parts = [...tests].map((text) => ({ text, found: /^(\S+) < (\S+?)(?: (\S+))?$/.exec(text)! }));
  return gzipSync(
    `<oval_definitions><definitions><definition id="def:1" class="vulnerability"><metadata><title>${cve}</title>
<reference ref_id="SUSE ${cve}" source="SUSE CVE"/><reference ref_id="SUSE-SU-2023:1234-1" source="SUSE-SU"/><reference ref_id="SUSE-CU-2023:1-1" source="SUSE-SU"/>
<description>d</description><advisory><updated date="2025-08-06"/><severity>Moderate</severity></advisory></metadata>
<criteria operator="OR">${branches.map((entry) => branch(...entry)).join('')}</criteria></definition></definitions>
<tests>${parts.map(({ text }) => `<rpminfo_test id="tst:${text.replace('<', '&lt;')}"><object object_ref="obj:${text.replace('<', '&lt;')}"/><state state_ref="ste:${text.replace('<', '&lt;')}"/></rpminfo_test>`).join('')}</tests>
<objects>${parts.map(({ text, found }) => `<rpminfo_object id="obj:${text.replace('<', '&lt;')}"><name>${found[1]}</name></rpminfo_object>`).join('')}</objects>
<states>${parts.map(({ text, found }) => `<rpminfo_state id="ste:${text.replace('<', '&lt;')}"><evr operation="less than">0:${found[2]}</evr>${found[3] ? `<arch operation="pattern match">(${found[3]})</arch>` : ''}</rpminfo_state>`).join('')}</states></oval_definitions>`.replaceAll(
      /(test_ref="tst:[^"]*) < /g,
      '$1 &lt; ',
    ),
  );
}

const said = (records: readonly AdvisoryRecord[]) =>
  records.map(({ status, ranges, arches, bulletins }) => [status, ranges[0]?.fixed, arches, bulletins]);

const server = (pack: string) => `SUSE Linux Enterprise Server ${pack}`;
const basesystem = (pack: string) => `SUSE Linux Enterprise Module for Basesystem ${pack}`;

test('each service pack has its own fixes, those of its modules among them', async () => {
  using db = await buildFrom({
    [url]: oval('CVE-2023-1001', [
      [[server('15 SP2'), basesystem('15 SP2')], ['curl < 7.66.0-1.1']],
      [[basesystem('15 SP3')], ['curl < 7.66.0-150200.4.2 aarch64|ppc64le|s390x|x86_64', 'shim < 15.7-1.1 x86_64']],
      [[server('15')], ['curl is affected']],
      [[server('15 SP4')], ['curl is not affected']],
    ]),
  });
  const bulletins = ['SUSE-SU-2023:1234-1'];
  expect(said(db.records('sles-15.2', 'curl'))).toEqual([['affected', '0:7.66.0-1.1', undefined, bulletins]]);
  expect(said(db.records('sles-15.3', 'curl'))).toEqual([['affected', '0:7.66.0-150200.4.2', undefined, bulletins]]);
  expect(said(db.records('sles-15.3', 'shim'))).toEqual([['affected', '0:15.7-1.1', ['x86_64'], bulletins]]);
  expect(said(db.records('sles-15', 'curl'))).toEqual([['affected', null, undefined, []]]);
  expect(said(db.records('sles-15.4', 'curl'))).toEqual([['not-affected', undefined, undefined, []]]);
  expect(db.records('sles-15.3', 'curl')[0]?.labels).toEqual([{ source: 'suse', severity: 'Medium' }]);
});

test('what is sold apart is no fix for the server', async () => {
  const apart = [
    `${server('15 SP3')}-LTSS`,
    'SUSE Linux Enterprise Server for SAP Applications 15 SP3',
    'SUSE Linux Enterprise High Performance Computing 15 SP3-ESPOS',
    'SUSE Linux Enterprise Real Time 15 SP3',
    'SUSE Manager Server 4.2',
  ];
  using db = await buildFrom({
    [url]: oval('CVE-2023-1001', [
      [apart, ['curl < 9-1']],
      [[server('15 SP3')], ['bash < 1-1']],
    ]),
  });
  expect(db.records('sles-15.3', 'curl')).toEqual([]);
  expect(db.records('sles-15.3', 'bash')).toHaveLength(1);
});

test('of what modules of one release say a fix stands before "affected", that before "not affected"', async () => {
  using db = await buildFrom({
    [url]: oval('CVE-2023-1001', [
      [[basesystem('15 SP3')], ['curl is not affected', 'bash is not affected', 'vim is affected']],
      [[server('15 SP3')], ['curl < 9-1', 'bash is affected', 'vim < 9-1']],
    ]),
  });
  expect(
    ['curl', 'bash', 'vim'].map((name) =>
      said(db.records('sles-15.3', name)).map(([status, fixed]) => [status, fixed]),
    ),
  ).toEqual([[['affected', '0:9-1']], [['affected', null]], [['affected', '0:9-1']]]);
});

const feeds = shared('feeds');

describe.skipIf(feeds === undefined)(feeds === undefined ? needsShared : 'the real excerpts', () => {
  test.each<[string, string, string, string, string | undefined]>([
    ['sles-15.3', 'kernel-default', 'CVE-1999-0077', 'not-affected', undefined],
    ['sles-16.0', 'tar', 'CVE-2001-1267', 'affected', '0:1.35-160000.2.2'],
    ['sle-micro-5.3', 'vim-small', '', 'affected', undefined],
    ['opensuse-leap-15.2', 'fastjar', 'CVE-2010-2322', 'affected', '0:0.98-lp152.4.3.1'],
    ['opensuse-tumbleweed', 'tar', 'CVE-2001-1267', 'affected', '0:1.34-2.2'],
  ])('%s %s %s', async (shard, name, cve, status, fixed) => {
    using db = await buildFrom({}, { mirrors: [`${feeds}/excerpts`], only: [shard] });
    const records = db.records(shard, name);
    const [record] = cve === '' ? records : records.filter(({ id }) => id === cve);
    expect(record).toMatchObject({ status });
    if (fixed !== undefined) expect(record?.ranges[0]?.fixed).toBe(fixed);
    expect(db.report.feeds.every(({ rejected }) => rejected === 0)).toBe(true);
  });
});
