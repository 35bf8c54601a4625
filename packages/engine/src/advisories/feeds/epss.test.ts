import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EpssBlocks, epssOf } from '../store/epss-rows.ts';
import { buildFrom } from '../testing/build-from.ts';

const url = 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz';
const head = '#model_version:v2025.03.14,score_date:2025-06-04T12:55:00Z\ncve,epss,percentile\n';
const rows = [
  'CVE-2024-1000,0.94358,0.9997',
  'CVE-2024-12345,0.00042,0.1',
  'CVE-2024-1000,0.1,0.1',
  'odd',
  'CVE-2024-1001,7,0',
];

test('scores by CVE, with the day that they are of', async () => {
  using built = await buildFrom({ [url]: gzipSync(`${head}${rows.join('\n')}\n`) });
  expect(built.reader.shard('epss')).toMatchObject({ records: 2, kind: 'epss', dataDate: '2025-06-04' });
  const found = built.reader.epss(['CVE-2024-12345', 'CVE-2024-1000', 'CVE-2024-1001', 'GHSA-x', 'CVE-1999-0001']);
  expect([...found.values()]).toEqual([
    { id: 'CVE-2024-12345', score: 0.00042, percentile: 0.1 },
    { id: 'CVE-2024-1000', score: 0.94358, percentile: 0.9997 },
  ]);
  const firstRejection = expect.stringMatching(/^CVE-2024-1000,0.1/);
  expect(built.report.feeds).toMatchObject([{ read: 2, rejected: 3, firstRejection }]);
});

test.each([
  ['a page', '<html>', 'feed-malformed'],
  ['nothing', '', 'feed-malformed'],
  ['an endless line', head + 'x'.repeat(10_000), 'feed-too-large'],
  ['no score at all', `${head}CVE,1\n`, 'feed-malformed'],
])('%s is refused by name', async (_what, text, code) => {
  using built = await buildFrom({ [url]: gzipSync(text) });
  expect(built.report.failed).toMatchObject([{ feed: 'epss', code, message: expect.stringMatching(/epss/) }]);
  expect(built.reader.shard('epss')).toBeUndefined();
});

test('a file that breaks off is no list of fewer scores', async () => {
  const whole = gzipSync(`${head}CVE-2024-1000,0.9,0.9\n`);
  using built = await buildFrom({ [url]: whole.subarray(0, whole.length - 12) });
  expect(built.report.failed).toMatchObject([{ feed: 'epss', code: 'feed-malformed' }]);
  expect(built.reader.shard('epss')).toBeUndefined();
});

test('a block gives every score back', () => {
  const part = fc.integer({ min: 0, max: 100_000 }).map((each) => each / 100_000);
  const record = fc.record({
    id: fc.integer({ min: 1000, max: 4200 }).map((number) => `CVE-2024-${number}`),
    score: part,
    percentile: part,
  });
  const records = fc.uniqueArray(record, { selector: ({ id }) => id, maxLength: 30 });
  fc.assert(
    fc.property(records, (all) => {
      const blocks = new EpssBlocks();
      for (const each of all) blocks.add(each);
      const bodies = new Map([...blocks.rows()].map(({ key, body }) => [key, body]));
      const ids = all.map(({ id }) => id);
      expect([...epssOf(ids, (key) => bodies.get(key)).values()]).toEqual(all);
      const some = all.filter((_, at) => at % 3 === 1);
      const asked = some.flatMap(({ id }) => [id, 'CVE-2024-4999', 'CVE-2023-1000']);
      expect([...epssOf(asked, (key) => bodies.get(key)).values()]).toEqual(some);
    }),
    { seed: 32, numRuns: 100 },
  );
});
