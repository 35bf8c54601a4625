import * as z from 'zod/mini';
import { isCve, notThisFeed, type ReadContext, reject, type Statement } from '../feed.ts';
import { splitJson } from '../formats/json-stream.ts';
import { debianReleases } from '../shard-names.ts';
import type { AdvisoryStatus } from '../types.ts';
import { schemaReason } from './osv-zip.ts';
import { severityOf } from './ratings.ts';

export const trackerUrl = 'https://security-tracker.debian.org/tracker/data/json';
export const maxTrackerBytes = 1 << 30;
const maxPackageBytes = 64 << 20;
/** the longest is `not yet assigned` */
const maxUrgencyChars = 40;

/** What is read of one vulnerability of one source package. */
const vulnerability = z.object({
  description: z.optional(z.nullable(z.string())),
  releases: z.record(
    z.string(),
    z.object({
      status: z.string(),
      fixed_version: z.optional(z.nullable(z.string())),
      urgency: z.optional(z.nullable(z.string())),
      nodsa_reason: z.optional(z.nullable(z.string())),
    }),
  ),
});

type ReleaseState = z.infer<typeof vulnerability>['releases'][string];

const packageMember = z.record(z.string(), z.record(z.string(), z.unknown()));

export interface TrackerStatement {
  readonly shard: string;
  readonly statement: Statement;
}

/**
 * Debian's own statements: one per source package, vulnerability and release.
 * @see https://security-team.debian.org/security_tracker.html
 */
export async function readTracker(context: ReadContext, visit: (entry: TrackerStatement) => void): Promise<boolean> {
  const stream = context.stream(trackerUrl);
  if (stream === undefined) return false;
  let isEmpty = true;
  for await (const part of splitJson(trackerUrl, stream, 'members', maxPackageBytes)) {
    isEmpty = false;
    let member: unknown;
    try {
      member = JSON.parse(`{${part}}`);
    } catch {
      reject(context.tally, part.slice(0, 60), 'is no JSON');
      continue;
    }
    const parsed = z.safeParse(packageMember, member);
    if (!parsed.success) {
      reject(context.tally, part.slice(0, 60), schemaReason(parsed.error));
      continue;
    }
    for (const [name, vulnerabilities] of Object.entries(parsed.data))
      readPackage(context, name, vulnerabilities, visit);
  }
  // bulletins alone would stand in its place, without what is not affected, unimportant or open
  if (isEmpty) throw notThisFeed(trackerUrl, 'it holds no package');
  return true;
}

function readPackage(
  context: ReadContext,
  name: string,
  vulnerabilities: Readonly<Record<string, unknown>>,
  visit: (entry: TrackerStatement) => void,
): void {
  for (const [id, value] of Object.entries(vulnerabilities)) {
    const parsed = z.safeParse(vulnerability, value);
    if (!parsed.success) {
      reject(context.tally, `${name} ${id}`, schemaReason(parsed.error));
      continue;
    }
    context.tally.read++;
    const { description, releases } = parsed.data;
    const shards: string[] = [];
    for (const [codename, state] of Object.entries(releases)) {
      // `bookworm-security` and the like never appear as releases; unknown codenames are new ones
      const shard = `debian-${debianReleases[codename] ?? codename}`;
      if (!context.sink.wants(shard)) continue;
      visit({ shard, statement: trackerStatement(name, id, state) });
      shards.push(shard);
    }
    if (description && shards.length > 0)
      context.sink.text(shards, { id, title: null, description, references: referencesOf(id) });
  }
}

function referencesOf(id: string): string[] {
  return isCve(id) ? [`https://security-tracker.debian.org/tracker/${id}`] : [];
}

function trackerStatement(name: string, id: string, state: ReleaseState): Statement {
  const urgency = state.urgency?.slice(0, maxUrgencyChars).replace(/\*+$/, '') ?? '';
  const fixed = state.status === 'resolved' ? (state.fixed_version ?? null) : null;
  const status = statusOf(state, urgency);
  const severity = severityOf(urgency);
  return {
    ids: [id],
    source: 'debian-tracker',
    aliases: [],
    bulletins: [],
    package: name,
    scheme: 'deb',
    ranges: status === 'not-affected' ? [] : [{ introduced: null, fixed, lastAffected: null }],
    versions: [],
    status,
    labels: severity === undefined ? [] : [{ source: 'debian', severity }],
    cvss: [],
    published: null,
    modified: null,
    fixedSince: null,
    malicious: false,
    cwes: [],
  };
}

function statusOf(state: ReleaseState, urgency: string): AdvisoryStatus {
  if (state.status === 'resolved') return state.fixed_version === '0' ? 'not-affected' : 'affected';
  if (urgency === 'end-of-life') return 'end-of-life';
  if (state.nodsa_reason === 'ignored') return 'will-not-fix';
  if (state.nodsa_reason === 'postponed') return 'deferred';
  return state.status === 'undetermined' ? 'under-investigation' : 'affected';
}
