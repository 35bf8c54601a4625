import { dayOf, type Feed, type FeedGroup, isCve, type ReadContext, reject, sortedSet } from '../feed.ts';
import { childOf, childrenOf, childText } from '../formats/xml.ts';
import { bulletinStatement } from './bulletin-statement.ts';
import { type OvalDefinition, type OvalPackage, readOval } from './oval.ts';
import { severityOf } from './ratings.ts';
import { statedArches } from './rpm-arches.ts';
import { type SuseFile, suseFiles } from './suse-files.ts';

const licenses = ['SUSE security data (OVAL), CC-BY-4.0'];
const maxBytes = 2 * 2 ** 30;

/**
 * SUSE Linux Enterprise and openSUSE: per CVE the version that fixes it in each package of each service pack, what is
 * affected without a fix, and what is not affected.
 * @see https://www.suse.com/support/security/oval/
 */
export const suseFeed: Feed = {
  name: 'suse-oval',
  about: {
    title: 'SUSE and openSUSE OVAL',
    gives:
      'the version that fixes a CVE in each binary package of a service pack, what has no fix and what is not affected',
    urls: suseFiles.map(({ url }) => url),
    licenses,
    shards: ['sles-RELEASE', 'sle-micro-RELEASE', 'opensuse-leap-RELEASE', 'opensuse-tumbleweed'],
    incremental: 'one file per major release of SUSE Linux Enterprise, or release of Leap',
    provenOn: 'a few real records',
  },
  groups: async () => suseFiles.map(fileGroup),
};

function fileGroup(file: SuseFile): FeedGroup {
  return {
    name: `suse-oval/${file.name}`,
    licenses,
    makes: (shard) => file.makes.test(shard),
    inputs: () => [{ url: file.url, maxBytes }],
    read: async (context) => {
      await readOval(context, file.url, (definition) => readDefinition(context, file, definition));
    },
  };
}

function readDefinition({ sink, tally }: ReadContext, file: SuseFile, definition: OvalDefinition): void {
  tally.read++;
  const { id, title, description, metadata, packages } = definition;
  const references = childrenOf(metadata, 'reference').map(({ attributes }) => attributes.ref_id ?? '');
  const cve = [title, ...references.flatMap((text) => text.split(' '))].map((text) => text.trim()).find(isCve);
  if (cve === undefined) {
    reject(tally, id, 'names no CVE');
    return;
  }
  const advisory = childOf(metadata, 'advisory');
  const severity = severityOf(advisory && childText(advisory, 'severity'));
  const bulletins = sortedSet(references.filter((text) => /^(?:open)?SUSE-(?:SU|RU|FU|OU|SR)[-:]/.test(text)));
  const shared = {
    ids: [cve],
    bulletin: null,
    source: 'suse-oval',
    labels: severity === undefined ? [] : [{ source: 'suse', severity }],
    date: null,
  };
  const day = dayOf(advisory && childOf(advisory, 'updated')?.attributes.date);
  const shards = new Set<string>();
  for (const [shard, entries] of byShard(file, packages)) {
    if (!sink.wants(shard)) continue;
    for (const entry of settled(entries)) {
      const { name, fixed, lastAffected, affected } = entry;
      const arches = statedArches(entry.arches);
      const statement = bulletinStatement(shared, {
        package: name,
        ranges: affected ? [{ introduced: null, fixed, lastAffected }] : [],
        status: affected ? 'affected' : 'not-affected',
        ...(arches !== undefined && { arches }),
      });
      // which of a CVE's bulletins is about which release is not said: they are named only where there is a fix
      sink.statement(shard, { ...statement, bulletins: fixed === null ? [] : bulletins });
    }
    if (entries.some(({ affected }) => affected)) shards.add(shard);
    sink.dated(shard, day);
  }
  if (shards.size === 0 && packages.length === 0) reject(tally, id, 'names no package');
  sink.text(shards, { id: cve, title: null, description, references: [`https://www.suse.com/security/cve/${cve}`] });
}

function byShard(file: SuseFile, packages: readonly OvalPackage[]): Map<string, OvalPackage[]> {
  const out = new Map<string, OvalPackage[]>();
  for (const pkg of packages) {
    const shards = new Set([...pkg.platforms].flatMap((platform) => file.shardOf(platform) ?? []));
    for (const shard of shards) {
      const list = out.get(shard);
      if (list === undefined) out.set(shard, [pkg]);
      else list.push(pkg);
    }
  }
  return out;
}

/** A package is listed once for each module of a release: a fix stands before "affected", that before "not affected". */
function settled(entries: readonly OvalPackage[]): OvalPackage[] {
  const rank = ({ fixed, affected }: OvalPackage): number => (fixed !== null ? 2 : affected ? 1 : 0);
  const best = new Map<string, number>();
  for (const entry of entries) best.set(entry.name, Math.max(best.get(entry.name) ?? 0, rank(entry)));
  return entries.filter((entry) => rank(entry) === best.get(entry.name));
}
