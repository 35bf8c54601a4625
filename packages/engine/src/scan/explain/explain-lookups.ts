import type { AdvisoryReader, AdvisoryRecord } from '../../advisories/types.ts';
import type { Distro } from '../../inventory/types.ts';
import { LookupJudge } from '../../matching/judge-lookup.ts';
import type { Judgement } from '../../matching/judge-record.ts';
import { authority, distroOwners, saidOf } from '../../matching/match.ts';
import type { LookupPlan, PackageLookup } from '../../matching/plan.ts';
import { mostSpecific, type RpmScope, rpmScope } from '../../matching/rpm-scope.ts';
import { type RecordTrace, traceRecord } from '../../matching/trace-record.ts';
import { groupByVulnerability, type VulnerabilityGroup } from '../../matching/vulnerability-group.ts';
import { findScheme } from '../../versions/schemes.ts';

export interface JudgedRecord {
  readonly record: AdvisoryRecord;
  readonly judgement: Judgement;
  readonly trace: RecordTrace;
  /** whether it is of the authority that decides for this package */
  readonly counts: boolean;
}

/** One package of the image that records name for the vulnerability in question, and all they say. */
export interface LookupExplanation {
  readonly lookup: PackageLookup;
  /** names of the vulnerability */
  readonly ids: readonly string[];
  readonly records: readonly JudgedRecord[];
  /** rpm: it has the fix that its own minor release got */
  readonly fixedInItsMinor: boolean;
  /** the distro package that ships it is judged in its stead */
  readonly judgedAsDistro: boolean;
}

/** @param names of the vulnerability, or of a bulletin that fixes it */
export function explainLookups(
  plan: LookupPlan,
  distro: Distro | null,
  reader: AdvisoryReader,
  names: ReadonlySet<string>,
): LookupExplanation[] {
  const advisories = new Map([...plan.names].map(([shard, keys]) => [shard, reader.advisories(shard, keys)]));
  const owners = distroOwners(plan, { distro }, advisories);
  return plan.lookups.flatMap((lookup) => {
    const scope = lookup.package.type === 'rpm' ? rpmScope(lookup.package) : undefined;
    const records = saidOf(lookup, scope, advisories.get(lookup.shard));
    if (!records.some((record) => namesOf(record).some((name) => names.has(name)))) return [];
    const owner = lookup.package.ownedBy;
    const judgedAsDistro = !lookup.distro && owner !== null && owners.has(owner);
    return groupByVulnerability(records)
      .filter((group) => isNamed(group, names))
      .map((group) => ({ lookup, ids: group.ids, ...judgeAll(group.records, lookup, scope), judgedAsDistro }));
  });
}

function namesOf({ id, aliases, bulletins }: AdvisoryRecord): readonly string[] {
  return [id, ...aliases, ...bulletins];
}

function isNamed({ ids, records }: VulnerabilityGroup, names: ReadonlySet<string>): boolean {
  return ids.some((id) => names.has(id)) || records.some(({ bulletins }) => bulletins.some((id) => names.has(id)));
}

function judgeAll(
  records: readonly AdvisoryRecord[],
  lookup: PackageLookup,
  scope: RpmScope | undefined,
): Pick<LookupExplanation, 'records' | 'fixedInItsMinor'> {
  const scheme = findScheme(lookup.scheme);
  const parsed = scheme?.parse(lookup.version);
  // the plan has looked at both
  if (!scheme || parsed === undefined) return { records: [], fixedInItsMinor: false };
  const judge = new LookupJudge(lookup, { text: lookup.version, parsed, scheme }, scope);
  const authorities = authority(records, lookup.distro);
  const own = scope === undefined ? authorities : mostSpecific(authorities);
  return {
    records: records.map((record) => {
      const compared = judge.compared(record);
      const trace = compared === undefined ? noTrace : traceRecord(compared.record, compared.installed);
      return { record, judgement: judge.judge(record), trace, counts: own.includes(record) };
    }),
    fixedInItsMinor: judge.hasFixOfItsMinor(own),
  };
}

const noTrace: RecordTrace = { ranges: [], moreRanges: 0, reachedFixes: [], listed: 0 };
