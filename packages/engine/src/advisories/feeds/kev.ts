import * as z from 'zod/mini';
import { dayOf, type Feed, type FeedGroup, notThisFeed, type ReadContext, reject } from '../feed.ts';
import { schemaReason } from './osv-zip.ts';

const url = 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json';
const maxBytes = 64 << 20;

const catalog = z.object({ dateReleased: z.optional(z.string()), vulnerabilities: z.array(z.unknown()) });

const vulnerability = z.object({
  cveID: z.string(),
  dateAdded: z.string(),
  dueDate: z.optional(z.nullable(z.string())),
  knownRansomwareCampaignUse: z.optional(z.nullable(z.string())),
  vulnerabilityName: z.optional(z.nullable(z.string())),
  shortDescription: z.optional(z.nullable(z.string())),
});

const group: FeedGroup = {
  name: 'cisa-kev',
  licenses: ['CISA Known Exploited Vulnerabilities Catalog, CC0-1.0'],
  makes: (shard) => shard === 'kev',
  inputs: () => [{ url, maxBytes }],
  read: readCatalog,
};

/**
 * CISA's list of vulnerabilities that are exploited.
 * @see https://www.cisa.gov/known-exploited-vulnerabilities-catalog
 */
export const kevFeed: Feed = {
  name: 'cisa-kev',
  about: {
    title: 'CISA Known Exploited Vulnerabilities',
    gives: 'which vulnerabilities are exploited, since when, and whether ransomware uses them',
    urls: [url],
    licenses: group.licenses,
    shards: ['kev'],
    incremental: 'one file',
    provenOn: 'real data',
  },
  groups: async () => [group],
};

async function readCatalog({ sink, tally, json }: ReadContext): Promise<void> {
  const value = await json(url);
  if (value === undefined) return;
  const parsed = z.safeParse(catalog, value);
  if (!parsed.success) throw notThisFeed(url, schemaReason(parsed.error));
  sink.touch('kev', 'kev');
  sink.dated('kev', dayOf(parsed.data.dateReleased));
  for (const entry of parsed.data.vulnerabilities) {
    const record = z.safeParse(vulnerability, entry);
    const added = record.success ? dayOf(record.data.dateAdded) : null;
    if (!record.success || added === null) {
      reject(tally, url, record.success ? 'dateAdded is no date' : schemaReason(record.error));
      continue;
    }
    tally.read++;
    const { cveID, dueDate, knownRansomwareCampaignUse, vulnerabilityName, shortDescription } = record.data;
    sink.kev({
      id: cveID,
      dateAdded: added,
      dueDate: dayOf(dueDate),
      ransomware: knownRansomwareCampaignUse === 'Known',
    });
    sink.text(['kev'], {
      id: cveID,
      title: vulnerabilityName ?? null,
      description: shortDescription ?? null,
      references: [],
    });
  }
}
