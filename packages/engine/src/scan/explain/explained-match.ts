import type { Package } from '../../inventory/types.ts';
import type { Finding } from '../../matching/types.ts';
import type { ExplainedMatch, ExplainedOutcome, ExplainedPackage, ExplainedRecord } from '../../result/explanation.ts';
import type { ScanResult } from '../../result/types.ts';
import type { JudgedRecord, LookupExplanation } from './explain-lookups.ts';

/** @param finding as reported; null: it is not */
export function explainedMatch(
  result: ScanResult,
  finding: Finding | null,
  explained: LookupExplanation | undefined,
): ExplainedMatch {
  const lookup = explained?.lookup;
  const pkg = lookup?.package ?? packageOf(result, finding);
  const outcome = outcomeOf(finding, explained);
  const key = finding?.key ?? '';
  const ids = [...(explained?.ids ?? []), ...(finding ? [finding.id, ...finding.aliases] : [])];
  return {
    outcome,
    why: whyOf(outcome, finding, explained),
    package: pkg ? explainedPackage(pkg) : null,
    lookup: lookup
      ? { shard: lookup.shard, name: lookup.name, version: lookup.version, scheme: lookup.scheme, via: lookup.via }
      : null,
    records: (explained?.records ?? []).map((judged) => explainedRecord(judged, lookup?.shard ?? '', finding)),
    finding,
    rules: result.verdict.rules
      .filter(({ findings }) => findings.includes(key))
      .map(({ id, policy, action, message }) => ({ id, policy, action, message })),
    exceptions: result.verdict.exceptions
      .filter(({ id, findings }) => findings.includes(key) || ids.includes(id))
      .map(({ findings: _, ...exception }) => exception),
  };
}

function packageOf(result: ScanResult, finding: Finding | null): Package | undefined {
  const about = finding?.package;
  if (!about) return undefined;
  const same = result.packages.filter(({ purl }) => purl === about.purl);
  return same.find(({ locations }) => locations[0]?.path === finding?.evidence.path) ?? same[0];
}

export function explainedPackage(pkg: Package): ExplainedPackage {
  const { type, name, version, purl, arch, source, ownedBy, locations } = pkg;
  const [location] = locations;
  const [path, layer] = [location?.path ?? null, location?.layer ?? null];
  return { type, name, version, purl, arch, source, ownedBy, path, layer };
}

function explainedRecord(
  { record, judgement, trace, counts }: JudgedRecord,
  shard: string,
  finding: Finding | null,
): ExplainedRecord {
  const { source, id, aliases, bulletins, status, published, fixedSince } = record;
  const deciding = finding?.evidence.advisory;
  const decides = counts && (deciding ? deciding.source === source && deciding.id === id : true);
  return {
    source,
    id,
    shard,
    aliases,
    bulletins,
    status,
    published,
    fixedSince,
    verdict: judgement.verdict,
    role: !counts ? 'outranked' : decides ? 'decides' : 'agrees',
    ranges: trace.ranges,
    moreRanges: trace.moreRanges,
    listed: trace.listed,
  };
}

function outcomeOf(finding: Finding | null, explained: LookupExplanation | undefined): ExplainedOutcome {
  const counting = explained?.records.filter(({ counts }) => counts) ?? [];
  const says = (verdict: string): boolean => counting.some(({ judgement }) => judgement.verdict === verdict);
  const affected = says('affected') && explained?.judgedAsDistro === false && !explained.fixedInItsMinor;
  if (finding) return affected || !explained ? 'reported' : 'no-longer-affected';
  if (explained?.judgedAsDistro) return 'judged-as-distro';
  if (affected) return 'would-be-reported';
  if (explained?.fixedInItsMinor) return 'fixed';
  if (says('undetermined')) return 'undetermined';
  if (counting.some(({ record }) => record.status === 'not-affected')) return 'not-affected';
  return counting.some(({ trace }) => trace.reachedFixes.length > 0) ? 'fixed' : 'outside-ranges';
}

function whyOf(outcome: ExplainedOutcome, finding: Finding | null, explained: LookupExplanation | undefined): string {
  const lookup = explained?.lookup;
  const installed = lookup ? `${lookup.name} ${lookup.version}` : '';
  const counting = explained?.records.filter(({ counts }) => counts) ?? [];
  const sources = [...new Set(counting.map(({ record }) => record.source))].join(', ');
  switch (outcome) {
    case 'reported':
      return finding?.evidence.comparison ?? finding?.title ?? `a finding of kind ${finding?.kind ?? 'unknown'}`;
    case 'would-be-reported':
      return `the data at hand say that ${installed} is affected; the result was made of other data`;
    case 'no-longer-affected':
      return `the data at hand do not say any more that ${installed} is affected; the result was made of other data`;
    case 'judged-as-distro':
      return `${lookup?.package.ownedBy ?? ''}, a package of the distro, ships it: the distro's own advisories judge that package, not the ecosystem's`;
    case 'undetermined':
      return `a version in the record cannot be read: ${installed} was not judged, which the result says as not-comparable`;
    case 'not-affected':
      return `${sources} says that ${installed} is not affected`;
    case 'fixed':
      if (explained?.fixedInItsMinor) return `${installed} has the fix of the minor release that it was built for`;
      return `${installed} has the fix: ${[...new Set(counting.flatMap(({ trace }) => trace.reachedFixes))].slice(0, 3).join(' or ')} or later`;
    case 'outside-ranges':
      return `${installed} is in none of the ranges that ${sources} states`;
  }
}
