import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needsShared, shared } from '../../../../../test/shared.ts';
import { type Built, buildFrom } from '../testing/build-from.ts';
import { makeTar } from '../testing/make-tar.ts';
import type { AdvisoryRecord } from '../types.ts';

const base = 'https://security.access.redhat.com/data/csaf/v2/vex';

interface Parts {
  /** product id → CPE */
  readonly products: Readonly<Record<string, string>>;
  /** `PRODUCT:COMPONENT` → purl, null: none */
  readonly components: Readonly<Record<string, string | null>>;
  readonly status: Readonly<Record<string, readonly string[]>>;
  readonly remediations?: readonly object[];
}

/** A VEX document in the shape of Red Hat's. */
function vex(cve: string, { products, components, status, remediations = [] }: Parts, day = '2026-03-01'): string {
  const versions = Object.entries(components).map(([id, purl]) => ({
    category: 'product_version',
    product: {
      product_id: id.slice(id.indexOf(':') + 1),
      ...(purl === null ? {} : { product_identification_helper: { purl } }),
    },
  }));
  const names = Object.entries(products).map(([id, cpe]) => ({
    category: 'product_name',
    product: { product_id: id, product_identification_helper: { cpe } },
  }));
  const all = Object.keys(components);
  return JSON.stringify({
    document: { title: cve, tracking: { id: cve, current_release_date: `${day}T00:00:00+00:00` } },
    product_tree: {
      branches: [
        { category: 'vendor', branches: [{ category: 'product_family', branches: names }, { branches: versions }] },
      ],
      relationships: all.map((id) => ({
        full_product_name: { product_id: id },
        product_reference: id.slice(id.indexOf(':') + 1),
        relates_to_product_reference: id.slice(0, id.indexOf(':')),
      })),
    },
    vulnerabilities: [
      {
        cve,
        title: `flaw ${cve}`,
        cwe: { id: 'CWE-416' },
        release_date: '2026-02-01T00:00:00+00:00',
        notes: [{ category: 'description', text: 'A flaw was found in “é”.' }],
        product_status: status,
        remediations,
        scores: [
          { cvss_v3: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', baseScore: 9.8 }, products: all },
        ],
        threats: [{ category: 'impact', details: 'Important', product_ids: all }],
      },
    ],
  });
}

function mirrorOf(documents: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) {
  return {
    [`${base}/archive_latest.txt`]: 'csaf_vex_2026-03-02.tar.zst',
    [`${base}/csaf_vex_2026-03-02.tar.zst`]: zstdCompressSync(makeTar(documents)),
    ...more,
  };
}

const said = (records: readonly AdvisoryRecord[]) =>
  records.map(({ id, status, ranges, module, arches, bulletins }) => ({
    id,
    status,
    fixed: ranges[0]?.fixed,
    ...(module !== undefined && { module }),
    ...(arches !== undefined && { arches }),
    ...(bulletins.length > 0 && { bulletins }),
  }));

const main = { 'BaseOS-8': 'cpe:/o:redhat:enterprise_linux:8::baseos', rhel8: 'cpe:/o:redhat:enterprise_linux:8' };
const fix = (ids: readonly string[], advisory = 'RHSA-2026:1234') => ({
  category: 'vendor_fix',
  date: '2026-02-20T00:00:00+00:00',
  url: `https://access.redhat.com/errata/${advisory}`,
  product_ids: ids,
});

describe('fixed', () => {
  const purl = (name: string, arch: string, version = '3.0.7-27.el8') =>
    `pkg:rpm/redhat/${name}@${version}?arch=${arch}&epoch=1`;
  const arches = ['aarch64', 'ppc64le', 's390x', 'x86_64'];

  test('a source and its binaries are one statement, for every architecture, with bulletin and day', async () => {
    const components: Record<string, string> = { 'BaseOS-8:openssl-1:3.0.7-27.el8.src': purl('openssl', 'src') };
    for (const arch of arches) components[`BaseOS-8:openssl-libs-1:3.0.7-27.el8.${arch}`] = purl('openssl-libs', arch);
    const fixed = Object.keys(components);
    using db = await buildFrom(
      mirrorOf({
        '2026/cve-2026-1000.json': vex('CVE-2026-1000', {
          products: main,
          components,
          status: { fixed },
          remediations: [fix(fixed)],
        }),
      }),
    );
    expect(db.records('rhel-8', 'openssl-libs')).toEqual([]);
    expect(db.records('rhel-8', 'src:openssl')).toMatchObject([
      {
        id: 'CVE-2026-1000',
        source: 'redhat-vex',
        bulletins: ['RHSA-2026:1234'],
        ranges: [{ introduced: null, fixed: '1:3.0.7-27.el8', lastAffected: null }],
        labels: [{ source: 'redhat', severity: 'High' }],
        cvss: [{ source: 'redhat', version: '3.1', score: 9.8 }],
        cwes: ['CWE-416'],
        published: '2026-02-01',
        modified: '2026-03-01',
        fixedSince: '2026-02-20',
      },
    ]);
    expect(db.records('rhel-8', 'src:openssl')[0]).not.toHaveProperty('arches');
    expect(db.reader.texts('rhel-8', ['CVE-2026-1000']).get('CVE-2026-1000')?.description).toBe(
      'A flaw was found in “é”.',
    );
  });

  test('for some architectures; a binary with a version of its own stands by itself', async () => {
    const components = {
      'BaseOS-8:shim-0:15.8-1.el8.src': 'pkg:rpm/redhat/shim@15.8-1.el8?arch=src',
      'BaseOS-8:shim-x64-0:15.8-1.el8.x86_64': 'pkg:rpm/redhat/shim-x64@15.8-1.el8?arch=x86_64',
      'BaseOS-8:shim-tool-0:2-1.el8.x86_64': 'pkg:rpm/redhat/shim-tool@2-1.el8?arch=x86_64',
    };
    const fixed = Object.keys(components);
    using db = await buildFrom(
      mirrorOf({ '2026/cve-2026-1000.json': vex('CVE-2026-1000', { products: main, components, status: { fixed } }) }),
    );
    expect(said(db.records('rhel-8', 'src:shim'))).toMatchObject([{ fixed: '15.8-1.el8', arches: ['x86_64'] }]);
    expect(said(db.records('rhel-8', 'shim-tool'))).toMatchObject([{ fixed: '2-1.el8', arches: ['x86_64'] }]);
  });

  test('of a module stream; its builds for several versions of another module are one fix', async () => {
    const build = (hash: string) =>
      `0.78-12.module%2Bel8.10.0%2B23147%2B${hash}?arch=src&epoch=1&rpmmod=perl-FCGI:0.78:8100:1`;
    const components = {
      'AppStream-8:b': `pkg:rpm/redhat/perl-FCGI@${build('df114ff4')}`,
      'AppStream-8:a': `pkg:rpm/redhat/perl-FCGI@${build('20b7d289')}`,
    };
    const products = { 'AppStream-8': 'cpe:/a:redhat:enterprise_linux:8::appstream' };
    const fixed = Object.keys(components);
    using db = await buildFrom(
      mirrorOf({ '2025/cve-2025-40907.json': vex('CVE-2025-40907', { products, components, status: { fixed } }) }),
    );
    expect(said(db.records('rhel-8', 'src:perl-FCGI'))).toEqual([
      {
        id: 'CVE-2025-40907',
        status: 'affected',
        fixed: '1:0.78-12.module+el8.10.0+23147+df114ff4',
        module: 'perl-FCGI:0.78',
      },
    ]);
  });
});

test.each([
  ['cpe:/a:redhat:rhel_eus:8.6::appstream'],
  ['cpe:/o:redhat:rhel_aus:8.4::baseos'],
  ['cpe:/a:redhat:rhel_e4s:8.4::appstream'],
  ['cpe:/a:redhat:rhel_tus:8.6::appstream'],
  ['cpe:/o:redhat:rhel_els:8'],
  ['cpe:/o:redhat:enterprise_linux_eus:8.0'],
  ['cpe:/a:redhat:enterprise_linux:8::hypervisor'],
  ['cpe:/a:redhat:jboss_enterprise_application_platform:7.4::el8'],
])('what is fixed in %s is no fix of the main stream', async (cpe) => {
  const components = { 'X:curl-0:7.61.1-1.el8_6.1.src': 'pkg:rpm/redhat/curl@7.61.1-1.el8_6.1?arch=src' };
  const other = { 'BaseOS-8:curl-0:7.61.1-2.el8.src': 'pkg:rpm/redhat/curl@7.61.1-2.el8?arch=src' };
  const parts = { products: { X: cpe, ...main }, components: { ...components, ...other } };
  const fixed = Object.keys(parts.components);
  using db = await buildFrom(
    mirrorOf({ '2026/cve-2026-1000.json': vex('CVE-2026-1000', { ...parts, status: { fixed } }) }),
  );
  expect(said(db.records('rhel-8', 'src:curl'))).toMatchObject([{ fixed: '7.61.1-2.el8' }]);
});

test('without a fix the remediation says why', async () => {
  const names = ['wont', 'deferred', 'eol', 'open', 'maybe', 'never'];
  const components = Object.fromEntries(names.map((name) => [`rhel8:${name}`, `pkg:rpm/redhat/${name}?arch=src`]));
  const why = (category: string, details: string, name: string) => ({
    category,
    details,
    product_ids: [`rhel8:${name}`],
  });
  const document = vex('CVE-2026-1000', {
    products: main,
    components,
    status: {
      known_affected: ['wont', 'deferred', 'eol', 'open'].map((name) => `rhel8:${name}`),
      under_investigation: ['rhel8:maybe'],
      known_not_affected: ['rhel8:never'],
    },
    remediations: [
      why('no_fix_planned', 'Will not fix', 'wont'),
      why('none_available', 'Fix deferred', 'deferred'),
      why('no_fix_planned', 'Out of support scope', 'eol'),
      why('none_available', 'Affected', 'open'),
    ],
  });
  using db = await buildFrom(mirrorOf({ '2026/cve-2026-1000.json': document }));
  const states = names.map((name) => db.records('rhel-8', `src:${name}`)[0]);
  expect(states.map((record) => record?.status)).toEqual([
    'will-not-fix',
    'deferred',
    'end-of-life',
    'affected',
    'under-investigation',
    'not-affected',
  ]);
  expect(states.map((record) => record?.ranges.length)).toEqual([1, 1, 1, 1, 1, 0]);
});

test('a component by name alone is a source package, `MODULE:STREAM/NAME` one of a module, an image is none', async () => {
  const components = { 'rhel8:kernel': null, 'rhel8:postgresql:15/postgresql': null, 'rhel8:rhel8/nodejs-16': null };
  const known_affected = Object.keys(components);
  using db = await buildFrom(
    mirrorOf({
      '2026/cve-2026-1000.json': vex('CVE-2026-1000', { products: main, components, status: { known_affected } }),
    }),
  );
  expect(said(db.records('rhel-8', 'src:kernel'))).toHaveLength(1);
  expect(said(db.records('rhel-8', 'src:postgresql'))).toMatchObject([{ module: 'postgresql:15' }]);
  expect(db.report.shards.find(({ name }) => name === 'rhel-8')?.records).toBe(2);
});

describe('updates', () => {
  const document = (cve: string, version: string) => {
    const components = { [`BaseOS-8:curl-${version}.src`]: `pkg:rpm/redhat/curl@${version}?arch=src` };
    return vex(cve, { products: main, components, status: { fixed: Object.keys(components) } });
  };

  test('documents that changed since the archive stand for its copies; deleted ones go', async () => {
    using db = await buildFrom(
      mirrorOf(
        {
          '2026/cve-2026-1000.json': document('CVE-2026-1000', '1-1.el8'),
          '2026/cve-2026-1001.json': document('CVE-2026-1001', '1-1.el8'),
          '2026/cve-2026-1002.json': document('CVE-2026-1002', '1-1.el8'),
        },
        {
          [`${base}/changes.csv`]:
            '"2026/cve-2026-1000.json","2026-03-03T00:00:00+00:00"\n"2026/cve-2026-1001.json","2026-03-03T00:00:00+00:00"\n"../../x","2026-03-03T00:00:00+00:00"\n',
          [`${base}/deletions.csv`]: '"2026/cve-2026-1002.json","2026-03-03T00:00:00+00:00"\n',
          [`${base}/2026/cve-2026-1000.json`]: document('CVE-2026-1000', '2-1.el8'),
        },
      ),
    );
    expect(db.report.skipped.filter(({ feed }) => feed === 'redhat-vex')).toEqual([]);
    expect(said(db.records('rhel-8', 'src:curl'))).toMatchObject([
      { id: 'CVE-2026-1000', fixed: '2-1.el8' },
      { id: 'CVE-2026-1001', fixed: '1-1.el8' },
    ]);
  });

  test('a document that cannot be read is counted and named, the others stay', async () => {
    using db = await buildFrom(
      mirrorOf({
        '2026/cve-2026-1000.json': document('CVE-2026-1000', '1-1.el8'),
        '2026/cve-2026-1001.json': '{"document": ',
        '2026/cve-2026-1002.json': '{"document": {}, "product_tree": 1}',
      }),
    );
    expect(db.report.feeds.find(({ feed }) => feed === 'redhat-vex')).toMatchObject({
      read: 1,
      rejected: 2,
      firstRejection: '2026/cve-2026-1001.json: is no JSON',
    });
    expect(db.records('rhel-8', 'src:curl')).toHaveLength(1);
  });

  test('a truncated archive keeps what was there before', async () => {
    const url = `${base}/csaf_vex_2026-03-02.tar.zst`;
    const files = mirrorOf({ '2026/cve-2026-1000.json': document('CVE-2026-1000', '1-1.el8') });
    const whole = files[url] as Buffer;
    using db = await buildFrom({ ...files, [url]: whole.subarray(0, whole.length - 20) });
    expect(db.report.failed).toMatchObject([
      { feed: 'redhat-vex', code: 'feed-malformed', message: expect.stringContaining(url) },
    ]);
    expect(db.report.shards.some(({ name }) => name.startsWith('rhel-'))).toBe(false);
  });
});

const feeds = shared('feeds');

describe.skipIf(feeds === undefined)(feeds === undefined ? needsShared : 'the real subset', () => {
  let db: Built;

  beforeAll(async () => {
    db = await buildFrom({}, { mirrors: [feeds!], only: ['rhel-7', 'rhel-8', 'rhel-9'] });
  });
  afterAll(() => db[Symbol.dispose]());

  test.each<[string, string, string, object[]]>([
    [
      'rhel-9',
      'src:curl',
      'CVE-2023-38545',
      [
        { status: 'affected', fixed: '7.76.1-23.el9_2.4', bulletins: ['RHSA-2023:5763'] },
        { status: 'affected', fixed: '7.76.1-26.el9_3.2', bulletins: ['RHSA-2023:6745'] },
      ],
    ],
    ['rhel-9', 'src:openssl', 'CVE-2026-2673', [{ status: 'deferred', fixed: null }]],
    ['rhel-7', 'openssl-libs', 'CVE-2024-0727', [{ status: 'end-of-life', fixed: null }]],
    ['rhel-9', 'src:kernel', 'CVE-2023-0045', [{ status: 'will-not-fix', fixed: null }]],
    ['rhel-9', 'src:kernel', 'CVE-2021-0084', [{ status: 'not-affected', fixed: undefined }]],
    ['rhel-9', 'kernel-headers', 'CVE-2023-6240', [{ status: 'not-affected', fixed: undefined }]],
    ['rhel-8', 'src:python-cffi', 'CVE-2026-2297', [{ status: 'deferred', fixed: null, module: 'python39-devel:3.9' }]],
  ])('%s %s %s', (shard, name, cve, expected) => {
    const records = db.records(shard, name).filter(({ id }) => id === cve);
    expect(said(records)).toEqual(expected.map((entry) => ({ id: cve, ...entry })));
  });

  test('every document is read', () => {
    expect(db.report.feeds).toMatchObject([{ feed: 'redhat-vex', read: 60, rejected: 0 }]);
  });
});
