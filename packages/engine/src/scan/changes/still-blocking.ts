import type { Finding } from '../../matching/types.ts';
import type { Evaluation } from '../../policy/types.ts';

/** What stops an image after it was changed: findings are told again whatever their packages' versions are now. */
export interface StillBlocking {
  readonly keys: ReadonlySet<string>;
  /** of those in packages, see `subjectOf`, with and without place */
  readonly inPackages: ReadonlySet<string>;
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
  const inPackages = new Set<string>();
  const settings = new Set<string>();
  for (const finding of blockingFindings(evaluation)) {
    keys.add(finding.key);
    if (finding.package !== null) {
      inPackages.add(subjectOf(finding, false)!);
      inPackages.add(subjectOf(finding, true)!);
    }
    const setting = settingOf(finding);
    if (setting !== null) settings.add(setting);
  }
  return { keys, inPackages, settings };
}

/** The same flaw in the same package, whatever its version; null: it is in none. @param withPlace of one that lies in several */
export function subjectOf({ id, package: pkg, evidence }: Finding, withPlace: boolean): string | null {
  if (pkg === null) return null;
  // the length tells where a name ends, whatever is in it
  const subject = `${id}\0${pkg.type}\0${pkg.name.length}\0${pkg.name}`;
  return withPlace ? `${subject}\0${evidence.path ?? ''}` : subject;
}

/** Of what has one value, which the key of its finding names. */
export function settingOf({ id, evidence: { config } }: Finding): string | null {
  return config === 'user' || config === 'healthcheck' ? JSON.stringify([id, config]) : null;
}
