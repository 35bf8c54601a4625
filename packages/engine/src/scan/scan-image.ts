import { isOfStage } from '../policy/policy-map.ts';
import { factsRead, filesRead } from '../policy/rule-inputs.ts';
import { platformResults } from '../result/platform-results.ts';
import type { PlatformResults, ScanResult } from '../result/types.ts';
import { judgeSubject } from './judge-subject.ts';
import { readPlatforms, readSubject } from './read-subject.ts';
import type { ScanRequest } from './request.ts';

/**
 * The whole way once: image, inventory, findings, verdict. The result is a function of its inputs, all of which it names.
 *
 * @throws ImageError when the image cannot be read. What could not be seen inside, and advisories that are missing or
 * stale, are no errors: they stand in the result and close the gate.
 */
export async function scanImage(given: ScanRequest): Promise<ScanResult> {
  const request = withFactsOfPolicies(given);
  return judgeSubject(await readSubject(request), request);
}

/**
 * Every platform of an image index, in its order; of a single image that one.
 *
 * @throws ImageError when one of them cannot be read: a gate that saw only some of them does not open
 */
export async function scanPlatforms(given: ScanRequest): Promise<PlatformResults<ScanResult>> {
  const request = withFactsOfPolicies(given);
  const subjects = readPlatforms(request);
  const results: ScanResult[] = [];
  for await (const subject of subjects) {
    const baseline = await request.baselineOf?.(subject.image.platform);
    results.push(await judgeSubject(subject, { ...request, ...(request.baselineOf && { baseline }) }));
  }
  return platformResults(request.reference, results);
}

/** What rules look at is gathered, asked for or not. */
function withFactsOfPolicies(request: ScanRequest): ScanRequest {
  const mapped = (request.policyMaps ?? []).flatMap(({ map, policies }) =>
    policies.filter((_, index) => isOfStage(map.value.mappings[index]!, request.stage)).flat(),
  );
  const rules = [...request.policies, ...mapped].flatMap(({ value }) => value.rules);
  const facts = [...new Set([...(request.facts ?? []), ...factsRead(rules)])].sort();
  return { ...request, facts, queries: filesRead(rules) };
}
