/** One finding as plain text, for formats that have a title, a description and a remedy of their own. */
import type { Finding } from '../matching/types.ts';
import type { RuleOutcome } from '../policy/types.ts';
import type { ScanResult } from '../result/types.ts';
import { fixWords, riskMarks, subjectWords } from './finding-words.ts';
import { layerPlaces, placeWords } from './layer-words.ts';
import { oncePer } from './once-per.ts';
import { safeText } from './safe-text.ts';
import { kindWords } from './shown-findings.ts';

/** Characters of a line; longer ones are cut. */
const maxLineChars = 1000;

export function line(text: string, maxChars = maxLineChars): string {
  return safeText(text, maxChars);
}

export interface FindingTexts {
  /** `CVE-2022-0778 in openssl 1.1.1n-0+deb11u3`; `root-user: the container runs as root` */
  headline(finding: Finding): string;
  /** everything that is known, a line each: `Severity: High (debian-tracker)` */
  lines(finding: Finding): readonly string[];
  /** `upgrade openssl to 1.1.1n-0+deb11u4`, a rule's remediation, or why nothing can be done; null where nothing is known */
  remedy(finding: Finding): string | null;
  /** rules that name it */
  rules(finding: Finding): readonly RuleOutcome[];
  /** whether one of those denies the image */
  denied(finding: Finding): boolean;
}

/** Looks at the result once; its functions are then asked for each finding. */
export const findingTexts = oncePer((result: ScanResult): FindingTexts => {
  const named = new Map<string, RuleOutcome[]>();
  for (const rule of result.verdict.rules) {
    for (const key of rule.findings) {
      const list = named.get(key);
      if (list === undefined) named.set(key, [rule]);
      else list.push(rule);
    }
  }
  const places = layerPlaces(result.image);
  const rules = ({ key }: Finding): readonly RuleOutcome[] => named.get(key) ?? [];
  const remedy = (finding: Finding): string | null => remedyOf(finding, rules(finding));
  return {
    headline,
    rules,
    denied: (finding) => rules(finding).some(({ action }) => action === 'deny'),
    remedy,
    lines(finding) {
      const place = placeWords(places(finding.evidence.layer));
      const lines = facts(finding, place, remedy(finding));
      lines.push(...judged(finding, rules(finding)));
      return lines.map((text) => line(text));
    },
  };
});

function headline({ id, title, package: pkg, kind, evidence }: Finding): string {
  if (pkg !== null) return line(`${id} in ${pkg.name} ${pkg.version}`);
  const where = evidence.path ?? evidence.env ?? null;
  return line(`${id}: ${title ?? kindWords[kind].one}${kind === 'secret' && where !== null ? ` (${where})` : ''}`);
}

function remedyOf(finding: Finding, rules: readonly RuleOutcome[]): string | null {
  const words = fixWords(finding);
  if (finding.package !== null && finding.fix?.state === 'fixed') {
    return line(`upgrade ${finding.package.name} to ${words}`);
  }
  if (words !== '') return line(words);
  const remediation = rules.find((rule) => rule.remediation !== null)?.remediation;
  return remediation == null ? null : line(remediation);
}

/** One line after the other, as reports with thousands of findings need it: lists in lists took a third of their time. */
function facts(finding: Finding, place: string | null, remedy: string | null): string[] {
  const { evidence, package: pkg, risk } = finding;
  const subject = subjectWords(finding);
  const source = evidence.matchedPackage;
  const { advisory, code } = evidence;
  const marks = riskMarks(finding);
  const lines: string[] = [];
  if (finding.title !== null) lines.push(finding.title);
  lines.push(`Kind: ${kindWords[finding.kind].one}`);
  lines.push(`Severity: ${finding.severity}${finding.severitySource === null ? '' : ` (${finding.severitySource})`}`);
  if (pkg !== null) lines.push(`Package: ${pkg.name} ${pkg.version} (${pkg.type})`);
  if (source?.via === 'source') lines.push(`Source package: ${source.name} ${source.version}`);
  if (subject !== '' && (pkg === null || subject !== evidence.path)) lines.push(`About: ${subject}`);
  if (remedy !== null) lines.push(`Fix: ${remedy}`);
  if (evidence.comparison !== undefined) lines.push(`Comparison: ${evidence.comparison}`);
  if (code !== undefined) lines.push(`Flawed code: ${code.state}, ${code.detail}`);
  if (advisory != null) lines.push(`Advisory: ${advisory.source} ${advisory.id} (${advisory.shard})`);
  if (risk?.cvss) lines.push(`CVSS ${risk.cvss.version}: ${risk.cvss.score} ${risk.cvss.vector} (${risk.cvss.source})`);
  if (risk?.epss) lines.push(`EPSS: ${risk.epss.score} (percentile ${risk.epss.percentile})`);
  if (marks.length > 0) lines.push(`Risk: ${marks.join(', ')}`);
  if (finding.aliases.length > 0) lines.push(`Aliases: ${finding.aliases.join(', ')}`);
  if (finding.advisories.length > 0) lines.push(`Bulletins: ${finding.advisories.join(', ')}`);
  if (finding.published !== null) lines.push(`Published: ${finding.published}`);
  if (evidence.path !== undefined) lines.push(`Proved by: ${evidence.path}`);
  if (evidence.ownedBy !== undefined) lines.push(`Shipped by: ${evidence.ownedBy}`);
  if (place !== null) lines.push(`Layer: ${place}`);
  return lines;
}

function judged(finding: Finding, rules: readonly RuleOutcome[]): readonly string[] {
  if (rules.length === 0 && finding.suppressed.length === 0) return [];
  return [
    ...rules.map(({ action, policy, id }) => `Rule: ${id} of policy ${policy} (${action})`),
    ...finding.suppressed.map((by) => `Not counted: ${suppressionWords(by)}`),
  ];
}

/** `exception: waits for the base image (shop-team, until 2026-09-10, exceptions.yaml#1)` */
export function suppressionWords({ by, reason, owner, until, source }: Finding['suppressed'][number]): string {
  const who = [owner, until ? `until ${until}` : null, source].filter((part) => typeof part === 'string');
  return `${by}: ${reason}${who.length > 0 ? ` (${who.join(', ')})` : ''}`;
}
