import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../matching/types.ts';
import { PolicyError } from '../error.ts';
import { evaluate } from '../evaluate.ts';
import { bareException } from '../exception.ts';
import { failOnPolicy } from '../fail-on.ts';
import { makeFinding, makeSubject } from '../testing/subjects.ts';
import type { PolicySubject } from '../types.ts';
import { readVex } from './read-vex.ts';

const imageDigest = `sha256:${'ab'.repeat(32)}`;
const configDigest = `sha256:${'cd'.repeat(32)}`;
const otherDigest = `sha256:${'ef'.repeat(32)}`;
const image: Partial<PolicySubject['image']> = {
  reference: 'ghcr.io/team/app:1.2',
  names: [],
  digest: imageDigest,
  id: configDigest,
  platform: 'linux/amd64',
};
const finding: Finding = {
  ...makeFinding({ aliases: ['GHSA-aaaa-bbbb-cccc'], package: 'libssl3', version: '3.0.2-1' }),
  package: {
    name: 'libssl3',
    version: '3.0.2-1',
    type: 'deb',
    purl: 'pkg:deb/debian/libssl3@3.0.2-1?arch=amd64&distro=debian-12',
  },
  evidence: { matchedPackage: { name: 'openssl', version: '3.0.2-1', via: 'source' } },
};
const numeric = (_type: string, a: string, b: string) =>
  a === 'odd' || b === 'odd' ? null : a.localeCompare(b, 'en', { numeric: true });

function judge(documents: readonly unknown[], findings: readonly Finding[] = [finding]) {
  const vex = documents.map((document, at) => readVex(JSON.stringify(document), `v${at + 1}.json`));
  const options = { policies: [failOnPolicy('Low')], exceptions: [], vex, gate: true, orderVersions: numeric };
  return evaluate(makeSubject({ image, findings }), options);
}

const app = `pkg:oci/app@${imageDigest}?repository_url=ghcr.io/team/app`;
const openVex = (...statements: readonly Readonly<Record<string, unknown>>[]) => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.com/vex/1',
  author: 'team-a',
  timestamp: '2026-01-01T00:00:00Z',
  version: 1,
  statements: statements.map((statement) => ({
    vulnerability: { name: 'CVE-2026-0001' },
    products: [{ '@id': app }],
    status: 'not_affected',
    justification: 'vulnerable_code_not_in_execute_path',
    ...statement,
  })),
});

