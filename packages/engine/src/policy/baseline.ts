import type { Finding } from '../matching/types.ts';

/** What an earlier result found. */
export interface Baseline {
  /** path of the result */
  readonly source: string;
  /** by what lasts of a finding, see `lastingNames` */
  readonly known: ReadonlyMap<string, KnownFinding>;
}

interface KnownFinding {
  /** `YYYY-MM-DD` */
  readonly firstSeen: string;
  /** false: an exception or a VEX statement suppressed it, which is not for a baseline to prolong */
  readonly counted: boolean;
}

/** @param result as it was read back; its findings' own first days are carried on */
export function baselineOf(
  result: { readonly findings: readonly Finding[]; readonly inputs: { readonly evaluatedAt: string } },
  source: string,
): Baseline {
  const known = new Map<string, KnownFinding>();
  for (const finding of result.findings) {
    const firstSeen = finding.firstSeen ?? result.inputs.evaluatedAt;
    const counted = finding.suppressed.every(({ by }) => by === 'baseline');
    for (const name of lastingNames(finding)) {
      const other = known.get(name);
      known.set(name, {
        firstSeen: other && other.firstSeen < firstSeen ? other.firstSeen : firstSeen,
        counted: counted || (other?.counted ?? false),
      });
    }
  }
  return { source, known };
}

/**
 * The finding with whether it is new, and since when it is known; suppressed when the baseline has it and nothing else
 * suppresses it.
 */
export function heldAgainst(finding: Finding, baseline: Baseline, evaluatedAt: string): Finding {
  const found = lastingNames(finding).flatMap((name) => baseline.known.get(name) ?? []);
  if (found.length === 0) return { ...finding, isNew: true, firstSeen: evaluatedAt };
  const firstSeen = found.map((known) => known.firstSeen).sort()[0]!;
  const marked = { ...finding, isNew: false, firstSeen };
  if (finding.suppressed.length > 0 || !found.some(({ counted }) => counted)) return marked;
  const reason = `known since ${firstSeen}`;
  return { ...marked, suppressed: [{ by: 'baseline', reason, source: baseline.source }] };
}

/** Distros write a version into names: libssl1.1 and libssl3, linux-image-6.1.0-18-amd64. */
const namedByVersion: ReadonlySet<string> = new Set(['deb', 'rpm', 'apk']);

/**
 * What of a finding outlasts a new version of its package, another place and another name of the same vulnerability: its ids
 * with the package. Of other kinds the fingerprint.
 */
function lastingNames({ kind, id, aliases, package: pkg, fingerprint }: Finding): readonly string[] {
  if (pkg === null || (kind !== 'vulnerability' && kind !== 'malware')) return [`${kind}:${fingerprint}`];
  const name = namedByVersion.has(pkg.type) ? pkg.name.replace(/\d+(?:\.\d+)*/g, '#') : pkg.name;
  return [id, ...aliases].map((each) => JSON.stringify([kind, each, pkg.type, name]));
}
