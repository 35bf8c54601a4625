import { distroShard, ecosystemShard, shardPackageName } from '../advisories/shard-names.ts';
import type { Inventory } from '../inventory/types.ts';
import { endOfLife } from '../matching/end-of-life.ts';
import { candidateCves, enrich } from '../matching/enrich.ts';
import { compareFindings } from '../matching/finding-key.ts';
import { matchInventory } from '../matching/match.ts';
import { type LookupPlan, type Naming, planLookups, sortIncomplete, unjudgedSoftware } from '../matching/plan.ts';
import { defaultSeverityOrder } from '../matching/severity.ts';
import { evaluate } from '../policy/evaluate.ts';
import { defaultLapsingDays } from '../policy/exception-match.ts';
import type { Policy } from '../policy/policy-file.ts';
import { decidingMapping, isOfStage } from '../policy/policy-map.ts';
import { factsRead, filesRead, signalsRead } from '../policy/rule-inputs.ts';
import type { PolicySubject } from '../policy/types.ts';
import { platformResults } from '../result/platform-results.ts';
import type { PlatformResults, ScanResult } from '../result/types.ts';
import { compareVersions } from '../versions/compare-versions.ts';
import { markBase } from './base-image.ts';
import { flawedCodeIn } from './flawed-code.ts';
import { AdvisoryDesk } from './gather-advisories.ts';
import {
  readPlatforms,
  readSubject,
  resultImage,
  type Subject,
  subjectInputs,
  subjectSettings,
} from './read-subject.ts';
import type { ScanRequest, WithDigest } from './request.ts';

/**
 * The whole way once: image, inventory, findings, verdict. The result is a function of its inputs, all of which it names.
 *
 * @throws ImageError when the image cannot be read. What could not be seen inside, and advisories that are missing or
 * stale, are no errors: they stand in the result and close the gate.
 */
export async function scanImage(given: ScanRequest): Promise<ScanResult> {
  const request = withFactsOfPolicies(given);
  return scanSubject(await readSubject(request), request);
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
  for await (const subject of subjects) results.push(await scanSubject(subject, request));
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

async function scanSubject(subject: Subject, request: ScanRequest): Promise<ScanResult> {
  const { inventory } = subject;
  const vex = request.vex ?? [];
  const judged = asJudged(inventory, request.judgedAs);
  const plan = planLookups(judged, await namingFor(judged));
  const desk = await AdvisoryDesk.open(request, neededShards(plan, request), plan.software);
  try {
    const records = desk.records(plan);
    const { candidates, incomplete: uncompared } = matchInventory({ inventory: judged, plan, advisories: records });
    const signals = await desk.signals(candidateCves(candidates), [...plan.names.keys()]);
    const { distro } = judged;
    const life = distro && endOfLife(distro, desk.endOfLife(distro.id), request.evaluatedAt);
    const matched = desk.titled(
      [
        ...enrich(candidates, {
          ...signals,
          severityOrder: request.severityOrder,
          codeOf: flawedCodeIn(inventory.code ?? []),
        }),
        ...(life?.finding ? [life.finding] : []),
        ...(subject.malware?.findings ?? []),
      ].sort(compareFindings),
    );
    const { missing, stale, advisories, example } = desk.summary();
    const image = resultImage(subject, life?.endOfLife ?? null);
    const incomplete = sortIncomplete([
      ...inventory.incomplete,
      ...subject.base.incomplete,
      ...(subject.malware?.incomplete ?? []),
      ...plan.incomplete,
      ...uncompared,
      ...unjudgedSoftware(plan, (shard) => records.has(shard)),
    ]);
    const policySubject: PolicySubject = {
      image: {
        reference: image.reference,
        names: image.names,
        id: image.id,
        digest: image.digest,
        platform: image.platform,
        created: inventory.facts.config?.created ?? null,
        base: image.base,
        distro: image.distro && { ...image.distro, pastEndOfLife: life?.past ?? null },
      },
      stage: request.stage,
      evaluatedAt: request.evaluatedAt,
      inventory,
      malwareScanned: subject.malware !== null,
      findings: matched,
      incomplete,
      stale,
      missing: plan.noFeedDistro ? [...missing, noFeedName(plan.noFeedDistro)].sort() : missing,
    };
    const policies = policiesFor(request, policySubject);
    const { findings, verdict } = evaluate(policySubject, {
      policies: policies.map(({ value }) => value),
      exceptions: request.exceptions.map(({ value }) => value),
      vex: vex.map(({ value }) => value),
      baseline: request.baseline?.value,
      lapsingDays: request.lapsingDays,
      gate: request.gate,
      compareVersions: compareForType,
      orderVersions: orderForType,
    });
    return {
      schemaVersion: '1',
      image,
      inputs: {
        ...subjectInputs(subject, request),
        advisories,
        stale,
        missing: policySubject.missing,
        ...(example ? { example: true as const } : {}),
        policy: {
          ...digests(policies, ({ name }) => name),
          ...digests(
            (request.policyMaps ?? []).map(({ map }) => map),
            ({ name }) => name,
          ),
        },
        exceptions: digests(request.exceptions, ({ source }) => source),
        ...(vex.length > 0 && { vex: digests(vex, ({ source }) => source) }),
        settings: settings(request),
        history: history(request),
      },
      packages: inventory.packages,
      facts: inventory.facts,
      incomplete,
      findings: markBase(findings, image),
      verdict: {
        ...verdict,
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

/** The table of classifiers is loaded only for an image that has something that one of them recognised. */
async function namingFor({ packages }: Inventory): Promise<Naming> {
  const naming = { distroShard, ecosystemShard, shardPackageName };
  if (!packages.some(({ type }) => type === 'generic')) return naming;
  const { unownedSoftware } = await import('./unowned-software.ts');
  return { ...naming, softwareShard: unownedSoftware(packages) };
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

/** A derivative is recognised as itself, and judged as another distro only when that was asked for. */
function asJudged(inventory: Inventory, as: ScanRequest['judgedAs']): Inventory {
  if (as === null) return inventory;
  const { prettyName = null, like = [] } = inventory.distro ?? {};
  return { ...inventory, distro: { ...as, codename: null, prettyName, like } };
}

/** What stands in `missing` for a distro that no feed speaks about. */
function noFeedName(distro: { id: string; version: string | null }): string {
  return distro.version === null ? distro.id : `${distro.id}-${distro.version}`;
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

function compareForType(type: string, a: string, b: string): number {
  return orderForType(type, a, b) ?? (a < b ? -1 : a > b ? 1 : 0);
}

function orderForType(type: string, a: string, b: string): number | null {
  const scheme = ecosystemShard(type)?.scheme ?? type;
  const answer = compareVersions(scheme, a, b);
  return 'ordering' in answer ? answer.ordering : null;
}
