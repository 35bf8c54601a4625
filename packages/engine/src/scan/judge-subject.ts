import type { Catalog } from '../advisories/types.ts';
import type { Inventory } from '../inventory/types.ts';
import type { LookupPlan } from '../matching/plan.ts';
import { defaultSeverityOrder } from '../matching/severity.ts';
import { type EvaluateOptions, evaluate } from '../policy/evaluate.ts';
import { defaultLapsingDays } from '../policy/exception-match.ts';
import type { Policy } from '../policy/policy-file.ts';
import { decidingMapping } from '../policy/policy-map.ts';
import { readsFeeds, signalsRead } from '../policy/rule-inputs.ts';
import type { Evaluation, PolicySubject } from '../policy/types.ts';
import type { ScanResult } from '../result/types.ts';
import { baseOfLayers, markBase } from './base-image.ts';
import { judgeBases } from './changes/judge-bases.ts';
import { judgeChanges } from './changes/judge-changes.ts';
import { otherBases } from './changes/other-bases.ts';
import { AdvisoryDesk } from './gather-advisories.ts';
import { asJudged, type MatchedImage, matchImage, planFor } from './match-image.ts';
import { compareForType, orderForType } from './order-versions.ts';
import { policySubject, withChanges } from './policy-subject.ts';
import {
  resultFacts,
  resultImage,
  resultLayers,
  type Subject,
  subjectInputs,
  subjectSettings,
} from './read-subject.ts';
import type { ScanRequest, WithDigest } from './request.ts';

/**
 * What follows once a subject was read: plans, has advisories brought up to date, matches, judges, and puts the result
 * together.
 *
 * @param shards to judge by instead of those that the folder names now
 * @param used hears at the end what was looked into
 */
export async function judgeSubject(
  subject: Subject,
  request: ScanRequest,
  shards?: Catalog,
  used?: (desk: Pick<AdvisoryDesk, 'lookedInto' | 'notes'>) => void,
): Promise<ScanResult> {
  const inventory = withContainers(subject.inventory, request.containers);
  const vex = request.vex ?? [];
  const judged = asJudged(inventory, request.judgedAs);
  const plan = await planFor(judged);
  const others = await otherBases(subject, request);
  const useful = [...plan.software, ...others.flatMap((other) => ('plan' in other ? other.plan.shards : []))];
  const desk = await AdvisoryDesk.open(request, neededShards(plan, request), useful, shards);
  try {
    const { severityOrder, evaluatedAt, gate, lapsingDays, baseline } = request;
    const known = { severityOrder, evaluatedAt };
    const first = await matchImage(judged, plan, desk, {
      ...known,
      codeOf: subject.codeOf,
      baseOf: baseOfLayers(resultLayers(subject)),
    });
    const matched = { ...first, findings: desk.titled(first.findings) };
    const image = resultImage(subject, matched.life?.endOfLife ?? null);
    const seen = policySubject({ inventory, plan, matched }, subject, image, desk, request);
    const policies = policiesFor(request, seen);
    const options: EvaluateOptions = {
      policies: policies.map(({ value }) => value),
      exceptions: request.exceptions.map(({ value }) => value),
      vex: vex.map(({ value }) => value),
      baseline: baseline?.value,
      lapsingDays,
      gate,
      compareVersions: compareForType,
      orderVersions: orderForType,
    };
    const evaluation = evaluate(seen, options);
    const prove = (of: PolicySubject, from: Evaluation, by: MatchedImage) =>
      judgeChanges(of.inventory, from, async (changed) => evaluate(await withChanges(of, by, changed), options));
    const bases = await judgeBases(others, image.base, evaluation, async ({ base, rebased, plan: ofOther }) => {
      const lacking = desk.lacking(ofOther.shards);
      if (lacking.length > 0) return `its advisories are not at hand, or stale: ${lacking.join(', ')}`;
      const by = await matchImage(asJudged(rebased.inventory, request.judgedAs), ofOther, desk, known);
      const matching = { inventory: rebased.inventory, plan: ofOther, matched: by };
      const onIt = policySubject(matching, subject, { base }, desk, request);
      const again = evaluate(onIt, options);
      return { evaluation: again, prove: () => prove(onIt, again, by) };
    });
    const verdict = bases.verdict ?? (await prove(seen, evaluation, matched));
    const { missing: _, stale, advisories, example } = desk.summary();
    used?.(desk);
    return {
      schemaVersion: '1',
      image,
      inputs: {
        ...subjectInputs(subject, request),
        ...(others.length > 0 && {
          baseCandidates: bases.outcomes.map(({ reference, id, digest }) => ({ reference, id, digest })),
        }),
        advisories,
        stale,
        missing: seen.missing,
        ...(example ? { example: true as const } : {}),
        ...(readsFeeds(options.policies.flatMap(({ rules }) => rules)) && { feeds: feedDates(seen.feeds) }),
        policy: {
          ...digests(policies, ({ name }) => name),
          ...digests(
            (request.policyMaps ?? []).map(({ map }) => map),
            ({ name }) => name,
          ),
        },
        ...(request.containers && request.containers.length > 0
          ? { containers: Object.fromEntries(request.containers.map(({ source, digest }) => [source, digest]).sort()) }
          : subject.containers && { containers: subject.containers }),
        exceptions: digests(request.exceptions, ({ source }) => source),
        ...(vex.length > 0 && { vex: digests(vex, ({ source }) => source) }),
        settings: settings(request),
        history: history(request),
      },
      packages: inventory.packages,
      facts: resultFacts(inventory),
      incomplete: seen.incomplete,
      findings: markBase(evaluation.findings, image),
      verdict: {
        ...verdict,
        ...(bases.outcomes.length > 0 && { bases: bases.outcomes }),
        inputs: [
          ...new Set([
            ...verdict.inputs,
            ...matchingInputs(plan, advisories),
            ...malwareInputs(subject),
            ...(request.policyMaps ?? []).flatMap(({ map }) => [
              `policy.${map.value.name}`,
              'subject.reference',
              'subject.stage',
            ]),
          ]),
        ].sort(),
      },
    };
  } finally {
    desk.close();
  }
}

