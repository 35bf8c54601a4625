import { distroShard, ecosystemShard, shardPackageName } from '../advisories/shard-names.ts';
import type { Catalog } from '../advisories/types.ts';
import type { Incomplete, Inventory, Package } from '../inventory/types.ts';
import { endOfLife } from '../matching/end-of-life.ts';
import { candidateCves, enrich, type RiskSources } from '../matching/enrich.ts';
import { compareFindings } from '../matching/finding-key.ts';
import { matchInventory } from '../matching/match.ts';
import { type LookupPlan, type Naming, planLookups, sortIncomplete, unjudgedSoftware } from '../matching/plan.ts';
import { defaultSeverityOrder } from '../matching/severity.ts';
import type { Finding } from '../matching/types.ts';
import { type EvaluateOptions, evaluate } from '../policy/evaluate.ts';
import { defaultLapsingDays } from '../policy/exception-match.ts';
import type { Policy } from '../policy/policy-file.ts';
import { decidingMapping } from '../policy/policy-map.ts';
import { signalsRead } from '../policy/rule-inputs.ts';
import type { PolicySubject } from '../policy/types.ts';
import type { ScanResult } from '../result/types.ts';
import { markBase } from './base-image.ts';
import { flawedCodeIn } from './flawed-code.ts';
import { AdvisoryDesk } from './gather-advisories.ts';
import { compareForType, orderForType } from './order-versions.ts';
import { resultFacts, resultImage, type Subject, subjectInputs, subjectSettings } from './read-subject.ts';
import type { ScanRequest, WithDigest } from './request.ts';
import { judgeChanges } from './changes/judge-changes.ts';

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
  const { inventory } = subject;
  const vex = request.vex ?? [];
  const judged = asJudged(inventory, request.judgedAs);
  const plan = planLookups(judged, await namingFor(judged));
  const desk = await AdvisoryDesk.open(request, neededShards(plan, request), plan.software, shards);
  try {
    const records = desk.records(plan);
    const { candidates, incomplete: uncompared } = matchInventory({ inventory: judged, plan, advisories: records });
    const cves = candidateCves(candidates);
    const known = new Set(cves);
    const signals = await desk.signals(cves, [...plan.names.keys()]);
    const { distro } = judged;
    const life = distro && endOfLife(distro, desk.endOfLife(distro.id), request.evaluatedAt);
    const matched = desk.titled(
      [
        ...enrich(candidates, {
          ...signals,
          severityOrder: request.severityOrder,
          codeOf: subject.codeOf ?? flawedCodeIn(inventory.code ?? []),
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
        distro: image.distro && {
          ...image.distro,
          pastEndOfLife: life?.past ?? null,
          ...(life?.next && { next: life.next }),
        },
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
    const options: EvaluateOptions = {
      policies: policies.map(({ value }) => value),
      exceptions: request.exceptions.map(({ value }) => value),
      vex: vex.map(({ value }) => value),
      baseline: request.baseline?.value,
      lapsingDays: request.lapsingDays,
      gate: request.gate,
      compareVersions: compareForType,
      orderVersions: orderForType,
    };
    const evaluation = evaluate(policySubject, options);
    const { findings } = evaluation;
    const verdict = await judgeChanges(inventory, evaluation, async ({ inventory: after, changed, newRelease }) => {
      const again = await matchUpgrades(
        { ...judged, packages: after.packages },
        changed,
        records,
        async (asked, shards) => ({
          ...(asked.every((id) => known.has(id)) ? signals : await desk.signals(asked, shards, false)),
          severityOrder: request.severityOrder,
        }),
      );
      const stays = new Set(after.packages);
      const isOld = isOneOf(inventory.packages.filter((pkg) => !stays.has(pkg)));
      const isLeft = (finding: Finding) => !isOld(finding) && !(newRelease && finding.kind === 'end-of-life');
      const { distro } = policySubject.image;
      return evaluate(
        {
          ...policySubject,
          image: {
            ...policySubject.image,
            distro: distro && { ...distro, pastEndOfLife: newRelease ? false : distro.pastEndOfLife },
          },
          inventory: after,
          findings: [...matched.filter(isLeft), ...again.findings].sort(compareFindings),
          incomplete: sortIncomplete([...incomplete, ...again.incomplete]),
        },
        options,
      );
    });
    used?.(desk);
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
      facts: resultFacts(inventory),
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

/** Matches packages that were changed, by the records that were read for what they were: their names are the same. */
async function matchUpgrades(
  inventory: Inventory,
  changed: ReadonlySet<Package>,
  advisories: ReturnType<AdvisoryDesk['records']>,
  signalsOf: (cves: readonly string[], shards: readonly string[]) => Promise<RiskSources>,
): Promise<{ readonly findings: readonly Finding[]; readonly incomplete: readonly Incomplete[] }> {
  const own = { ...inventory, packages: [...changed] };
  const plan = planLookups(own, await namingFor(own));
  const { candidates, incomplete } = matchInventory({ inventory, plan, advisories });
  const signals = await signalsOf(candidateCves(candidates), [...plan.names.keys()]);
  return { findings: enrich(candidates, signals), incomplete: [...plan.incomplete, ...incomplete] };
}

/** Whether a finding is about one of these packages. */
function isOneOf(packages: readonly Package[]): (finding: Finding) => boolean {
  const places = new Set(packages.map(({ purl, locations }) => `${purl}\0${locations[0]?.path}`));
  return (finding) => finding.package !== null && places.has(`${finding.package.purl}\0${finding.evidence.path}`);
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
