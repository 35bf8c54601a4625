import {
  type EpssRecord,
  type ExploitRecord,
  exploitMaturities,
  type KevRecord,
  type RatingRecord,
} from '../advisories/types.ts';
import type { Risk } from './types.ts';

/** What says whether vulnerabilities are exploited, by CVE. */
export interface SignalSources {
  readonly kev: ReadonlyMap<string, KevRecord>;
  /** absent: the shard was not at hand */
  readonly epss?: ReadonlyMap<string, EpssRecord> | undefined;
  readonly exploits?: ReadonlyMap<string, ExploitRecord> | undefined;
}

/** What is known of the exploitation of one vulnerability. */
export interface Signals {
  readonly listed: readonly KevRecord[];
  readonly epss: EpssRecord | null;
  readonly maturity: NonNullable<Risk['maturity']> | null;
  readonly published: readonly { readonly source: string; readonly id: string }[];
}

/**
 * Of several CVEs of one vulnerability the worst counts.
 *
 * @param cves in code unit order
 * @param rated what raters of every CVE say of them
 */
export function signalsOf(cves: readonly string[], rated: readonly RatingRecord[], sources: SignalSources): Signals {
  const listed: KevRecord[] = [];
  const said = new Set<Signals['maturity']>();
  const published: Signals['published'][number][] = [];
  let epss: EpssRecord | null = null;
  for (const cve of cves) {
    const known = sources.kev.get(cve);
    if (known !== undefined) listed.push(known);
    const score = sources.epss?.get(cve);
    if (score !== undefined && (epss === null || score.score > epss.score)) epss = score;
    const exploit = sources.exploits?.get(cve);
    if (exploit === undefined) continue;
    said.add(exploit.maturity);
    published.push(...exploit.published);
  }
  if (listed.length > 0) said.add('active');
  for (const { exploitation } of rated) if (exploitation) said.add(exploitation);
  const known = maturities.find((maturity) => said.has(maturity));
  return { listed, epss, maturity: known ?? (sources.exploits === undefined ? null : 'none'), published };
}

/** The most that can be known first. */
const maturities = ['active', ...exploitMaturities.toReversed(), 'none'] as const;
