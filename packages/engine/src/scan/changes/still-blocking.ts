import type { Finding } from '../../matching/types.ts';
import type { Evaluation } from '../../policy/types.ts';

/** What stops an image after it was changed: findings are told again whatever their packages' versions are now. */
export interface StillBlocking {
  readonly keys: ReadonlySet<string>;
  /** of those in packages, by id: see `subjectOf`, with and without place */
  readonly inPackages: ReadonlyMap<string, ReadonlySet<string>>;
  /** parts of the configuration that have another value now, and break their rule with that too */
  readonly settings: ReadonlySet<string>;
}

/** The findings that denying rules found. */
export function blockingFindings({ verdict, findings }: Evaluation): readonly Finding[] {
  const keys = new Set(verdict.rules.filter(({ action }) => action === 'deny').flatMap((rule) => rule.findings));
  return findings.filter(({ key }) => keys.has(key));
}

export function stillBlocking(evaluation: Evaluation): StillBlocking {
  const keys = new Set<string>();
  const inPackages = new Map<string, Set<string>>();
  const settings = new Set<string>();
  for (const finding of blockingFindings(evaluation)) {
    keys.add(finding.key);
    if (finding.package !== null) {
      const subjects = inPackages.get(finding.id) ?? new Set();
      subjects.add(subjectOf(finding.package, finding.evidence.path ?? ''));
      subjects.add(subjectOf(finding.package));
      inPackages.set(finding.id, subjects);
    }
    const setting = settingOf(finding);
    if (setting !== null) settings.add(setting);
  }
  return { keys, inPackages, settings };
}

/** Whether the same flaw is still found in the same package, whatever its version. @param withPlace of one that lies in several */
export function isStillIn(
  { id, package: pkg, evidence }: Finding,
  { inPackages }: StillBlocking,
  withPlace: boolean,
): boolean {
  const subjects = inPackages.get(id);
  if (subjects === undefined || pkg === null) return false;
  return subjects.has(withPlace ? subjectOf(pkg, evidence.path ?? '') : subjectOf(pkg));
}

/** @param path absent: wherever it lies */
function subjectOf({ type, name }: NonNullable<Finding['package']>, path?: string): string {
  // the length tells where a name ends, whatever is in it
  const subject = `${type}\0${name.length}\0${name}`;
  return path === undefined ? subject : `${subject}\0${path}`;
}

/** Of what has one value, which the key of its finding names. */
export function settingOf({ id, evidence: { config } }: Finding): string | null {
  return config === 'user' || config === 'healthcheck' ? JSON.stringify([id, config]) : null;
}
