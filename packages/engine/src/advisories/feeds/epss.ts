import { dayOf, type Feed, type FeedGroup, isCve, notThisFeed, type ReadContext, reject } from '../feed.ts';
import { textLines } from '../formats/csv.ts';
import { EpssBlocks } from '../store/epss-rows.ts';

const url = 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz';
const shard = 'epss';
const maxBytes = 256 << 20;
const maxLineChars = 4096;

const group: FeedGroup = {
  name: 'epss',
  licenses: ['Exploit Prediction Scoring System, FIRST.org and Empirical Security (free to use with attribution)'],
  makes: (name) => name === shard,
  inputs: () => [{ url, maxBytes }],
  read: readScores,
};

/**
 * How likely it is that a CVE is exploited within 30 days.
 * @see https://www.first.org/epss/data_stats
 */
export const epssFeed: Feed = {
  name: 'epss',
  about: {
    title: 'EPSS',
    gives:
      'how likely each CVE is exploited within 30 days, with its percentile; the day of the scores is the shard’s date',
    urls: [url],
    licenses: group.licenses,
    shards: [shard],
    incremental: 'one file',
    provenOn: 'real data',
  },
  groups: async () => [group],
};

const number = '\\d(?:\\.\\d{1,20})?(?:[eE]-\\d{1,3})?';
const row = new RegExp(`^(CVE-[\\d-]{6,30}),(${number}),(${number})$`);

/** `#model_version:v2025.03.14,score_date:2025-06-04T12:55:00Z`, then `cve,epss,percentile`, then a row each. */
async function readScores({ sink, tally, stream }: ReadContext): Promise<void> {
  const bytes = stream(url);
  if (bytes === undefined) return;
  const blocks = new EpssBlocks();
  let titled = false;
  for await (const line of textLines(url, bytes, maxLineChars)) {
    if (line.startsWith('#')) {
      sink.touch(shard, 'epss');
      sink.dated(shard, dayOf(/score_date:([^,]{1,40})/.exec(line)?.[1]));
    } else if (!titled) {
      if (line !== 'cve,epss,percentile') throw notThisFeed(url, `begins with ${JSON.stringify(line.slice(0, 40))}`);
      titled = true;
      sink.touch(shard, 'epss');
    } else if (line !== '') {
      const [, id = '', score, percentile] = row.exec(line) ?? [];
      const record = { id, score: Number(score), percentile: Number(percentile) };
      if (isCve(id) && record.score <= 1 && record.percentile <= 1 && blocks.add(record)) tally.read++;
      else reject(tally, line.slice(0, 60), 'is no score of a CVE, or a second one');
    }
  }
  if (!titled) throw notThisFeed(url, 'is empty');
  for (const { key, body, records } of blocks.rows()) sink.row(shard, 'epss', key, body, records);
}
