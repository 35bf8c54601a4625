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
  const blocking = blockingFindings(evaluation);
  return {
    keys: new Set(blocking.map(({ key }) => key)),
    inPackages: new Set(
      blocking.flatMap((finding) => [subjectOf(finding, false) ?? '', subjectOf(finding, true) ?? '']),
    ),
    settings: new Set(blocking.flatMap((finding) => settingOf(finding) ?? [])),
  };
}

/** The same flaw in the same package, whatever its version; null: it is in none. @param withPlace of one that lies in several */
export function subjectOf({ id, package: pkg, evidence }: Finding, withPlace: boolean): string | null {
  if (pkg === null) return null;
  return JSON.stringify([id, pkg.type, pkg.name, ...(withPlace ? [evidence.path ?? null] : [])]);
}

/** Of what has one value, which the key of its finding names. */
export function settingOf({ id, evidence: { config } }: Finding): string | null {
  return config === 'user' || config === 'healthcheck' ? JSON.stringify([id, config]) : null;
}
