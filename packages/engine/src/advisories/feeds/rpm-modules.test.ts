import { describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { buildFrom } from '../testing/build-from.ts';
import { makeZip } from '../testing/make-zip.ts';
import { moduleInTitle } from './rpm-modules.ts';

test.each([
  ['Moderate: nodejs:14 security, bug fix, and enhancement update', 'nodejs:14'],
  ['Important: container-tools:rhel8 security update', 'container-tools:rhel8'],
  ['new module: php:8.0', 'php:8.0'],
  ['Moderate: python38:3.8 and python38-devel:3.8 security update', '*'],
  ['Moderate: go-toolset security update', '*'],
  ['', '*'],
])('the module in the title %j is %s', (title, module) => {
  expect(moduleInTitle(title)).toBe(module);
});

const osv = 'https://osv-vulnerabilities.storage.googleapis.com';
const entry = (ecosystem: string, name: string, fixed: string, purl?: string) => ({
  package: { ecosystem, name, ...(purl === undefined ? {} : { purl }) },
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
});

async function built(ecosystem: string, records: readonly { id: string }[]) {
  const files = records.map((record) => ({ name: `${record.id}.json`, body: JSON.stringify(record) }));
  return buildFrom({ [`${osv}/${encodeURIComponent(ecosystem)}/all.zip`]: makeZip(files) });
}

const bulletin = {
  modified: '2023-01-09T00:00:00Z',
  published: '2023-01-09T00:00:00Z',
  related: ['CVE-2022-1001', 'CVE-2022-1002'],
};

test('AlmaLinux: each CVE of a bulletin is a record with its module; builds at one version are one fix', async () => {
  using db = await built('AlmaLinux', [
    {
      id: 'ALSA-2023:0050',
      summary: 'Moderate: nodejs:14 security update',
      ...bulletin,
      affected: [
        entry('AlmaLinux:8', 'nodejs', '1:14.21.1-2.module_el8.7.0+3373+a4c18c43'),
        entry('AlmaLinux:8', 'nodejs', '1:14.21.1-2.module_el8.7.0+3400+ffffffff'),
        entry('AlmaLinux:8', 'nodejs-nodemon', '2.0-1.el8'),
      ],
    } as { id: string },
  ]);
  expect(db.records('almalinux-8', 'nodejs')).toMatchObject(
    ['CVE-2022-1001', 'CVE-2022-1002'].map((id) => ({
      id,
      module: 'nodejs:14',
      bulletins: ['ALSA-2023:0050'],
      fixedSince: '2023-01-09',
      ranges: [{ fixed: '1:14.21.1-2.module_el8.7.0+3373+a4c18c43' }],
    })),
  );
  expect(db.records('almalinux-8', 'nodejs-nodemon')[0]).not.toHaveProperty('module');
});

test('Rocky Linux: a name is a binary and a source; what a special interest group builds is not the release’s', async () => {
  const purl = (suffix: string) => `pkg:rpm/rocky-linux/kernel?distro=rocky-linux-8${suffix}&epoch=0`;
  using db = await built('Rocky Linux', [
    {
      id: 'RLSA-2023:1',
      summary: 'Important: kernel security update',
      ...bulletin,
      affected: [entry('Rocky Linux:8', 'kernel', '0:4.18.0-425.10.1.el8_7', purl('-aarch64'))],
    } as { id: string },
    {
      id: 'RXSA-2023:0101',
      summary: 'Important: kernel security update',
      ...bulletin,
      affected: [entry('Rocky Linux:8', 'kernel', '0:4.18.0-425.10.1.el8_7.cloud', purl('-sig-cloud'))],
    } as { id: string },
  ]);
  for (const name of ['kernel', 'src:kernel'])
    expect(db.records('rocky-linux-8', name).map(({ id, bulletins }) => [id, bulletins])).toEqual([
      ['CVE-2022-1001', ['RLSA-2023:1']],
      ['CVE-2022-1002', ['RLSA-2023:1']],
    ]);
});

const feeds = shared('feeds');

describe.skipIf(feeds === undefined)(feeds === undefined ? needsShared : 'the real excerpt', () => {
  test('of Rocky Linux', async () => {
    using db = await buildFrom({}, { mirrors: [`${feeds}/excerpts`], only: ['rocky-linux-8', 'rocky-linux-9'] });
    expect(db.records('rocky-linux-9', 'src:bcel')).toMatchObject([
      { id: 'CVE-2022-42920', bulletins: ['RLSA-2023:0005'], ranges: [{ fixed: '0:6.4.1-9.el9_1' }] },
    ]);
    expect(db.records('rocky-linux-8', 'src:kernel')).toEqual([]);
  });
});
