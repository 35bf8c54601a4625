/** What reports say about one finding, in words that the terminal and the page share. */
import type { Finding, FixState } from '../matching/types.ts';

const noFixWords: Readonly<Record<Exclude<FixState, 'fixed'>, string>> = {
  'not-fixed': 'no fix yet',
  'will-not-fix': 'will not be fixed',
  deferred: 'fix deferred',
  'end-of-life': 'no fix: end of life',
  'under-investigation': 'under investigation',
  unknown: 'fix unknown',
};

/** `1.1.1n-0+deb11u4`, or why there is none; empty where a fix does not apply. */
export function fixWords(finding: Finding): string {
  if (finding.fix === null) return '';
  if (finding.kind === 'malware' && finding.fix.state !== 'fixed') return 'remove the package';
  const [elsewhere] = finding.fix.elsewhere ?? [];
  if (finding.fix.state !== 'fixed' && elsewhere !== undefined) {
    const where = elsewhere.channel.startsWith('esm') ? `Ubuntu Pro (${elsewhere.channel})` : elsewhere.channel;
    return `only in ${where}: ${elsewhere.versions.join(' or ')}`;
  }
  if (finding.fix.state !== 'fixed') return noFixWords[finding.fix.state];
  return finding.fix.versions.length === 0 ? 'fixed, version unknown' : finding.fix.versions.join(' or ');
}

/** Short marks of risk, most urgent first: `KEV`, `ransomware`, `EPSS 0.93`. */
export function riskMarks(finding: Finding): readonly string[] {
  const { risk } = finding;
  const marks: string[] = [];
  if (finding.kind === 'malware' || risk?.malware === true) marks.push('malware');
  if (risk?.kev) marks.push('KEV');
  if (risk?.ransomware === true) marks.push('ransomware');
  if (risk?.exploit === true) marks.push('exploit');
  if (risk?.epss && risk.epss.score >= 0.1) marks.push(`EPSS ${risk.epss.score.toFixed(2)}`);
  return marks;
}

const datePattern = /^(\d{4})-(\d{2})-(\d{2})/;

function dayNumber(date: string): number | null {
  const parts = datePattern.exec(date);
  return parts === null ? null : Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) / 86_400_000;
}

/** Whole days from `date` to the evaluation date (`YYYY-MM-DD`); null when unknown or later. */
export function daysSince(date: string | null | undefined, evaluatedAt: string): number | null {
  const from = date ? dayNumber(date) : null;
  const to = dayNumber(evaluatedAt);
  return from === null || to === null || from > to ? null : to - from;
}

/** Days for which something could have been done: since the fix is known, else since publication. */
export function ageInDays(finding: Finding, evaluatedAt: string): number | null {
  const fixed = finding.fix?.state === 'fixed' ? daysSince(finding.fix.since, evaluatedAt) : null;
  return fixed ?? daysSince(finding.published ?? finding.evidence.published, evaluatedAt);
}

/** What a finding is about, beside its package: a licence, `exposedPorts = 22/tcp`, a path, an environment variable. */
export function subjectWords(finding: Finding): string {
  const { evidence } = finding;
  if (finding.kind === 'license') return evidence.value ?? '';
  if (evidence.config !== undefined) {
    return evidence.value === undefined ? evidence.config : `${evidence.config} = ${evidence.value || '(empty)'}`;
  }
  if (evidence.env !== undefined) return `environment variable ${evidence.env}`;
  if (typeof evidence.endOfSupport === 'string') return `support ended ${evidence.endOfSupport}`;
  return evidence.path ?? '';
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `2 vulnerabilities in 3 packages`: each counts once, however many packages have it; `2 findings` of other kinds. */
export function countWords(findings: readonly Finding[]): string {
  if (findings.some((finding) => finding.kind !== 'vulnerability')) return plural(findings.length, 'finding');
  const ids = new Set(findings.map((finding) => finding.id)).size;
  const packages = new Set(findings.map((finding) => `${finding.package?.type} ${finding.package?.name}`)).size;
  return `${plural(ids, 'vulnerability', 'vulnerabilities')} in ${plural(packages, 'package')}`;
}
