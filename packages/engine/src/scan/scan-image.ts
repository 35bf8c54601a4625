import type { PlatformsKnown } from '../image/types.ts';
import { isLasting } from '../inventory/kept-inventory.ts';
import type { FactName } from '../inventory/types.ts';
import { isOfStage } from '../policy/policy-map.ts';
import { beyondSbom, factsRead, filesRead } from '../policy/rule-inputs.ts';
import { platformResults } from '../result/platform-results.ts';
import type { PlatformResults, ScanResult } from '../result/types.ts';
import { judgeSubject } from './judge-subject.ts';
import { type OpenSubject, openSubject, readPlatforms, readSubject } from './read-subject.ts';
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

/** A result, and what of its making matters to whoever wants to keep it. */
export interface OpenedScan {
  readonly result: ScanResult;
  readonly subjectKey: string | null;
  /** what the policies ask for beside the packages */
  readonly facts: readonly FactName[];
  /** name → digest of the shards that were looked into; null: the next scan may see others */
  readonly shards: ReadonlyMap<string, string> | null;
  /** that the user was told */
  readonly notes: readonly string[];
}

/**
 * The same, of a subject that may be open already.
 *
 * @param opened with the facts that the policies ask for
 */
export async function scanOpened(given: ScanRequest, opened?: OpenSubject): Promise<OpenedScan> {
  const request = withFactsOfPolicies(given);
  const open = opened ?? (await openSubject(request));
  const { facts = [], queries = [] } = request;
  const subject = await open.subject();
  // a rule's own files are told apart by more than a name
  const subjectKey = queries.length === 0 && isLasting(subject.inventory) ? open.key : null;
  let used: Pick<OpenedScan, 'shards' | 'notes'> = { shards: null, notes: [] };
  const result = await judgeSubject(subject, request, undefined, (desk) => {
    used = { shards: desk.lookedInto(), notes: desk.notes };
  });
  return { result, subjectKey, facts, ...used };
}

/**
 * Every platform of an image index, in its order; of a single image that one.
 *
 * @param planned told which they are, before the first of them is read
 * @throws ImageError when one of them cannot be read: a gate that saw only some of them does not open
 */
export async function scanPlatforms(
  given: ScanRequest,
  planned?: PlatformsKnown,
): Promise<PlatformResults<ScanResult>> {
  const request = withFactsOfPolicies(given);
  const subjects = readPlatforms(request, planned);
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
  return { ...request, facts, queries: filesRead(rules), beyondSbom: beyondSbom(rules) };
}