describe('a VEX statement', () => {
  it.each<readonly [what: string, statement: Record<string, unknown>, state: string, why: RegExp]>([
    ['of this image', {}, 'applied', /libssl3/],
    ['of its config digest', { products: [{ '@id': 'x', hashes: { 'sha-256': 'cd'.repeat(32) } }] }, 'applied', /./],
    ['of its name', { products: [{ '@id': 'ghcr.io/team/app' }] }, 'applied', /./],
    ['of its tag', { products: [{ '@id': 'pkg:oci/app?repository_url=ghcr.io/team/app&tag=1.2' }] }, 'applied', /./],
    [
      'of another tag',
      { products: [{ '@id': 'pkg:oci/app?repository_url=ghcr.io/team/app&tag=1.3' }] },
      'other-product',
      /./,
    ],
    [
      'of its repository, before the name',
      { products: [{ '@id': 'pkg:oci/app?repository_url=ghcr.io/team' }] },
      'applied',
      /./,
    ],
    [
      'of its name with another digest',
      { products: [{ '@id': 'ghcr.io/team/app', hashes: { 'sha-256': 'ef'.repeat(32) } }] },
      'other-product',
      /./,
    ],
    ['of a name without a repository', { products: [{ '@id': 'pkg:oci/app' }] }, 'other-product', /pkg:oci\/app/],
    ['of another architecture', { products: [{ '@id': `${app}&arch=arm64` }] }, 'other-product', /./],
    ['of another digest', { products: [{ '@id': app.replace(imageDigest, otherDigest) }] }, 'other-product', /./],
    ['of another image', { products: [{ '@id': 'ghcr.io/team/other' }] }, 'other-product', /./],
    ['of a URL', { products: [{ '@id': 'https://example.com/app' }] }, 'other-product', /named neither/],
    [
      'of a CPE',
      { products: [{ identifiers: { cpe23: 'cpe:2.3:a:x:y:1:*:*:*:*:*:*:*' } }] },
      'other-product',
      /named by a CPE alone, .* the finding is in libssl3 \(deb\)/,
    ],
    [
      'of the CPE of what the package is of',
      { products: [{ '@id': 'cpe:2.3:a:openssl:openssl:3.0.2:*:*:*:*:*:*:*' }] },
      'other-product',
      /named by a CPE alone/,
    ],
    [
      'of a package of the image',
      { products: [{ '@id': app, subcomponents: [{ '@id': 'pkg:deb/debian/libssl3' }] }] },
      'applied',
      /./,
    ],
    [
      'of its source',
      { products: [{ '@id': app, subcomponents: [{ '@id': 'pkg:deb/debian/openssl?arch=source' }] }] },
      'applied',
      /./,
    ],
    [
      'of another package of it',
      { products: [{ '@id': app, subcomponents: [{ '@id': 'pkg:deb/debian/curl' }] }] },
      'other-product',
      /another package: the finding is in libssl3/,
    ],
    [
      'of a package of another image',
      { products: [{ '@id': 'ghcr.io/x', subcomponents: [{ '@id': 'pkg:deb/debian/libssl3' }] }] },
      'other-product',
      /ghcr.io\/x is not this image/,
    ],
    ['of the package itself', { products: ['pkg:deb/debian/libssl3@3.0.2-1'] }, 'applied', /./],
    [
      'of another version',
      { products: ['pkg:deb/debian/libssl3@3.0.1-1'] },
      'other-product',
      /is version 3.0.2-1, and it speaks of 3.0.1-1/,
    ],
    ['of another distro', { products: ['pkg:deb/ubuntu/libssl3@3.0.2-1'] }, 'other-product', /another package/],
    ['by an alias', { vulnerability: { name: 'GHSA-aaaa-bbbb-cccc' } }, 'applied', /./],
    ['by an alias of the document', { vulnerability: { name: 'X-1', aliases: ['CVE-2026-0001'] } }, 'applied', /./],
    [
      'of another vulnerability',
      { vulnerability: { name: 'CVE-2026-0002' } },
      'no-finding',
      /nothing in this image has CVE-2026-0002/,
    ],
    ['that fixes the image', { status: 'fixed' }, 'applied', /./],
    ['that fixes this version', { status: 'fixed', products: ['pkg:deb/debian/libssl3@3.0.2-1'] }, 'applied', /./],
    [
      'that fixes an earlier version',
      { status: 'fixed', products: ['pkg:deb/debian/libssl3@3.0.1-9'] },
      'applied',
      /./,
    ],
    [
      'that fixes a later version',
      { status: 'fixed', products: ['pkg:deb/debian/libssl3@3.0.10-1'] },
      'other-product',
      /3.0.2-1 < 3.0.10-1/,
    ],
    [
      'that fixes what cannot be compared',
      { status: 'fixed', products: ['pkg:deb/debian/libssl3@odd'] },
      'other-product',
      /cannot be compared/,
    ],
    [
      'that fixes no version',
      { status: 'fixed', products: ['pkg:deb/debian/libssl3'] },
      'other-product',
      /no version of libssl3/,
    ],
    [
      'that says affected',
      { status: 'affected', action_statement: 'update' },
      'noted',
      /it says affected: the finding stays/,
    ],
    ['under investigation', { status: 'under_investigation' }, 'noted', /the finding stays/],
    ['without a product', { products: [] }, 'not-honoured', /names no product/],
    ['without a reason', { justification: undefined }, 'not-honoured', /without a justification/],
  ])('%s', (_what, statement, state, why) => {
    const { findings, verdict } = judge([openVex(statement)]);
    expect(verdict.vex).toEqual([
      expect.objectContaining({ source: 'v1.json#1', state, why: expect.stringMatching(why) }),
    ]);
    expect(findings[0]?.suppressed.map(({ by }) => by)).toEqual(state === 'applied' ? ['vex'] : []);
    expect(verdict.exitCode).toBe(state === 'applied' ? 0 : 1);
  });

  it('says who suppressed a finding, and why', () => {
    const { findings } = judge([openVex({ impact_statement: 'never called' })]);
    expect(findings[0]?.suppressed).toEqual([
      {
        by: 'vex',
        reason: 'not_affected: vulnerable_code_not_in_execute_path: never called',
        category: 'vulnerable_code_not_in_execute_path',
        owner: 'team-a',
        until: null,
        source: 'v1.json#1',
      },
    ]);
  });

  it('gives way to a newer one, in whatever order the files are given', () => {
    const old = openVex({ timestamp: '2026-01-01T00:00:00Z' });
    const recent = openVex({ timestamp: '2026-02-01T00:00:00Z', status: 'affected' });
    for (const documents of [
      [old, recent],
      [recent, old],
    ]) {
      const { verdict } = judge(documents);
      expect(verdict.exitCode).toBe(1);
      expect(verdict.vex?.find(({ status }) => status === 'not_affected')).toMatchObject({
        state: 'superseded',
        why: expect.stringContaining('is newer (2026-02-01) and says affected'),
      });
    }
    expect(judge([openVex({ status: 'affected' }, { last_updated: '2026-03-01T00:00:00Z' })]).verdict.exitCode).toBe(0);
  });

  it('is not in force before its day, so that it silences no statement of today', () => {
    const today = openVex({ timestamp: '2026-08-22T23:59:59Z', status: 'affected' });
    const toCome = openVex({ timestamp: '2026-08-23T00:00:00Z' });
    const { verdict } = judge([toCome, today]);
    expect(verdict.exitCode).toBe(1);
    expect(verdict.vex).toMatchObject([
      { state: 'not-honoured', why: 'it is dated 2026-08-23, after the day that is judged (2026-08-22)' },
      { state: 'noted' },
    ]);
    expect(verdict.inputs).toContain('evaluatedAt');
    expect(judge([toCome]).verdict.exitCode).toBe(1);
  });

  it('as new as another gives way to the stricter', () => {
    const { verdict } = judge([openVex({}, { status: 'affected' })]);
    expect(verdict.exitCode).toBe(1);
    expect(verdict.vex?.[0]).toMatchObject({
      state: 'superseded',
      why: expect.stringContaining('as new and stricter'),
    });
  });

  it('as new as another that says the same is told so, and counts once', () => {
    const { findings, verdict } = judge([openVex({}), openVex({})]);
    expect(findings[0]?.suppressed).toHaveLength(1);
    expect(verdict.vex).toMatchObject([
      { state: 'applied' },
      { state: 'superseded', why: 'v1.json#1 is as new and says not_affected too' },
    ]);
  });

  it('of another format gives way just so, each way round', () => {
    const product_status = { known_affected: ['SSL'] };
    const documents = [openVex({}), csaf({ product_status }), cycloneDx([{ ref: 'ssl' }])];
    for (const order of [documents, documents.toReversed()]) {
      const { findings, verdict } = judge(order);
      expect([verdict.exitCode, findings[0]?.suppressed]).toEqual([1, []]);
      expect(verdict.vex?.map(({ state }) => state)).toEqual(['superseded', 'noted', 'superseded']);
      for (const { status, why } of verdict.vex ?? [])
        expect(why).toMatch(status === 'affected' ? /^it says affected: the finding stays$/ : /is as new and stricter/);
    }
  });

  it('that is newer but of another product supersedes nothing', () => {
    const other = {
      products: [{ '@id': 'ghcr.io/team/other' }],
      status: 'affected',
      timestamp: '2026-03-01T00:00:00Z',
    };
    const { verdict } = judge([openVex({}), openVex(other)]);
    expect(verdict.exitCode).toBe(0);
    expect(verdict.vex).toMatchObject([
      { state: 'applied' },
      { state: 'other-product', why: expect.stringMatching(/^ghcr.io.team.other is named neither/) },
    ]);
  });

  it('that contradicts an exception names it', () => {
    const exception = { ...bareException('CVE-2026-0001', 'e.yaml#1'), category: 'not-used' as const };
    const vex = [readVex(JSON.stringify(openVex({ status: 'affected' })), 'v.json')];
    const exceptions = [{ source: 'e.yaml', format: null, exceptions: [exception] }];
    const { verdict } = evaluate(makeSubject({ image, findings: [finding] }), {
      policies: [failOnPolicy('Low')],
      exceptions,
      vex,
      gate: true,
    });
    expect(verdict.vex?.[0]?.why).toContain('against it, e.yaml#1 says not-used');
  });
});

