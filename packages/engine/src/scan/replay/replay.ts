import { catalogOfDay, currentShards, shardsByDigest } from '../../advisories/earlier-shards.ts';
import type { Catalog, ShardInfo } from '../../advisories/types.ts';
import type { Rule } from '../../policy/policy-file.ts';
import { factsRead, filesRead } from '../../policy/rule-inputs.ts';
import type { ScanResult } from '../../result/types.ts';
import { judgeSubject } from '../judge-subject.ts';
import type { AdvisorySource, ScanRequest } from '../request.ts';
import { storedSubject } from './stored-subject.ts';

/** Which advisories judge. */
export type ReplayAdvisories =
  /** those of the result itself, by their digests; today's where one is not kept any more */
  | { readonly of: 'result' }
  /** as they were on a day, from what the folder keeps; those at hand where it keeps nothing so old */
  | { readonly of: 'day'; readonly day: string }
  /** as a scan would take them */
  | { readonly of: 'scan'; readonly update: AdvisorySource | null };

/** How a stored result is judged again: as a scan's request, without what reading an image needs. */
export interface ReplayRequest
  extends Pick<
    ScanRequest,
    | 'version'
    | 'evaluatedAt'
    | 'stage'
    | 'dbDir'
    | 'maxDbAgeDays'
    | 'today'
    | 'policies'
    | 'policyMaps'
    | 'exceptions'
    | 'vex'
    | 'baseline'
    | 'lapsingDays'
    | 'failOn'
    | 'judgedAs'
    | 'severityOrder'
    | 'parameters'
    | 'gate'
    | 'signal'
    | 'progress'
  > {
  readonly advisories: ReplayAdvisories;
}

/**
 * Judges what an earlier scan saw once more, by the same functions. With the same inputs the same bytes come out.
 *
 * @param result of a scan; what the policies look at must be in it, see `lackingFacts`
 */
export async function replay(result: ScanResult, request: ReplayRequest): Promise<ScanResult> {
  const { advisories, ...rest } = request;
  const { facts, limits } = result.inputs.settings;
  const { update, shards } = await chosenAdvisories(result, request);
  const scan: ScanRequest = {
    ...rest,
    reference: result.image.reference,
    facts: (Array.isArray(facts) ? facts : []) as NonNullable<ScanRequest['facts']>,
    ...(limits ? { limits } : {}),
    cacheDir: null,
    update,
  };
  const same = shards === undefined ? new Set<string>() : namesOfSame(result, shards);
  return judgeSubject(storedSubject(result, same), scan, shards);
}

function namesOfSame({ inputs }: ScanResult, { shards }: Catalog): ReadonlySet<string> {
  return new Set(shards.filter(({ name, digest }) => inputs.advisories[name] === digest).map(({ name }) => name));
}

async function chosenAdvisories(
  result: ScanResult,
  request: ReplayRequest,
): Promise<{ readonly update: AdvisorySource | null; readonly shards?: Catalog }> {
  const { advisories, dbDir } = request;
  if (advisories.of === 'scan') {
    if (advisories.update !== null) return { update: advisories.update };
    return { update: null, shards: { schemaVersion: 1, shards: currentShards(dbDir) } };
  }
  if (advisories.of === 'result') return { update: null, shards: await ownShards(result, request) };
  const digest = catalogOfDay(dbDir, advisories.day);
  if (digest !== undefined)
    return { update: { mirrors: [], catalog: `${dbDir}@${digest}`, offline: true } satisfies AdvisorySource };
  request.progress?.note(`no catalog of ${advisories.day} or before is kept in ${dbDir}: advisories are those at hand`);
  return { update: null, shards: { schemaVersion: 1, shards: currentShards(dbDir) } };
}

/** What was fresh then is, and what was stale is not, whenever it was confirmed since. */
async function ownShards(result: ScanResult, request: ReplayRequest): Promise<Catalog> {
  const { dbDir, signal, progress, maxDbAgeDays } = request;
  const { advisories, stale, evaluatedAt } = result.inputs;
  const current = new Map(currentShards(dbDir).map((info) => [info.name, info]));
  const own = await shardsByDigest(dbDir, advisories, signal);
  const found = new Set(own.map(({ name }) => name));
  const lost = Object.keys(advisories).filter((name) => !found.has(name));
  if (lost.length > 0)
    progress?.note(`${lost.join(', ')}: the advisories of the result are not kept any more; those at hand judge`);
  const oldest = dayBefore(evaluatedAt, maxDbAgeDays);
  const dated = own.map((info): ShardInfo => {
    const told = result.inputs.feeds?.[info.name];
    if (told !== undefined) return { ...info, checkedAt: told.confirmed };
    if (stale.includes(info.name)) return { ...info, checkedAt: '0001-01-01' };
    return info.checkedAt < oldest ? { ...info, checkedAt: evaluatedAt } : info;
  });
  const known = new Set([...Object.keys(advisories), ...result.inputs.missing]);
  const isWanted = isSamePolicy(result, request) ? isNeverOptional : () => true;
  const others = [...current.values()].filter((info) => !known.has(info.name) && isWanted(info));
  return { schemaVersion: 1, shards: [...dated, ...lost.flatMap((name) => current.get(name) ?? []), ...others] };
}

/** What was at hand and is not named was not asked then, and says nothing of this image now; the optional ones were not at hand. */
function isNeverOptional({ name, kind }: ShardInfo): boolean {
  return kind === 'kev' || kind === 'eol' || (kind === 'advisories' && !name.startsWith('cpe-'));
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 24 * 3600 * 1000).toISOString().slice(0, 10);
}

function isSamePolicy({ inputs }: ScanResult, { policies, policyMaps = [] }: ReplayRequest): boolean {
  const known = new Set(Object.values(inputs.policy));
  return policies.every(({ digest }) => known.has(digest)) && policyMaps.every(({ map }) => known.has(map.digest));
}

/**
 * What these rules look at and the result does not hold, in words; empty: it can be judged by them. A gate does not judge
 * what it cannot see.
 */
export function lackingFacts(
  result: ScanResult,
  policies: readonly { readonly digest: string; readonly value: { readonly rules: readonly Rule[] } }[],
): readonly string[] {
  const held = new Set<string>(['config', ...Object.keys(result.facts)]);
  const known = new Set(Object.values(result.inputs.policy));
  const lacking = policies.flatMap(({ value, digest }) => [
    ...factsRead(value.rules).filter((fact) => !held.has(fact)),
    ...value.rules.flatMap((rule) => {
      const [query] = filesRead([rule]);
      if (query?.content) return [`the contents of files (rule ${rule.id})`];
      return query && !known.has(digest) ? [`the files of rule ${rule.id}`] : [];
    }),
  ]);
  return [...new Set(lacking)].sort();
}
