import type { ScanResult } from '../result/types.ts';

export const statementType = 'https://in-toto.io/Statement/v1';
export const vulnerabilityType = 'https://in-toto.io/attestation/vulns/v0.2';

/** The image that a statement is about. */
export interface AttestedImage {
  /** without tag: `registry.example.com/team/app` */
  readonly name: string;
  /** of its manifest, `sha256:…` */
  readonly digest: string;
}

/** What the gate decided; beside what the predicate's specification has. Readers that do not know it pass it over. */
export interface AttestedVerdict {
  readonly result: 'pass' | 'warn' | 'fail';
  readonly exitCode: number;
  readonly stage: string;
  /** `YYYY-MM-DD` */
  readonly evaluatedAt: string;
  /** name of a policy → digest of its text */
  readonly policies: Readonly<Record<string, string>>;
  /** ids of the rules that deny */
  readonly denied: readonly string[];
  /** of the result's own bytes, so that it can be held against the record that was kept */
  readonly resultDigest: string;
}

/**
 * A result as an in-toto statement of its image. The dates are the day that it was judged for: a result has no clock, so that
 * the same inputs give the same bytes.
 *
 * @param resultDigest `sha256:…` of the result file
 * @see https://github.com/in-toto/attestation/blob/main/spec/predicates/vulns_02.md
 */
export function vulnerabilityStatement(
  result: ScanResult,
  { name, digest }: AttestedImage,
  resultDigest: string,
): object {
  const { inputs, verdict, findings } = result;
  const moment = `${inputs.evaluatedAt}T00:00:00Z`;
  const attested: AttestedVerdict = {
    result: verdict.result,
    exitCode: verdict.exitCode,
    stage: inputs.subject.stage,
    evaluatedAt: inputs.evaluatedAt,
    policies: inputs.policy,
    denied: [...new Set(verdict.rules.filter(({ action }) => action === 'deny').map(({ id }) => id))],
    resultDigest,
  };
  return {
    _type: statementType,
    subject: [{ name, digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType: vulnerabilityType,
    predicate: {
      scanner: {
        uri: `pkg:npm/plimsoll@${inputs.product.version}`,
        version: inputs.product.version,
        db: { lastUpdate: moment },
        result: findings.filter(({ kind }) => kind === 'vulnerability' || kind === 'malware').map(vulnerability),
      },
      metadata: { scanStartedOn: moment, scanFinishedOn: moment },
      verdict: attested,
    },
  };
}

function vulnerability({ id, severity, risk, package: pkg, fix, suppressed }: ScanResult['findings'][number]): object {
  const vector = risk?.cvss?.vector;
  return {
    id,
    severity: [
      { method: 'plimsoll', score: severity },
      ...(vector === undefined || vector === null ? [] : [{ method: 'cvss', score: vector }]),
    ],
    annotations: [
      ...(pkg === null ? [] : [{ package: pkg.purl ?? `${pkg.name}@${pkg.version}` }]),
      ...(fix?.versions?.[0] === undefined ? [] : [{ fixedIn: fix.versions[0] }]),
      ...(suppressed.length === 0 ? [] : [{ excused: true }]),
    ],
  };
}
