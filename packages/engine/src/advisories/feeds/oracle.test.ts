import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { buildFrom } from '../testing/build-from.ts';
import type { AdvisoryRecord } from '../types.ts';

const url = 'https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2';
const tool = spawnSync('bzip2', ['--version']).error === undefined;
const pack = (text: string): Buffer => spawnSync('bzip2', ['-c'], { input: text }).stdout;

const and = (...parts: string[]) => `<criteria operator="AND">${parts.join('')}</criteria>`;
const or = (...parts: string[]) => `<criteria operator="OR">${parts.join('')}</criteria>`;
const says = (comment: string) => `<criterion test_ref="none" comment="${comment}"/>`;
const earlier = (name: string, evr: string) =>
  and(says(`${name} is earlier than ${evr}`), says(`${name} is signed with the Oracle Linux 8 key`));

function definition(id: string, cves: string, criteria: string): string {
  return `<definition id="def:${id}" class="patch"><metadata><title>\n${id}:  x security update (IMPORTANT)\n</title>
<reference source="elsa" ref_id="${id}"/><description>d</description>
<advisory><severity>IMPORTANT</severity><issued date="2023-11-20"/>${cves}</advisory></metadata>${criteria}</definition>`;
}

const oval = (...definitions: string[]) =>
  pack(`<oval_definitions><definitions>${definitions.join('')}</definitions></oval_definitions>`);
const said = (records: readonly AdvisoryRecord[]) =>
  records.map(({ id, ranges, module, arches }) => [id, ranges[0]?.fixed, module, arches]);

describe.skipIf(!tool)('bulletins (needs bzip2: apt-get install bzip2)', () => {
  test('are records for each CVE, module stream and architecture', async () => {
    const cves =
      '<cve cvss3="9.8/CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H">CVE-2023-1001</cve><cve>CVE-2023-1002</cve>';
    const on = (arch: string, ...packages: string[]) => and(says(`Oracle Linux arch is ${arch}`), or(...packages));
    const ol8 = says('Oracle Linux 8 is installed');
    using db = await buildFrom({
      [url]: oval(
        definition(
          'ELSA-2023-1001',
          cves,
          and(
            ol8,
            or(
              on('x86_64', earlier('bind', '32:9-1.el8'), earlier('shim', '15-1.el8')),
              on('aarch64', earlier('bind', '32:9-1.el8')),
            ),
          ),
        ),
        definition(
          'ELSA-2023-1002',
          cves,
          and(ol8, says('Module nodejs:18 is enabled'), or(earlier('nodejs', '1:18-1.module+el8'))),
        ),
        definition('ELSA-2023-1003', cves, and(ol8, or(earlier('glibc', '2:2.28-236.0.1.ksplice1.el8')))),
      ),
    });
    const both = (fixed: string, module?: string, arches?: string[]) =>
      ['CVE-2023-1001', 'CVE-2023-1002'].map((id) => [id, fixed, module, arches]);
    expect(said(db.records('oracle-linux-8', 'bind'))).toEqual(both('32:9-1.el8'));
    expect(said(db.records('oracle-linux-8', 'shim'))).toEqual(both('15-1.el8', undefined, ['x86_64']));
    expect(said(db.records('oracle-linux-8', 'nodejs'))).toEqual(both('1:18-1.module+el8', 'nodejs:18'));
    expect(said(db.records('oracle-linux-8', 'glibc'))).toEqual(both('2:2.28-236.0.1.ksplice1.el8', 'ksplice:oracle'));
    expect(db.records('oracle-linux-8', 'bind')).toMatchObject([
      {
        bulletins: ['ELSA-2023-1001'],
        fixedSince: '2023-11-20',
        labels: [{ source: 'oracle', severity: 'High' }],
        cvss: [{ source: 'oracle', score: 9.8 }],
      },
      { cvss: [] },
    ]);
  });

  test('without a CVE state no vulnerability; one that cannot be read is named, the others stay', async () => {
    const cve = '<cve>CVE-2023-1001</cve>';
    const good = and(says('Oracle Linux 9 is installed'), or(earlier('bind', '32:9-1.el9')));
    using db = await buildFrom({
      [url]: oval(
        definition('ELSA-2023-1', '', good),
        definition('ELSA-2023-2', cve, and(says('who knows'))),
        definition('X', cve, good),
        definition('ELSA-2023-3', cve, good),
      ),
    });
    expect(db.report.feeds.find(({ feed }) => feed === 'oracle-oval')).toMatchObject({
      read: 3,
      irrelevant: 1,
      rejected: 2,
    });
    expect(db.records('oracle-linux-9', 'bind')).toHaveLength(1);
  });

  test('a truncated file leaves what was there before', async () => {
    const whole = oval(definition('ELSA-2023-1', '<cve>CVE-2023-1001</cve>', says('x')));
    using db = await buildFrom({ [url]: whole.subarray(0, -4) });
    expect(db.report.failed).toMatchObject([
      { feed: 'oracle-oval', code: 'feed-malformed', message: expect.stringContaining(url) },
    ]);
  });
});

const feeds = shared('feeds');

describe.skipIf(feeds === undefined)(feeds === undefined ? needsShared : 'the real excerpt', () => {
  test('is read whole', async () => {
    using db = await buildFrom({}, { mirrors: [`${feeds}/excerpts`], only: ['oracle-linux-5', 'oracle-linux-7'] });
    expect(db.report.feeds).toMatchObject([{ feed: 'oracle-oval', rejected: 0 }]);
    expect(db.records('oracle-linux-5', 'bind-libs')).toMatchObject([
      {
        id: 'CVE-2007-0493',
        bulletins: ['ELSA-2007-0057'],
        ranges: [{ fixed: '30:9.3.3-8.el5' }],
        cvss: [{ score: 5.5 }],
      },
      { id: 'CVE-2007-0494', cvss: [{ score: 3.1 }] },
    ]);
  });
});
