import * as z from 'zod/mini';
import { dayOf, type Feed, type FeedGroup, isCve, notThisFeed, type ReadContext, reject, sortedSet } from '../feed.ts';
import { childOf, childrenOf, childText } from '../formats/xml.ts';
import { sourceKeyPrefix } from '../types.ts';
import { bulletinStatement } from './bulletin-statement.ts';
import { schemaReason } from './osv-zip.ts';
import { type OvalDefinition, readOval } from './oval.ts';
import { severityOf, severityOfScore } from './ratings.ts';

const base = 'https://packages.vmware.com/photon';
const licenses = ['Photon OS security data, © Broadcom (facts)'];
const maxBytes = 1 << 30;
const releases = ['1.0', '2.0', '3.0', '4.0', '5.0'] as const;

const row = z.object({
  cve_id: z.string(),
  pkg: z.string().check(z.minLength(1)),
  cve_score: z.optional(z.nullable(z.number())),
  aff_ver: z.optional(z.nullable(z.string())),
  res_ver: z.optional(z.nullable(z.string())),
  status: z.optional(z.nullable(z.string())),
});

/**
 * Photon OS: the state of each CVE in each package; PHSA bulletins (OVAL) say when a fix was out, and stand alone for
 * releases without the first.
 * @see https://github.com/vmware/photon/wiki/Security-Advisories
 */
export const photonFeed: Feed = {
  name: 'photon',
  about: {
    title: 'Photon OS CVE metadata and PHSA OVAL',
    gives:
      'the version that fixes a CVE in a package, CVEs without a fix and those that do not apply; bulletins and their days',
    urls: [cveUrl('RELEASE'), `${base}/photon_oval_definitions/com.vmware.phsa-photonMAJOR.xml.gz`],
    licenses,
    shards: ['photon-RELEASE'],
    incremental: 'two files per release',
    provenOn: 'real data',
  },
  groups: async () => releases.map(releaseGroup),
};

function cveUrl(release: string): string {
  return `${base}/photon_cve_metadata/cve_data_photon${release}.json`;
}

function releaseGroup(release: string): FeedGroup {
  const shard = `photon-${release}`;
  const oval = `${base}/photon_oval_definitions/com.vmware.phsa-photon${release.split('.')[0]}.xml.gz`;
  return {
    name: `photon/${release}`,
    licenses,
    makes: (name) => name === shard,
    // releases have the one, the other or both
    inputs: () => [
      { url: cveUrl(release), maxBytes, optional: true },
      { url: oval, maxBytes },
    ],
    read: async (context) => {
      const rows = await context.json(cveUrl(release));
      if (rows !== undefined && !Array.isArray(rows)) throw notThisFeed(cveUrl(release), 'no list');
      const bulletins = new Map<string, Bulletin>();
      const found = await readOval(context, oval, (definition) => {
        if (rows === undefined) readBulletin(context, shard, definition);
        else rememberBulletin(bulletins, definition);
      });
      if (found || rows !== undefined) context.sink.touch(shard, 'advisories');
      for (const entry of rows ?? []) readRow(context, shard, entry, bulletins);
    },
  };
}

interface Bulletin {
  readonly id: string | null;
  readonly date: string | null;
}

function readRow(
  { sink, tally }: ReadContext,
  shard: string,
  entry: unknown,
  bulletins: ReadonlyMap<string, Bulletin>,
): void {
  const parsed = z.safeParse(row, entry);
  if (!parsed.success) {
    reject(tally, shard, schemaReason(parsed.error));
    return;
  }
  const { cve_id, pkg, cve_score, res_ver, status } = parsed.data;
  tally.read++;
  // BDSA-… is Black Duck's own number
  if (!/^(?:CVE|BDSA)-\d{4}-\d+$/.test(cve_id)) {
    reject(tally, `${pkg} ${cve_id}`, 'names no vulnerability');
    return;
  }
  const fixed = res_ver == null || res_ver === '' || res_ver === 'NA' ? null : res_ver;
  const applies = status !== 'Not Affected';
  const severity = cve_score == null ? undefined : severityOfScore(cve_score);
  const bulletin = fixed === null ? undefined : bulletins.get(keyOf(cve_id, fixed));
  const shared = {
    ids: [cve_id],
    bulletin: bulletin?.id ?? null,
    source: 'photon',
    labels: severity === undefined ? [] : [{ source: 'photon', severity }],
    date: bulletin?.date ?? null,
  };
  const ranges = applies ? [{ introduced: null, fixed, lastAffected: null }] : [];
  for (const key of [pkg, `${sourceKeyPrefix}${pkg}`])
    sink.statement(
      shard,
      bulletinStatement(shared, { package: key, ranges, status: applies ? 'affected' : 'not-affected' }),
    );
}

function keyOf(cve: string, fixed: string): string {
  return `${cve}\0${fixed.replace(/^0:/, '')}`;
}

function rememberBulletin(bulletins: Map<string, Bulletin>, definition: OvalDefinition): void {
  const { id, date, cves } = headOf(definition);
  for (const cve of cves)
    for (const { fixed } of definition.packages) if (fixed !== null) bulletins.set(keyOf(cve, fixed), { id, date });
}

function readBulletin({ sink, tally }: ReadContext, shard: string, definition: OvalDefinition): void {
  tally.read++;
  const { id, date, cves } = headOf(definition);
  if (cves.length === 0 || definition.packages.length === 0) {
    reject(tally, definition.id, cves.length === 0 ? 'names no CVE' : 'names no package');
    return;
  }
  const severity = severityOf(childText(childOf(definition.metadata, 'advisory') ?? definition.metadata, 'severity'));
  const labels = severity === undefined ? [] : [{ source: 'photon', severity }];
  const shared = { ids: cves, bulletin: id, source: 'photon', labels, date };
  for (const { name, fixed, lastAffected } of definition.packages)
    sink.statement(
      shard,
      bulletinStatement(shared, { package: name, ranges: [{ introduced: null, fixed, lastAffected }] }),
    );
  for (const cve of cves)
    sink.text([shard], { id: cve, title: definition.title, description: definition.description, references: [] });
  sink.dated(shard, date);
}

/** `PHSA-2024:00001 ansible Security Update. (Important)` with references `PHSA:00001:5.0:184` and `CVE:00001:CVE-2023-5115`. */
function headOf({ title, metadata }: OvalDefinition): Bulletin & { readonly cves: readonly string[] } {
  const references = childrenOf(metadata, 'reference').map(({ attributes }) => attributes.ref_id ?? '');
  const update = references.map((text) => /^PHSA:\d+:(\d+\.\d+):(\d+)$/.exec(text)).find((found) => found !== null);
  const year = /^PHSA-(\d{4})/.exec(title)?.[1];
  const advisory = childOf(metadata, 'advisory');
  const stated = advisory === undefined ? [] : childrenOf(advisory, 'cve').map(({ text }) => text);
  const named = references.map((text) => text.split(':').at(-1) ?? '');
  return {
    // as the wiki writes it: PHSA-2024-5.0-0184
    id: update && year ? `PHSA-${year}-${update[1]}-${update[2]!.padStart(4, '0')}` : null,
    date: dayOf(advisory && childOf(advisory, 'issued')?.attributes.date),
    cves: sortedSet([...stated, ...named].filter(isCve)),
  };
}
