import { type Discovery, dayOf, type Feed, type FeedGroup, isCve, type ReadContext } from '../feed.ts';
import { BulletinBoard } from './bulletin-board.ts';
import { schemeCompare } from './compare.ts';
import { type OsvEcosystem, osvEcosystem, osvEcosystems, osvIgnored, osvMakes } from './osv-ecosystems.ts';
import { osvIncrements } from './osv-increments.ts';
import type { OsvRecord } from './osv-schema.ts';
import { osvStatements, osvText, type ShardStatement } from './osv-statements.ts';
import { osvHost, osvZipUrl, readOsvZip } from './osv-zip.ts';

const maxZipBytes = 2 * 2 ** 30;

/**
 * OSV: one archive per ecosystem; every ecosystem that OSV lists is stored.
 * @see https://google.github.io/osv.dev/data/
 */
export const osvFeed: Feed = {
  name: 'osv',
  about: {
    title: 'OSV',
    gives:
      'the advisories of language ecosystems (GitHub, PyPA, Go, RustSec …, malicious packages as `MAL-`) and of some distros',
    urls: [
      `${osvHost}/ecosystems.txt`,
      `${osvHost}/ECOSYSTEM/all.zip`,
      `${osvHost}/ECOSYSTEM/modified_id.csv`,
      `${osvHost}/ECOSYSTEM/ID.json`,
    ],
    licenses: [...new Set(osvEcosystems.filter(({ name }) => !osvIgnored.has(name)).map(({ license }) => license))],
    shards: ['ECOSYSTEM', 'DISTRO-RELEASE'],
    incremental: 'one archive per ecosystem, then the records that `modified_id.csv` names as newer',
    provenOn: 'real data',
  },
  groups: async (discovery) => (await ecosystemNames(discovery)).map((name) => osvGroup(osvEcosystem(name))),
};

async function ecosystemNames(discovery: Discovery): Promise<string[]> {
  const { only } = discovery;
  if (only !== undefined) {
    // every shard that an inventory can ask for is in the table
    return osvEcosystems
      .filter(({ name }) => !osvIgnored.has(name))
      .filter((ecosystem) => only.some((shard) => osvMakes(ecosystem, shard)))
      .map(({ name }) => name);
  }
  const list = await discovery.text(`${osvHost}/ecosystems.txt`);
  const names = list === undefined ? osvEcosystems.map((ecosystem) => ecosystem.name) : list.split(/\r?\n/);
  const bases = new Set(
    names.map((name) => name.trim().split(':', 1)[0]!).filter((name) => name !== '' && !osvIgnored.has(name)),
  );
  return [...bases].sort();
}

function osvGroup(ecosystem: OsvEcosystem): FeedGroup {
  const url = osvZipUrl(ecosystem.name);
  return {
    name: `osv/${ecosystem.name}`,
    licenses: [ecosystem.license],
    ...(ecosystem.name === 'Ubuntu' ? { large: true } : {}),
    makes: (shard) => osvMakes(ecosystem, shard),
    inputs: () => [{ url, maxBytes: maxZipBytes }],
    increments: (source, kept) => osvIncrements(ecosystem.name, source, kept),
    read: (context) => readEcosystem(context, ecosystem, url),
  };
}

async function readEcosystem(context: ReadContext, ecosystem: OsvEcosystem, url: string): Promise<void> {
  const compare = schemeCompare(ecosystem.scheme);
  const { sink } = context;
  const board = new BulletinBoard();
  const read = (record: OsvRecord, take: (entry: ShardStatement) => void): void => {
    const all = osvStatements(record, ecosystem, compare);
    if (all.length === 0) context.tally.irrelevant++;
    const statements = all.filter(({ shard }) => sink.wants(shard));
    if (statements.length > 0) sink.text(new Set(statements.map(({ shard }) => shard)), osvText(record));
    for (const entry of statements) {
      take(entry);
      sink.dated(entry.shard, dayOf(record.modified));
    }
  };
  const { distroRecord } = ecosystem;
  if (distroRecord !== undefined) {
    // the distro's own records decide, so that its bulletins must be known before they come by
    await readOsvZip(
      context,
      url,
      (record) =>
        read(record, ({ shard, statement }) => {
          for (const id of statement.ids) board.add(shard, statement, id);
        }),
      (id) => !distroRecord.test(id),
    );
  }
  await readOsvZip(
    context,
    url,
    (record) =>
      read(record, ({ shard, statement }) => {
        const cve = distroRecord === undefined ? undefined : statement.aliases.find(isCve);
        sink.statement(shard, cve === undefined ? statement : board.attach(shard, statement, cve));
      }),
    (id) => distroRecord === undefined || distroRecord.test(id),
    (record) => {
      const names = [record.id, ...(record.aliases ?? [])];
      const shards = new Set(osvStatements(record, ecosystem, compare).map(({ shard }) => shard));
      for (const shard of shards) sink.withdrawn(shard, { id: record.id, names, on: dayOf(record.withdrawn) });
    },
  );
  for (const { shard, statement } of board.rest(compare)) sink.statement(shard, statement);
}
