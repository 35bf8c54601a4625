/**
 * Findings as people read them: by package, worst first. One vulnerability in several binary packages of one source is
 * one row that names them, so that ten packages of one source do not repeat the same ten lines.
 */
import type { Finding, FindingKind } from '../matching/types.ts';
import { byCodeUnit, compareFindings } from './finding-order.ts';
import { oncePer } from './once-per.ts';
import { kindWords } from './shown-findings.ts';

export interface FindingRow {
  /** stands for all: they differ in the binary package alone */
  readonly lead: Finding;
  readonly findings: readonly Finding[];
  /** names of the packages, sorted */
  readonly packages: readonly string[];
}

export interface FindingGroup {
  /** package or source name; for findings without a package what they are about */
  readonly name: string;
  /** installed version; null without a package */
  readonly version: string | null;
  /** purl type; null without a package */
  readonly type: string | null;
  /** names of the installed packages, sorted */
  readonly packages: readonly string[];
  readonly rows: readonly FindingRow[];
}

/** What findings of these kinds are about, when they are about no package. */
const namesWithoutPackage: Partial<Record<FindingKind, string>> = {
  misconfiguration: 'image configuration',
  'end-of-life': 'distro',
};

function headingOf(finding: Finding): Pick<FindingGroup, 'name' | 'version' | 'type'> {
  if (finding.package === null) {
    return { name: namesWithoutPackage[finding.kind] ?? kindWords[finding.kind].many, version: null, type: null };
  }
  const source = finding.evidence.matchedPackage;
  const subject = source?.via === 'source' ? source : finding.package;
  return { name: subject.name, version: subject.version, type: finding.package.type };
}

/** Two findings that share this differ in nothing a reader of the row could see. */
function rowKey(finding: Finding): string {
  const { fix, suppressed } = finding;
  return JSON.stringify([
    finding.kind,
    finding.id,
    finding.level,
    fix?.state,
    fix?.versions,
    suppressed,
    place(finding),
  ]);
}

/** Packages that came with different layers are mended in different places; without a package every finding stands alone. */
function place(finding: Finding): string | null {
  return finding.package === null ? finding.key : (finding.evidence.layer ?? null);
}

function sortedNames(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.flatMap((finding) => finding.package?.name ?? []))].sort(byCodeUnit);
}

function toRow(findings: readonly Finding[]): FindingRow {
  return { lead: findings[0]!, findings, packages: sortedNames(findings) };
}

/** Groups in order of their worst row, rows worst first. Every finding is in exactly one row. */
export const groupFindings = oncePer((findings: readonly Finding[]): readonly FindingGroup[] => {
  const sorted = [...findings].sort(compareFindings);
  const groups = Map.groupBy(sorted, (finding) => JSON.stringify(Object.values(headingOf(finding))));
  return [...groups.values()].map((members) => ({
    ...headingOf(members[0]!),
    packages: sortedNames(members),
    rows: [...Map.groupBy(members, rowKey).values()].map(toRow),
  }));
});

/** Files that prove the packages of these rows, each once, in the order of the rows. */
export function provingPaths(rows: readonly FindingRow[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => row.findings.flatMap((finding) => finding.evidence.path ?? [])))];
}