/** What the image needs, and what rules ask of its findings: nothing is exploited in an image without packages. */
function neededShards(plan: LookupPlan, { policies }: ScanRequest): readonly string[] {
  const asked = signalsRead(policies.flatMap(({ value }) => value.rules));
  const signals = plan.lookups.length > 0 ? asked.filter((shard) => shard === 'epss' || shard === 'exploits') : [];
  return [...new Set([...plan.shards, ...signals])].sort();
}

/** @throws PolicyError when a map has none for this image, or one twice */
function policiesFor(request: ScanRequest, subject: PolicySubject): readonly WithDigest<Policy>[] {
  const mapped = (request.policyMaps ?? []).flatMap(
    ({ map, policies }) => policies[decidingMapping(map.value, subject)] ?? [],
  );
  const byName = new Map([...request.policies, ...mapped].map((policy) => [policy.value.name, policy]));
  return [...byName.values()];
}

/** What matching read, as paths into the result's inputs: a shard that is missing was read too, in that it was looked for. */
function matchingInputs(plan: LookupPlan, advisories: Readonly<Record<string, string>>): string[] {
  const read = [...plan.names.keys(), ...Object.keys(advisories).filter((name) => /^ratings-|-ratings$/.test(name))];
  return ['subject', 'catalogers', ...read.map((shard) => `advisories.${shard}`)];
}

function malwareInputs({ malware }: Subject): readonly string[] {
  return malware === null ? [] : ['malware'];
}

function digests<T>(given: readonly WithDigest<T>[], nameOf: (value: T) => string): Record<string, string> {
  return Object.fromEntries(given.map(({ value, digest }) => [nameOf(value), digest] as const).sort());
}

function withContainers(inventory: Inventory, given: ScanRequest['containers'] = []): Inventory {
  if (given.length === 0) return inventory;
  return { ...inventory, facts: { ...inventory.facts, containers: given.flatMap(({ value }) => value) } };
}

function feedDates(feeds: PolicySubject['feeds'] = []): NonNullable<ScanResult['inputs']['feeds']> {
  return Object.fromEntries(feeds.map(({ name, confirmed, data }) => [name, { confirmed, data }]));
}

function history({ baseline }: ScanRequest): Record<string, unknown> {
  return baseline === undefined ? {} : { baseline: { [baseline.value.source]: baseline.digest } };
}

/** Settings that can change the result; none that only says where things are or how they are shown. */
function settings(request: ScanRequest): Record<string, unknown> {
  const { gate, failOn, judgedAs, lapsingDays = defaultLapsingDays, parameters, maxDbAgeDays } = request;
  const distro = judgedAs && `${judgedAs.id}:${judgedAs.version}`;
  const order = { severityOrder: request.severityOrder ?? defaultSeverityOrder };
  return { gate, failOn, distro, lapsingDays, parameters, maxDbAgeDays, ...order, ...subjectSettings(request) };
}
