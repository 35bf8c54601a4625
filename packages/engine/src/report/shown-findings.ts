/** Which findings a reader asked to see, and how many that hides. Judging is over by now: filters change no verdict. */
import type { Severity } from '../advisories/types.ts';
import type { Finding, FindingKind } from '../matching/types.ts';
import { listedOrder } from './finding-order.ts';
import { oncePer } from './once-per.ts';
import type { ShowOptions } from './types.ts';

/** In falling order, as reports list them. */
export const severitiesWorstFirst = [
  'Critical',
  'High',
  'Medium',
  'Low',
  'Negligible',
  'Unknown',
] as const satisfies readonly Severity[];

export const kindWords: Readonly<Record<FindingKind, { readonly one: string; readonly many: string }>> = {
  vulnerability: { one: 'vulnerability', many: 'vulnerabilities' },
  malware: { one: 'malicious package or file', many: 'malicious packages and files' },
  secret: { one: 'secret', many: 'secrets' },
  misconfiguration: { one: 'misconfiguration', many: 'misconfigurations' },
  license: { one: 'licence finding', many: 'licence findings' },
  'end-of-life': { one: 'end-of-life finding', many: 'end-of-life findings' },
};

export interface ShownFindings {
  /** that count (nothing suppressed them) and pass the filters, in the order of the result */
  readonly shown: readonly Finding[];
  /** findings that count and that a filter hides */
  readonly hidden: number;
  /** that an exception, VEX statement or baseline suppressed; never filtered */
  readonly suppressed: readonly Finding[];
  /** what the filters let through, in words; null without a filter */
  readonly filter: string | null;
}

function describe(show: ShowOptions): string | null {
  const words: string[] = [];
  if (show.kinds !== undefined) words.push(show.kinds.map((kind) => kindWords[kind].many).join(', '));
  if (show.severity !== undefined) {
    words.push(show.severity === 'Critical' ? 'Critical' : `${show.severity} and above`);
  }
  if (show.onlyFixed) words.push('with a fix');
  if (show.exploitable === true) words.push('known to be exploitable');
  return words.length === 0 ? null : words.join(', ');
}

/** Known to be exploited, to have a public exploit, or malicious itself. What is not known is no. */
function isExploitable({ kind, risk }: Finding): boolean {
  if (kind === 'malware' || risk?.malware === true) return true;
  return Boolean(risk?.kev) || risk?.exploit === true || risk?.ransomware === true;
}

const selections = oncePer((_: readonly Finding[]) => new Map<string, ShownFindings>());

export function selectFindings(findings: readonly Finding[], show: ShowOptions): ShownFindings {
  const { severity, onlyFixed, exploitable, kinds } = show;
  const [made, key] = [selections(findings), JSON.stringify([severity, onlyFixed, exploitable, kinds])];
  const known = made.get(key) ?? select(findings, show);
  made.set(key, known);
  return known;
}

function select(findings: readonly Finding[], show: ShowOptions): ShownFindings {
  const minLevel = show.severity === undefined ? 0 : 5 - severitiesWorstFirst.indexOf(show.severity);
  const counted = findings.filter((finding) => finding.suppressed.length === 0);
  const shown = counted.filter(
    (finding) =>
      finding.level >= minLevel &&
      (!show.onlyFixed || finding.fix === null || finding.fix.state === 'fixed') &&
      (show.exploitable !== true || isExploitable(finding)) &&
      (show.kinds === undefined || show.kinds.includes(finding.kind)),
  );
  return {
    shown,
    hidden: counted.length - shown.length,
    suppressed: findings.filter((finding) => finding.suppressed.length > 0),
    filter: describe(show),
  };
}

/** What a report that lists fewer findings says of itself; null without a filter. */
export function filterWords({ filter, hidden }: ShownFindings): string | null {
  if (filter === null) return null;
  const what = hidden === 0 ? 'hides nothing' : `hides ${hidden === 1 ? '1 finding' : `${hidden} findings`}`;
  return `This report was made with a filter (${filter}), which ${what}. The verdict is that of all findings.`;
}

/** What a report lists one by one: what counts first, worst first, then what was suppressed. */
export const listedFindings = oncePer(({ shown, suppressed }: ShownFindings): readonly Finding[] =>
  [...shown, ...suppressed].sort(listedOrder),
);

/** The same of all findings, whatever the reader asked to see. */
export function allListed({ findings }: { readonly findings: readonly Finding[] }): readonly Finding[] {
  return listedFindings(selectFindings(findings, { onlyFixed: false }));
}

export interface SeverityCount {
  readonly severity: Severity;
  readonly count: number;
}

/** Distinct vulnerabilities by severity, worst first; one that is rated differently in two packages counts at its worst. */
export const countVulnerabilities = oncePer((findings: readonly Finding[]): readonly SeverityCount[] => {
  const levels = new Map<string, number>();
  for (const finding of findings) {
    if (finding.kind !== 'vulnerability' || finding.suppressed.length > 0) continue;
    levels.set(finding.id, Math.max(finding.level, levels.get(finding.id) ?? 0));
  }
  const counts = [0, 0, 0, 0, 0, 0];
  for (const level of levels.values()) counts[level]!++;
  return severitiesWorstFirst.map((severity, index) => ({ severity, count: counts[5 - index]! }));
});
