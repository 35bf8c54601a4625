import { variantBuild } from '../../versions/rpm/rpm-build.ts';
import { dayOf, type Feed, type FeedGroup, isCve, type ReadContext, reject, sortedSet } from '../feed.ts';
import { bzip2Content } from '../formats/bzip2.ts';
import { childOf, childrenOf, childText, type XmlElement } from '../formats/xml.ts';
import type { CvssRating } from '../types.ts';
import { bulletinStatement } from './bulletin-statement.ts';
import { type OvalDefinition, type OvalPackage, readOval } from './oval.ts';
import { cvssRating, severityOf } from './ratings.ts';
import { statedArches } from './rpm-arches.ts';

const url = 'https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2';
const licenses = ['Oracle Linux errata, © Oracle (facts of ELSA bulletins)'];
const maxBytes = 1 << 30;

/**
 * Oracle Linux: ELSA bulletins of every release.
 * @see https://linux.oracle.com/security/
 */
export const oracleFeed: Feed = {
  name: 'oracle-oval',
  about: {
    title: 'Oracle Linux OVAL (ELSA)',
    gives: 'the version that fixes the CVEs of a bulletin in each binary package, by module stream and architecture',
    urls: [url],
    licenses,
    shards: ['oracle-linux-RELEASE'],
    incremental: 'one file with all bulletins (bzip2)',
    provenOn: 'a few real records',
  },
  groups: async () => [group],
};

const group: FeedGroup = {
  name: 'oracle-oval',
  licenses,
  makes: (shard) => /^oracle-linux-\d+$/.test(shard),
  inputs: () => [{ url, maxBytes }],
  read: async (context) => {
    const open = (): AsyncIterable<Buffer> | undefined => {
      const packed = context.stream(url);
      return packed === undefined ? undefined : bzip2Content(url, packed);
    };
    await readOval(context, url, (definition) => readDefinition(context, definition), open);
  },
};

function readDefinition({ sink, tally }: ReadContext, definition: OvalDefinition): void {
  tally.read++;
  const { id, title, description, metadata, packages } = definition;
  const bulletin = /\b(EL[SBE]A-\d{4}-\d+)/.exec(title)?.[1];
  if (bulletin === undefined) {
    reject(tally, id, 'has no ELSA id');
    return;
  }
  const advisory = childOf(metadata, 'advisory');
  const rated = cvesOf(metadata, advisory);
  if (rated.size === 0) {
    // fixes of bugs, and updates that Oracle names no CVE for
    tally.irrelevant++;
    return;
  }
  const severity = severityOf(advisory && childText(advisory, 'severity'));
  const date = dayOf(advisory && childOf(advisory, 'issued')?.attributes.date);
  const shared = {
    bulletin,
    source: 'oracle-oval',
    labels: severity === undefined ? [] : [{ source: 'oracle', severity }],
    date,
  };
  const shards = new Set<string>();
  for (const pkg of merged(packages)) {
    const { name, fixed, lastAffected, module } = pkg;
    const variant = variantBuild(fixed ?? '');
    const scope = variant ?? module;
    const arches = statedArches(pkg.arches, ['aarch64', 'x86_64']);
    for (const platform of pkg.platforms) {
      const release = /^Oracle Linux (\d{1,2})$/.exec(platform)?.[1];
      if (release === undefined) continue;
      const shard = `oracle-linux-${release}`;
      shards.add(shard);
      for (const { ids, cvss } of byRating(rated))
        sink.statement(
          shard,
          bulletinStatement(
            { ...shared, ids, cvss },
            {
              package: name,
              ranges: [{ introduced: null, fixed, lastAffected }],
              ...(scope !== undefined && { module: scope }),
              ...(arches !== undefined && { arches }),
            },
          ),
        );
    }
  }
  if (shards.size === 0) reject(tally, bulletin, 'names no package of a release');
  for (const shard of shards) sink.dated(shard, date);
  const references = [`https://linux.oracle.com/errata/${bulletin}.html`];
  for (const cve of rated.keys()) sink.text(shards, { id: cve, title: title.trim(), description, references });
}

/** CVE → Oracle's rating: `cvss3="5.5/CVSS:3.1/AV:L/…"` */
function cvesOf(metadata: XmlElement, advisory: XmlElement | undefined): Map<string, CvssRating | undefined> {
  const out = new Map<string, CvssRating | undefined>();
  for (const { attributes } of childrenOf(metadata, 'reference')) {
    const cve = attributes.ref_id ?? '';
    if (isCve(cve)) out.set(cve, undefined);
  }
  for (const { text, attributes } of advisory === undefined ? [] : childrenOf(advisory, 'cve')) {
    const stated = /^([\d.]{1,4})\/(CVSS:.*)$/.exec(attributes.cvss3 ?? '');
    if (isCve(text)) out.set(text, stated === null ? undefined : cvssRating('oracle', stated[2], Number(stated[1])));
  }
  return out;
}

function byRating(
  rated: ReadonlyMap<string, CvssRating | undefined>,
): { readonly ids: string[]; readonly cvss: CvssRating[] }[] {
  const groups = Map.groupBy(rated.keys(), (cve) => rated.get(cve)?.vector ?? '');
  return [...groups.values()].map((cves) => {
    const rating = rated.get(cves[0]!);
    return { ids: sortedSet(cves), cvss: rating === undefined ? [] : [rating] };
  });
}

/** A package is listed once for each architecture. */
function merged(packages: readonly OvalPackage[]): OvalPackage[] {
  const out = new Map<string, OvalPackage>();
  for (const pkg of packages) {
    const key = JSON.stringify([pkg.name, pkg.fixed, pkg.lastAffected, pkg.module, [...pkg.platforms]]);
    const other = out.get(key);
    const every = other !== undefined && (other.arches.length === 0 || pkg.arches.length === 0);
    const arches = other === undefined ? pkg.arches : every ? [] : [...other.arches, ...pkg.arches];
    out.set(key, { ...pkg, arches });
  }
  return [...out.values()];
}
