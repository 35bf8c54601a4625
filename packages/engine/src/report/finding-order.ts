import type { Finding } from '../matching/types.ts';

export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Worst first, then malware and known exploited ones, then those with a fix, then by id. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    b.level - a.level ||
    urgency(b) - urgency(a) ||
    Number(b.fix?.state === 'fixed') - Number(a.fix?.state === 'fixed') ||
    byCodeUnit(a.id, b.id) ||
    byCodeUnit(a.key, b.key)
  );
}

function urgency(finding: Finding): number {
  return (finding.kind === 'malware' ? 2 : 0) + (finding.risk?.kev ? 1 : 0);
}

/** What counts first, each in the order of compareFindings, then what was suppressed. */
export function listedOrder(a: Finding, b: Finding): number {
  return Number(a.suppressed.length > 0) - Number(b.suppressed.length > 0) || compareFindings(a, b);
}
