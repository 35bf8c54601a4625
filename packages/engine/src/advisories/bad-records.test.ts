import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { osvZipUrl } from './feeds/osv-zip.ts';
import { vulnrichmentUrl } from './feeds/vulnrichment.ts';
import { buildFrom } from './testing/build-from.ts';
import { type FeedBody, osvFiles } from './testing/make-mirror.ts';
import { makeTar } from './testing/make-tar.ts';
import { makeZip, type ZipPart } from './testing/make-zip.ts';

/** One bad record beside good ones loses neither them nor itself: it is counted, and the first is named with its feed. */

const osv = (id: string, name: string, more: object = {}) => ({
  schema_version: '1.7.3',
  id,
  modified: '2026-01-02T00:00:00Z',
  affected: [
    {
      package: { ecosystem: 'npm', name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.0.0' }] }],
    },
  ],
  ...more,
});
const file = (record: { readonly id: string }): ZipPart => ({
  name: `${record.id}.json`,
  body: JSON.stringify(record),
});
const bad = (body: Buffer | string, more: Partial<ZipPart> = {}): ZipPart => ({ name: 'BAD-1.json', body, ...more });
const good = [file(osv('GHSA-1', 'first')), file(osv('GHSA-2', 'last', { schema_version: undefined }))];

describe('a record of OSV', () => {
  test.each<[string, ZipPart, string]>([
    ['that is cut off', bad('{"id": "BAD-1", "modified": "20'), 'is no JSON'],
    ['in Latin-1', bad(Buffer.from(JSON.stringify(osv('BAD-1', 'caf\u00e9')), 'latin1')), 'is not UTF-8'],
    ['in UTF-16', bad(Buffer.from(JSON.stringify(osv('BAD-1', 'x')), 'utf16le')), 'is no JSON'],
    [
      'of a newer schema',
      bad(JSON.stringify(osv('BAD-1', 'x', { schema_version: '2.0.0' }))),
      'is of schema 2.0.0, newer than 1.x',
    ],
    ['with numbers for versions', bad(JSON.stringify(osv('BAD-1', 'x', { aliases: [7] }))), 'aliases.0: '],
    [
      'that lies about its size',
      bad(JSON.stringify(osv('BAD-1', 'x')), { claim: { size: 9 } }),
      'its size or checksum',
    ],
    ['that says it is of 4 GB', bad('{}', { claim: { size: 2 ** 32 - 2 } }), 'is larger than'],
    ['of another checksum', bad(JSON.stringify(osv('BAD-1', 'x')), { claim: { crc: 7 } }), 'its size or checksum'],
    ['without end', bad(`${'['.repeat(200_000)}`), 'is no JSON'],
  ])('%s', async (_what, part, reason) => {
    const files: Record<string, FeedBody> = { ...osvFiles({ npm: [] }) };
    files[osvZipUrl('npm')] = makeZip([good[0]!, part, good[1]!]);
    using built = await buildFrom(files, { only: ['npm'] });
    expect(built.report.failed).toEqual([]);
    expect(built.report.feeds).toMatchObject([
      { feed: 'osv/npm', read: 2, rejected: 1, firstRejection: expect.stringContaining(reason) },
    ]);
    expect(built.report.feeds[0]!.firstRejection).toMatch(/^BAD-1\.json/);
    expect(['first', 'last', 'x'].map((name) => built.records('npm', name).length)).toEqual([1, 1, 0]);
  });
});

const tracker = 'https://security-tracker.debian.org/tracker/data/json';
const source = (fixed: string) => ({
  'CVE-2024-1': { releases: { bookworm: { status: 'resolved', fixed_version: fixed, urgency: 'low' } } },
});

test('a package of Debian’s tracker that is not UTF-8, or of another shape, is named; the others are read', async () => {
  const text = JSON.stringify({
    before: source('1'),
    'caf\u00e9': source('2'),
    odd: { 'CVE-2024-1': 7 },
    after: source('3'),
  });
  using built = await buildFrom({ [tracker]: Buffer.from(text, 'latin1') }, { only: ['debian-12'] });
  expect(built.report.feeds).toMatchObject([{ feed: 'debian', rejected: 2 }]);
  expect(built.report.feeds[0]!.firstRejection).toMatch(/^\(not UTF-8\) "caf/);
  expect(['before', 'after', 'odd'].map((name) => built.records('debian-12', name).length)).toEqual([1, 1, 0]);
});

test('a CVE record of a newer schema is counted by CISA’s feed; the others are read', async () => {
  const cve = (id: string, dataVersion: string): Record<string, string> => ({
    [`vulnrichment-develop/2024/1xxx/${id}.json`]: JSON.stringify({
      dataVersion,
      cveMetadata: { cveId: id },
      containers: {
        cna: { metrics: [{ cvssV3_1: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } }] },
      },
    }),
  });
  const archive = gzipSync(makeTar({ ...cve('CVE-2024-1000', '5.1'), ...cve('CVE-2024-1001', '6.0.0') }));
  using built = await buildFrom({ [vulnrichmentUrl]: archive }, { only: ['ratings-2024'] });
  expect(built.report.feeds).toMatchObject([
    {
      read: 1,
      rejected: 1,
      firstRejection: expect.stringMatching(/CVE-2024-1001\.json: is of schema 6\.0\.0, newer than 5\.x/),
    },
  ]);
  expect([...built.reader.ratings(['CVE-2024-1000', 'CVE-2024-1001']).keys()]).toEqual(['CVE-2024-1000']);
});