const csaf = (vulnerability: Readonly<Record<string, unknown>>, tree?: Readonly<Record<string, unknown>>) => ({
  document: {
    category: 'csaf_vex',
    csaf_version: '2.0',
    publisher: { name: 'team-a', category: 'vendor', namespace: 'https://example.com' },
    tracking: { current_release_date: '2026-01-01T00:00:00Z' },
  },
  product_tree: tree ?? {
    branches: [
      {
        category: 'vendor',
        name: 'x',
        branches: [{ product: { product_id: 'APP', name: 'app', product_identification_helper: { purl: app } } }],
      },
    ],
    full_product_names: [
      { product_id: 'SSL', name: 'libssl3', product_identification_helper: { purl: 'pkg:deb/debian/libssl3@3.0.2-1' } },
      { product_id: 'OTHER', name: 'y', product_identification_helper: { purl: 'pkg:oci/y?repository_url=ghcr.io/y' } },
    ],
    relationships: [
      { full_product_name: { product_id: 'APP:SSL' }, product_reference: 'SSL', relates_to_product_reference: 'APP' },
      { full_product_name: { product_id: 'Y:SSL' }, product_reference: 'SSL', relates_to_product_reference: 'OTHER' },
    ],
  },
  vulnerabilities: [{ cve: 'CVE-2026-0001', ...vulnerability }],
});

