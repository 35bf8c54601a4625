import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdvisoryError } from './advisory-error.ts';
import type { FeedGroup, ReadContext, ShardSink } from './feed.ts';
import { osvEcosystem } from './feeds/osv-ecosystems.ts';
import { osvRecord } from './feeds/osv-schema.ts';
import { osvStatements, osvText } from './feeds/osv-statements.ts';
import { feeds } from './feeds.ts';
import { parseCatalog } from './store/catalog.ts';
import { decodeStatements, encodeStatement } from './store/shard-format.ts';
import { edit, mutate } from './testing/edits.ts';

const record = {
  id: 'UBUNTU-CVE-2024-1000',
  modified: '2024-01-01T00:00:00Z',
  published: '2024-01-01T00:00:00Z',
  upstream: ['CVE-2024-1000'],
  related: ['USN-1-1'],
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'Ubuntu:22.04:LTS', name: 'a' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1' }] }],
      versions: ['0.5'],
      ecosystem_specific: { ubuntu_priority: 'low', ubuntu_status: 'released' },
      database_specific: { cwes: [{ cweId: 'CWE-1' }] },
    },
  ],
  references: [{ type: 'WEB', url: 'https://a.example' }],
  database_specific: { severity: 'LOW', cwe_ids: ['CWE-2'], cvss_v3: 5 },
};

/** One plausible file per host, for the feeds that are one JSON document. */
const documents: Readonly<Record<string, unknown>> = {
  'www.cisa.gov': {
    dateReleased: '2024-01-01',
    vulnerabilities: [
      { cveID: 'CVE-2024-1', dateAdded: '2024-01-01', dueDate: '2024-01-02', knownRansomwareCampaignUse: 'Known' },
    ],
  },
  'endoflife.date': [
    { cycle: '12', codename: 'x', releaseDate: '2024-01-01', eol: '2026-01-01', extendedSupport: true },
  ],
  'security.archlinux.org': [
    {
      name: 'AVG-1',
      packages: ['a'],
      status: 'Fixed',
      severity: 'High',
      fixed: '1-1',
      issues: ['CVE-2024-1000'],
      advisories: ['ASA-1'],
    },
  ],
  'packages.wolfi.dev': { packages: [{ pkg: { name: 'a', secfixes: { '1': ['CVE-2024-1000', 'GHSA-1111'] } } }] },
  'secdb.alpinelinux.org': { packages: [{ pkg: { name: 'a', secfixes: { '1': ['CVE-2024-1000 X-1'] } } }] },
  'security-tracker.debian.org': {
    a: {
      'CVE-2024-1000': {
        description: 'x',
        releases: { bookworm: { status: 'open', urgency: 'low', nodsa_reason: 'ignored', fixed_version: '1' } },
      },
    },
  },
  'nvd.nist.gov': {
    vulnerabilities: [
      {
        cve: {
          id: 'CVE-2024-1000',
          published: '2024-01-01',
          lastModified: '2024-01-01',
          vulnStatus: 'Analyzed',
          descriptions: [{ lang: 'en', value: 'x' }],
          metrics: {
            cvssMetricV31: [
              { source: 'nvd@nist.gov', cvssData: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N', baseScore: 5 } },
            ],
          },
          weaknesses: [{ description: [{ value: 'CWE-1' }] }],
        },
      },
    ],
  },
};

const sink: ShardSink = {
  wants: () => true,
  statement: (_shard, statement) =>
    void decodeStatements(statement.package, statement.scheme, `[${encodeStatement(statement)}]`),
  rating: () => undefined,
  kev: () => undefined,
  endOfLife: () => undefined,
  row: () => undefined,
  text: () => undefined,
  withdrawn: () => undefined,
  touch: () => undefined,
  dated: () => undefined,
};

function contextOf(document: unknown): ReadContext {
  return {
    sink,
    tally: { read: 0, rejected: 0, firstRejection: null, withdrawn: 0, irrelevant: 0 },
    signal: undefined,
    stream: (url) =>
      url.endsWith('.meta') || url.includes('.tar') ? undefined : chunks(JSON.stringify(document) ?? 'null'),
    path: async () => undefined,
    json: async () => structuredClone(document),
  };
}

async function* chunks(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

describe('hostile feeds', () => {
  test('an OSV record with anything anywhere is refused, or gives statements that a shard can hold', () => {
    const ecosystem = osvEcosystem('Ubuntu');
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const value = edits.reduce(
          (current: unknown, [path, replacement]) => mutate(current, path, replacement),
          record,
        );
        const parsed = osvRecord.safeParse(value);
        if (!parsed.success) return;
        osvText(parsed.data);
        for (const { statement } of osvStatements(parsed.data, ecosystem, null)) {
          const [decoded] = decodeStatements(statement.package, statement.scheme, `[${encodeStatement(statement)}]`);
          expect(decoded).toEqual(statement);
        }
      }),
      { seed: 21, numRuns: 1500 },
    );
  });

  test.each(Object.keys(documents))('%s: anything anywhere is counted, or refused as a whole', async (host) => {
    const groups: FeedGroup[] = [];
    for (const feed of feeds) {
      groups.push(
        ...(await feed.groups({
          asOf: '2024-06-01',
          only: ['debian-12', 'arch', 'wolfi', 'kev', 'eol', 'alpine-3.19', 'ratings-2024'],
          json: async () => undefined,
          text: async () => undefined,
          list: () => undefined,
        })),
      );
    }
    const group = groups.find((each) => each.inputs(undefined).some(({ url }) => new URL(url).host === host))!;
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const value = edits.reduce(
          (current, [path, replacement]) => mutate(current, path, replacement),
          documents[host],
        );
        await group.read(contextOf(value)).catch((error: unknown) => expect(error).toBeInstanceOf(AdvisoryError));
      }),
      { seed: 22, numRuns: 300 },
    );
  });

  test('a catalog with anything anywhere is refused or is a catalog', () => {
    const shard = {
      name: 'npm',
      digest: `sha256:${'0'.repeat(64)}`,
      size: 1,
      records: 1,
      kind: 'advisories',
      licenses: [],
      feeds: [],
      dataDate: null,
      checkedAt: '2026-01-01',
    };
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const value = edits.reduce((current: unknown, [path, replacement]) => mutate(current, path, replacement), {
          schemaVersion: 1,
          shards: [shard],
        });
        try {
          for (const info of parseCatalog(JSON.stringify(value) ?? '', 'x').shards)
            expect(info.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
        } catch (error) {
          expect(error).toMatchObject({ name: 'AdvisoryError', code: 'catalog-malformed' });
        }
      }),
      { seed: 23, numRuns: 1000 },
    );
  });
});
