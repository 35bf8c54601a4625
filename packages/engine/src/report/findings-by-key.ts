import type { Finding } from '../matching/types.ts';
import type { ScanResult } from '../result/types.ts';
import { oncePer } from './once-per.ts';

const byKey = oncePer((findings: readonly Finding[]) => new Map(findings.map((finding) => [finding.key, finding])));

/** Looks up what rules and changes name; a key that no finding has gives nothing. */
export function findingsByKey({ findings }: Pick<ScanResult, 'findings'>): (keys: readonly string[]) => Finding[] {
  const known = byKey(findings);
  return (keys) => keys.flatMap((key) => known.get(key) ?? []);
}