describe('CSAF', () => {
  const flags = (id: string) => [{ label: 'component_not_present', product_ids: [id] }];
  it.each([
    ['APP', 'applied'],
    ['APP:SSL', 'applied'],
    ['SSL', 'applied'],
    ['Y:SSL', 'other-product'],
    ['OTHER', 'other-product'],
    ['NONE', 'other-product'],
  ])('%s is %s', (id, state) => {
    const { verdict } = judge([csaf({ product_status: { known_not_affected: [id] }, flags: flags(id) })]);
    expect(verdict.vex).toMatchObject([{ state, status: 'not_affected' }]);
  });

  it('of a package of a platform that a CPE names is of another product, and says which', () => {
    const tree = {
      full_product_names: [
        { product_id: 'EL9', name: 'EL 9', product_identification_helper: { cpe: 'cpe:/o:redhat:enterprise_linux:9' } },
        { product_id: 'SSL', name: 'ssl', product_identification_helper: { purl: 'pkg:deb/debian/libssl3@3.0.2-1' } },
      ],
      relationships: [
        { full_product_name: { product_id: 'EL9:SSL' }, product_reference: 'SSL', relates_to_product_reference: 'EL9' },
      ],
    };
    const product_status = { known_not_affected: ['EL9:SSL', 'EL9'] };
    const flag = { label: 'component_not_present', product_ids: ['EL9:SSL', 'EL9'] };
    const { findings, verdict } = judge([csaf({ product_status, flags: [flag] }, tree)]);
    expect([verdict.exitCode, findings[0]?.suppressed]).toEqual([1, []]);
    expect(verdict.vex).toMatchObject([{ state: 'other-product', why: 'its product EL 9 is not this image' }]);
  });

  it('of a product that it calls affected and not affected at once lets nothing through', () => {
    const product_status = { known_not_affected: ['APP'], known_affected: ['APP'] };
    const { verdict } = judge([csaf({ product_status, flags: flags('APP') })]);
    expect(verdict.exitCode).toBe(1);
    expect(verdict.vex?.map(({ state }) => state)).toEqual(['superseded', 'noted']);
  });

  it('reads every status', () => {
    const product_status = { fixed: ['APP'], known_affected: ['OTHER'], under_investigation: ['SSL'] };
    const states = judge([csaf({ product_status })]).verdict.vex?.map(({ status, state }) => [status, state]);
    // of the same time: what is under investigation lets less through than what is fixed
    expect(states).toEqual([
      ['fixed', 'superseded'],
      ['affected', 'other-product'],
      ['under_investigation', 'noted'],
    ]);
  });

  it('without a flag is not honoured', () => {
    const { verdict } = judge([csaf({ product_status: { known_not_affected: ['APP'] } })]);
    expect(verdict.vex).toMatchObject([{ state: 'not-honoured' }]);
  });

  it('refuses relationships that go in a circle', () => {
    const pair = (id: string, part: string) => ({
      full_product_name: { product_id: id },
      product_reference: part,
      relates_to_product_reference: 'P',
    });
    const tree = { relationships: [pair('A', 'B'), pair('B', 'C'), pair('C', 'A')] };
    expect(() => judge([csaf({}, tree)])).toThrow('v1.json: product_tree.relationships go in a circle at "A"');
  });
});

