import { dayOf, type Feed, type FeedGroup, isCve, type ReadContext } from '../feed.ts';
import { BulletinBoard } from './bulletin-board.ts';
import { schemeCompare } from './compare.ts';
import { maxTrackerBytes, readTracker, trackerUrl } from './debian-tracker.ts';
import { osvEcosystem } from './osv-ecosystems.ts';
import { osvIncrements } from './osv-increments.ts';
import type { Compare } from './osv-ranges.ts';
import type { OsvRecord } from './osv-schema.ts';
import { osvStatements, osvText, type ShardStatement } from './osv-statements.ts';
import { osvZipUrl, readOsvZip } from './osv-zip.ts';

const ecosystem = osvEcosystem('Debian');
const osvUrl = osvZipUrl('Debian');
const licenses = ['Debian security tracker, MIT', ecosystem.license];
const maxZipBytes = 1 << 30;

/**
 * Debian: the security tracker decides; DSA and DLA (from OSV) say which bulletin brought a fix and since when, and
 * stand alone where the tracker is silent (releases it has dropped).
 */
export const debianFeed: Feed = {
  name: 'debian',
  about: {
    title: 'Debian security tracker',
    gives: 'the state of each vulnerability in each release; DSA and DLA (from OSV) add the bulletin and its day',
    urls: [trackerUrl, osvUrl],
    licenses,
    shards: ['debian-RELEASE'],
    incremental: 'the whole tracker; of the bulletins those that `modified_id.csv` names as newer',
    provenOn: 'real data',
  },
  groups: async () => [debianGroup],
};

const debianGroup: FeedGroup = {
  name: 'debian',
  licenses,
  makes: (shard) => shard.startsWith('debian-'),
  inputs: () => [
    { url: trackerUrl, maxBytes: maxTrackerBytes },
    { url: osvUrl, maxBytes: maxZipBytes },
  ],
  increments: (source, kept) => osvIncrements('Debian', source, kept),
  read: readDebian,
};

async function readDebian(context: ReadContext): Promise<void> {
  const compare = schemeCompare('deb');
  const board = new BulletinBoard();
  await readBulletins(context, board, compare);
  await readTracker(context, ({ shard, statement }) => {
    context.sink.statement(shard, board.attach(shard, statement, statement.ids[0]!));
  });
  for (const { shard, statement } of board.rest(compare)) context.sink.statement(shard, statement);
}

async function readBulletins(context: ReadContext, board: BulletinBoard, compare: Compare | null): Promise<void> {
  const { sink, tally } = context;
  await readOsvZip(context, osvUrl, (record) => {
    const all = osvStatements(record, ecosystem, compare);
    if (all.length === 0 || !isVulnerability(record, all)) {
      tally.irrelevant++;
      return;
    }
    const statements = all.filter(({ shard }) => sink.wants(shard));
    if (statements.length > 0) sink.text(new Set(statements.map(({ shard }) => shard)), osvText(record));
    for (const { shard, statement } of statements) {
      sink.dated(shard, dayOf(record.modified));
      // DEBIAN-CVE-2024-1 is Debian's record of CVE-2024-1, a copy of the tracker's
      for (const id of statement.ids) board.add(shard, statement, id.replace(/^DEBIAN-(?=CVE-)/, ''));
    }
  });
}

/** A bulletin without a CVE may be a regression, time zone or new-version update; then it states no vulnerability. */
function isVulnerability({ id, summary }: OsvRecord, statements: readonly ShardStatement[]): boolean {
  if (id.includes('CVE-') || statements.some(({ statement }) => statement.ids.some(isCve))) return true;
  return /^D[SL]A-\d+-1$/.test(id) && /security update/i.test(summary ?? '');
}
