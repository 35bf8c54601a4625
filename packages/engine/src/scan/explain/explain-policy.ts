import type { Finding } from '../../matching/types.ts';
import { explainRules } from '../../policy/explain/explain-rules.ts';
import type { Policy } from '../../policy/policy-file.ts';
import { decidingMapping } from '../../policy/policy-map.ts';
import type { PolicyExplanation } from '../../result/policy-explanation.ts';
import type { ScanResult } from '../../result/types.ts';
import type { MappedPolicies, WithDigest } from '../request.ts';
import { subjectOfResult } from '../subject-of-result.ts';

/**
 * What each rule of these policies looks at in a stored result, what it decides, and which values make it so. What the result
 * says is suppressed stays so.
 *
 * @param policyMaps of each of them those of the mapping that fits the image
 * @param rules ids; empty: all
 * @throws PolicyError when a map has none for this image
 */
export function explainPolicy(
  result: ScanResult,
  given: readonly WithDigest<Policy>[],
  policyMaps: readonly MappedPolicies[],
  rules: readonly string[] = [],
): PolicyExplanation {
  const subject = subjectOfResult(result);
  const mapped = policyMaps.flatMap(({ map, policies }) => policies[decidingMapping(map.value, subject)] ?? []);
  const policies = [...new Map([...given, ...mapped].map((policy) => [policy.value.name, policy])).values()];
  const known = new Map(result.findings.map((finding) => [finding.key, finding]));
  const excuse = (finding: Finding): Finding => ({
    ...finding,
    suppressed: known.get(finding.key)?.suppressed ?? [],
  });
  const values = policies.map(({ value }) => value);
  return {
    schemaVersion: '1',
    image: { reference: result.image.reference, id: result.image.id, digest: result.image.digest },
    evaluatedAt: result.inputs.evaluatedAt,
    notes: policies.flatMap(({ value, digest }) => {
      const judged = result.inputs.policy[value.name];
      if (judged === digest) return [];
      return judged === undefined
        ? [`policy "${value.name}" did not judge the image when it was scanned`]
        : [`policy "${value.name}" is not the one of this name that judged the image when it was scanned`];
    }),
    rules: explainRules(subject, values, subject.findings, excuse, rules),
  };
}