const cycloneDx = (affects: readonly unknown[], analysis: Readonly<Record<string, unknown>> = {}, more = {}) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata: {
    timestamp: '2026-01-01T00:00:00Z',
    component: { 'bom-ref': 'root', type: 'container', name: 'app', purl: app },
  },
  components: [{ 'bom-ref': 'ssl', type: 'library', name: 'libssl3', purl: 'pkg:deb/debian/libssl3@3.0.2-1' }],
  vulnerabilities: [
    {
      id: 'CVE-2026-0001',
      analysis: { state: 'not_affected', justification: 'code_not_reachable', ...analysis },
      affects,
    },
  ],
  ...more,
});

describe('CycloneDX', () => {
  it.each<readonly [what: string, affects: readonly unknown[], state: string]>([
    ['the image', [{ ref: 'root' }], 'applied'],
    ['a component', [{ ref: 'ssl' }], 'applied'],
    [
      'a link to another document',
      [{ ref: `urn:cdx:x/1#${encodeURIComponent('pkg:deb/debian/libssl3@3.0.2-1')}` }],
      'applied',
    ],
    ['its version', [{ ref: 'ssl', versions: [{ version: '3.0.2-1' }] }], 'applied'],
    ['a range', [{ ref: 'ssl', versions: [{ range: 'vers:deb/>=3.0.0|<3.0.3' }] }], 'applied'],
    ['another range', [{ ref: 'ssl', versions: [{ range: 'vers:deb/>=4' }] }], 'other-product'],
    ['a range that is none', [{ ref: 'ssl', versions: [{ range: 'vers:nonsense' }] }], 'other-product'],
    [
      'a version that is not affected',
      [{ ref: 'ssl', versions: [{ version: '3.0.2-1', status: 'unaffected' }] }],
      'other-product',
    ],
    ['nothing that is there', [{ ref: 'nothing' }], 'other-product'],
  ])('%s', (_what, affects, state) => {
    expect(judge([cycloneDx(affects)]).verdict.vex).toMatchObject([{ state }]);
  });

  it('of another image', () => {
    const component = {
      'bom-ref': 'root',
      type: 'container',
      name: 'other',
      purl: 'pkg:oci/other?repository_url=x.io/other',
    };
    const metadata = { timestamp: '2026-01-01T00:00:00Z', component };
    expect(judge([cycloneDx([{ ref: 'ssl' }], {}, { metadata })]).verdict.vex).toMatchObject([
      { state: 'other-product' },
    ]);
  });

  it.each([
    ['resolved', 'fixed'],
    ['exploitable', 'affected'],
    ['in_triage', 'under_investigation'],
    ['false_positive', 'not_affected'],
  ])('%s is %s', (state, status) => {
    expect(judge([cycloneDx([{ ref: 'root' }], { state })]).verdict.vex).toMatchObject([{ status }]);
  });
});

