import { dayOf, type Feed, type FeedGroup, isCve, type ReadContext, type Statement, sortedSet } from '../feed.ts';
import { schemeCompare } from './compare.ts';
import { maxTrackerBytes, readTracker, trackerUrl } from './debian-tracker.ts';
import { osvEcosystem } from './osv-ecosystems.ts';
import type { Compare } from './osv-ranges.ts';
import { osvStatements, osvText } from './osv-statements.ts';
import { osvZipUrl, readOsvZip } from './osv-zip.ts';

const ecosystem = osvEcosystem('Debian');
const osvUrl = osvZipUrl('Debian');
const maxZipBytes = 1 << 30;

/**
 * Debian: the security tracker decides; DSA and DLA (from OSV) say which bulletin brought a fix and since when, and
 * stand alone where the tracker is silent (releases it has dropped).
 */
export const debianFeed: Feed = {
  name: 'debian',
  groups: async () => [debianGroup],
};

const debianGroup: FeedGroup = {
  name: 'debian',
  licenses: ['Debian security tracker, MIT', ecosystem.license],
  makes: (shard) => shard.startsWith('debian-'),
  inputs: () => [
    { url: trackerUrl, maxBytes: maxTrackerBytes },
    { url: osvUrl, maxBytes: maxZipBytes },
  ],
  read: readDebian,
};

/** One bulletin's word on one package and vulnerability of a release. */
interface BulletinEntry {
  readonly shard: string;
  readonly statement: Statement;
}

async function readDebian(context: ReadContext): Promise<void> {
  const compare = schemeCompare('deb');
  const { sink } = context;
  const decided = new Map<string, { shard: string; statement: Statement }>();
  const said = new Map<string, BulletinEntry[]>();
  await readTracker(context, (entry) => {
    decided.set(keyOf(entry.shard, entry.statement.package, entry.statement.ids[0]!), entry);
  });
  await readOsvZip(context, osvUrl, (record) => {
    const all = osvStatements(record, ecosystem, compare);
    // a regression, time zone or new-version update that names no vulnerability states none
    const silent = !record.id.includes('CVE-') && all.every(({ statement }) => !statement.ids.some(isCve));
    if (
      all.length === 0 ||
      (silent && !/^D[SL]A-\d+-1$/.test(record.id)) ||
      (silent && !/security update/i.test(record.summary ?? ''))
    ) {
      context.tally.irrelevant++;
      return;
    }
    const statements = all.filter(({ shard }) => sink.wants(shard));
    if (statements.length > 0) sink.text(new Set(statements.map(({ shard }) => shard)), osvText(record));
    for (const { shard, statement } of statements) {
      sink.dated(shard, dayOf(record.modified));
      for (const id of statement.ids) {
        // DEBIAN-CVE-2024-1 is Debian's record of CVE-2024-1, a copy of the tracker's
        const cve = id.replace(/^DEBIAN-(?=CVE-)/, '');
        const key = keyOf(shard, statement.package, cve);
        const entry = {
          shard,
          statement: { ...statement, ids: [cve], aliases: statement.aliases.filter((alias) => alias !== cve) },
        };
        const others = said.get(key);
        if (others === undefined) said.set(key, [entry]);
        else others.push(entry);
      }
    }
  });
  for (const [key, entry] of decided) sink.statement(entry.shard, withBulletins(entry.statement, said.get(key) ?? []));
  for (const [key, entries] of said) {
    if (!decided.has(key)) sink.statement(entries[0]!.shard, fromBulletins(entries, compare));
  }
}

function keyOf(shard: string, name: string, id: string): string {
  return `${shard}\0${name}\0${id}`;
}

/** The tracker's statement, with the bulletins that name it and the day of the one that brought its fix. */
function withBulletins(statement: Statement, entries: readonly BulletinEntry[]): Statement {
  if (entries.length === 0) return statement;
  const fixed = statement.ranges[0]?.fixed ?? null;
  return { ...statement, bulletins: bulletinsOf(entries), fixedSince: fixed === null ? null : sinceOf(fixed, entries) };
}

/** What bulletins alone say: the highest version that one of them calls fixed, as the tracker itself would merge them. */
function fromBulletins(entries: readonly BulletinEntry[], compare: Compare | null): Statement {
  const ordered = entries.toSorted((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1));
  let best = ordered[0]!;
  for (const entry of ordered.slice(1)) {
    const left = best.statement.ranges[0]?.fixed ?? null;
    const right = entry.statement.ranges[0]?.fixed ?? null;
    // without a comparator the latest bulletin has the last word
    if (left === null || (right !== null && (compare?.(right, left) ?? 1) > 0)) best = entry;
  }
  const fixed = best.statement.ranges[0]?.fixed ?? null;
  return {
    ...best.statement,
    bulletins: bulletinsOf(entries),
    published: null,
    modified: null,
    fixedSince: fixed === null ? null : sinceOf(fixed, entries),
  };
}

function orderKey({ statement }: BulletinEntry): string {
  return `${statement.published ?? ''}\0${statement.bulletins[0] ?? ''}`;
}

function bulletinsOf(entries: readonly BulletinEntry[]): string[] {
  return sortedSet(entries.flatMap(({ statement }) => statement.bulletins));
}

/** Day of the first bulletin that names this fix, else of the first one at all. */
function sinceOf(fixed: string, entries: readonly BulletinEntry[]): string | null {
  const days = (list: readonly BulletinEntry[]): string[] =>
    list.flatMap(({ statement }) => statement.fixedSince ?? []).sort();
  const same = days(entries.filter(({ statement }) => statement.ranges.some((range) => range.fixed === fixed)));
  return same[0] ?? days(entries)[0] ?? null;
}
