import type { LookupPlan } from '../../matching/plan.ts';
import type { ExplainedShard } from '../../result/explanation.ts';
import type { ScanResult } from '../../result/types.ts';

/** Entries of `incomplete` that hide neither a package nor a match. */
const harmless: readonly string[] = [
  'history-incomplete',
  'secrets-unread',
  'malware-scan-incomplete',
  'base-mismatch',
  'link-broken',
];

/** What could hide a vulnerability from the result, or make this answer differ from it. */
export function gapsOf(
  { inputs, incomplete }: ScanResult,
  plan: LookupPlan,
  shards: readonly ExplainedShard[],
): string[] {
  const gaps: string[] = [];
  for (const name of inputs.missing) gaps.push(`advisories ${name} were missing when the image was scanned`);
  for (const name of inputs.stale) gaps.push(`advisories ${name} were stale when the image was scanned`);
  for (const { name, inResult, atHand } of shards) {
    if (atHand === null) gaps.push(`advisories ${name} are not at hand (--db-dir)`);
    else if (inResult !== null && inResult !== atHand)
      gaps.push(`advisories ${name} at hand are not those that the result was made of`);
  }
  if (plan.noFeedDistro)
    gaps.push(`no feed speaks about ${plan.noFeedDistro.id} ${plan.noFeedDistro.version ?? ''}`.trim());
  const unseen = incomplete
    .filter(({ code }) => !harmless.includes(code))
    .map(({ code, message }) => `${code}: ${message}`);
  return [...gaps, ...unseen];
}
