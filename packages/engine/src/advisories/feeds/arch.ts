import * as z from 'zod/mini';
import {
  type Feed,
  type FeedGroup,
  isCve,
  notThisFeed,
  type ReadContext,
  reject,
  type Statement,
  sortedSet,
} from '../feed.ts';
import type { AdvisoryStatus } from '../types.ts';
import { schemaReason } from './osv-zip.ts';
import { severityOf } from './ratings.ts';

const url = 'https://security.archlinux.org/all.json';
const shard = 'arch';
const maxBytes = 64 << 20;

/** A vulnerability group: what the same packages have in common. */
const avg = z.object({
  name: z.string().check(z.maxLength(60)),
  packages: z.array(z.string()),
  status: z.string(),
  severity: z.optional(z.nullable(z.string())),
  fixed: z.optional(z.nullable(z.string())),
  issues: z.array(z.string()),
  advisories: z.optional(z.nullable(z.array(z.string()))),
});

type Group = z.infer<typeof avg>;

const group: FeedGroup = {
  name: 'arch',
  licenses: ['Arch Linux security tracker, MIT'],
  makes: (name) => name === shard,
  inputs: () => [{ url, maxBytes }],
  read: readGroups,
};

/**
 * Arch: one list of vulnerability groups, each on packages by their binary names.
 * @see https://wiki.archlinux.org/title/Arch_Security_Team
 */
export const archFeed: Feed = {
  name: 'arch',
  about: {
    title: 'Arch Linux security tracker',
    gives: 'the version that fixes a vulnerability in a package, whether it is affected at all, and the severity',
    urls: [url],
    licenses: group.licenses,
    shards: [shard],
    incremental: 'one file',
    provenOn: 'hand-made fixtures only',
  },
  groups: async () => [group],
};

async function readGroups({ sink, tally, json }: ReadContext): Promise<void> {
  const value = await json(url);
  if (value === undefined) return;
  const list = z.safeParse(z.array(z.unknown()), value);
  if (!list.success) throw notThisFeed(url, schemaReason(list.error));
  sink.touch(shard, 'advisories');
  for (const entry of list.data) {
    const parsed = z.safeParse(avg, entry);
    if (!parsed.success) {
      reject(tally, nameOf(entry), schemaReason(parsed.error));
      continue;
    }
    const ids = sortedSet(parsed.data.issues.filter(isCve));
    if (ids.length === 0) {
      reject(tally, parsed.data.name, 'names no CVE');
      continue;
    }
    const status = statuses.get(parsed.data.status);
    if (status === undefined) {
      reject(tally, parsed.data.name, `the status ${JSON.stringify(parsed.data.status.slice(0, 40))} is not known`);
      continue;
    }
    tally.read++;
    for (const name of new Set(parsed.data.packages))
      sink.statement(shard, statementOf(parsed.data, name, ids, status));
  }
}

/** `Testing`: the fixed package is in the testing repository, where images do not install from. */
const statuses: ReadonlyMap<string, AdvisoryStatus> = new Map([
  ['Vulnerable', 'affected'],
  ['Fixed', 'affected'],
  ['Testing', 'affected'],
  ['Not affected', 'not-affected'],
  ['Unknown', 'under-investigation'],
]);

function statementOf(data: Group, name: string, ids: readonly string[], status: AdvisoryStatus): Statement {
  const severity = severityOf(data.severity);
  const fixed = status === 'affected' ? data.fixed || null : null;
  return {
    ids,
    source: 'arch',
    aliases: [],
    bulletins: sortedSet([data.name, ...(data.advisories ?? [])]),
    package: name,
    scheme: 'alpm',
    ranges: status === 'not-affected' ? [] : [{ introduced: null, fixed, lastAffected: null }],
    versions: [],
    status,
    labels: severity === undefined ? [] : [{ source: 'arch', severity }],
    cvss: [],
    published: null,
    modified: null,
    fixedSince: null,
    ...(data.status === 'Testing' ? { channel: 'testing' } : {}),
    malicious: false,
    cwes: [],
  };
}

function nameOf(entry: unknown): string {
  const name = (entry as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? name.slice(0, 60) : url;
}