describe('a document that is wrong', () => {
  const problem = (text: string) => {
    try {
      readVex(text, 'v.json');
    } catch (error) {
      if (error instanceof PolicyError && error.code === 'VEX_INVALID') return error.problems;
      throw error;
    }
    return [];
  };

  it.each([
    ['{', 'v.json: this is no JSON; say a VEX document (OpenVEX, CSAF or CycloneDX)'],
    ['[]', 'v.json: this is no OpenVEX, CSAF or CycloneDX document'],
    [
      JSON.stringify(openVex({ status: 'maybe' })),
      'v.json: statements[0].status is "maybe"; there are not_affected, affected, fixed, under_investigation',
    ],
    [JSON.stringify(openVex({ vulnerability: {} })), 'v.json: statements[0].vulnerability has no name'],
    [JSON.stringify(openVex({ timestamp: 'soon' })), 'v.json: statements[0].timestamp is "soon", which is no time'],
    [JSON.stringify({ ...openVex({}), timestamp: undefined }), 'v.json: statements[0].timestamp is missing'],
    [JSON.stringify({ ...openVex({}), statements: 3 }), 'v.json: statements must be a list'],
    [JSON.stringify(cycloneDx([], { state: 'odd' })), 'v.json: vulnerabilities[0].analysis.state is "odd"'],
  ])('%s', (text, message) => {
    expect(problem(text)).toEqual([message]);
  });

  it('is refused for a million statements in one line', () => {
    const one = JSON.stringify({ vulnerability: 'CVE-1', products: ['a'], status: 'fixed' });
    const head = '"@context":"https://openvex.dev/ns/v0.2.0","timestamp":"2026-01-01T00:00:00Z"';
    expect(problem(`{${head},"statements":[${`${one},`.repeat(60_000)}${one}]}`)).toEqual([
      'v.json: more than 50000 statements',
    ]);
  });

  it('nested however deep', () => {
    const deep = `${'{"branches":['.repeat(5000)}${']}'.repeat(5000)}`;
    const text = JSON.stringify(csaf({})).replace(
      /"product_tree":.*?,"vulnerabilities"/,
      `"product_tree":${deep},"vulnerabilities"`,
    );
    expect(problem(text)).toEqual(['v.json: product_tree has branches more than 40 deep']);
  });

  it('of whatever bytes, is read or refused', () => {
    const texts = [openVex({}), csaf({ product_status: { fixed: ['APP'] } }), cycloneDx([{ ref: 'ssl' }])].map((d) =>
      JSON.stringify(d),
    );
    const parts = ['null', '3', '[]', '{}', '""', '"x"', '"pkg:oci/a@b"'];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...parts)), { maxLength: 4 }),
        (text, changes) => {
          const document: unknown = JSON.parse(text);
          for (const [place, by] of changes) {
            const places = [...within(document)];
            const [holder, key] = places[place % Math.max(places.length, 1)] ?? [{}, ''];
            holder[key] = JSON.parse(by);
          }
          try {
            judge([document]);
          } catch (error) {
            if (!(error instanceof PolicyError)) throw error;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Every place of a document where a value stands. */
function* within(value: unknown): Generator<readonly [holder: Record<string, unknown>, key: string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value as Record<string, unknown>, key];
    yield* within(inner);
  }
}

describe('a CPE and a program that no package owns', () => {
  const nginx: Finding = {
    ...makeFinding({ package: 'nginx', version: '1.25.3', type: 'generic' }),
    evidence: { matchedPackage: { name: 'f5:nginx', version: '1.25.3', via: 'package' } },
  };
  const productOf: Readonly<Record<string, (cpe: string) => unknown>> = {
    openvex: (cpe) => openVex({ products: [{ '@id': 'the product', identifiers: { cpe23: cpe } }] }),
    csaf: (cpe) =>
      csaf(
        {
          product_status: { known_not_affected: ['P'] },
          flags: [{ label: 'component_not_present', product_ids: ['P'] }],
        },
        {
          full_product_names: [{ product_id: 'P', name: 'the product', product_identification_helper: { cpe } }],
        },
      ),
    cyclonedx: (cpe) => ({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: {
        timestamp: '2026-01-01T00:00:00Z',
        component: { 'bom-ref': 'x', type: 'application', name: 'x', cpe },
      },
      vulnerabilities: [
        {
          id: 'CVE-2026-0001',
          updated: '2026-01-01T00:00:00Z',
          analysis: { state: 'not_affected', justification: 'code_not_reachable' },
          affects: [{ ref: 'x' }],
        },
      ],
    }),
  };

  it.each([
    ['cpe:2.3:a:f5:nginx:1.25.3:*:*:*:*:*:*:*', 'applied', /./],
    ['cpe:2.3:a:F5:Nginx:*:*:*:*:*:*:*:*', 'applied', /./],
    ['cpe:/a:f5:nginx:1.25.3', 'applied', /./],
    ['cpe:2.3:a:f5:nginx:1.25.4:*:*:*:*:*:*:*', 'other-product', /nginx is version 1.25.3, and it speaks of 1.25.4/],
    ['cpe:2.3:a:f5:nginx:1.25.3:beta:*:*:*:*:*:*', 'other-product', /./],
    ['cpe:2.3:a:f5:nginx:1.25.3:*:*:*:*:windows:*:*', 'other-product', /./],
    ['cpe:2.3:a:f5:*:1.25.3:*:*:*:*:*:*:*', 'other-product', /./],
    ['cpe:2.3:o:f5:nginx:1.25.3:*:*:*:*:*:*:*', 'other-product', /./],
    ['cpe:2.3:a:nginx:nginx:1.25.3:*:*:*:*:*:*:*', 'other-product', /./],
  ])('%s: %s', (cpe, state, why) => {
    for (const document of Object.values(productOf)) {
      const [outcome] = judge([document(cpe)], [nginx]).verdict.vex ?? [];
      expect([cpe, outcome?.state, why.test(outcome?.why ?? '')]).toEqual([cpe, state, true]);
    }
  });
});
