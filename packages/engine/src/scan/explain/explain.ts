import { openAdvisories } from '../../advisories/open-advisories.ts';
import { distroShard, ecosystemShard, shardPackageName } from '../../advisories/shard-names.ts';
import type { AdvisoryReader } from '../../advisories/types.ts';
import type { Distro } from '../../inventory/types.ts';
import { type LookupPlan, planLookups } from '../../matching/plan.ts';
import type { Finding } from '../../matching/types.ts';
import { compareText } from '../../matching/vulnerability-group.ts';
import { artifactOf, lackingQualifier } from '../../matching/without-group.ts';
import type { ExplainedMatch, ExplainedShard, Explanation } from '../../result/explanation.ts';
import type { ScanResult } from '../../result/types.ts';
import { unownedSoftware } from '../unowned-software.ts';
import { explainLookups, type LookupExplanation } from './explain-lookups.ts';
import { explainedMatch, explainedPackage } from './explained-match.ts';
import { gapsOf } from './gaps.ts';

/**
 * Answers why a vulnerability is in a result, or why it is not, from the result and the advisories at hand. Looks at nothing
 * else: no image, no clock, no connection.
 *
 * @param question the id of a vulnerability (any of its names), a bulletin, a rule, or a finding's key or fingerprint
 * @throws AdvisoryError `catalog-malformed`, `store-failed`
 */
export function explain(result: ScanResult, question: string, dbDir: string): Explanation {
  const reader = openAdvisories(dbDir);
  try {
    return explainFrom(result, question, reader);
  } finally {
    reader.close();
  }
}

function explainFrom(result: ScanResult, question: string, reader: AdvisoryReader): Explanation {
  const reported = asked(result.findings, question);
  const byKey = reported.length === 1 && reported[0]?.key === question;
  const asId = /^(?:cve|ghsa)-/i.test(question) ? canonicalId(question) : question;
  const names = new Set(reported.length > 0 ? reported.flatMap(({ id, aliases }) => [id, ...aliases]) : [asId]);
  if (!byKey) names.add(asId);
  const plan = planLookups(
    { ...result, distro: judgedDistro(result) },
    { distroShard, ecosystemShard, shardPackageName, softwareShard: unownedSoftware(result.packages) },
  );
  const lookups = explainLookups(plan, judgedDistro(result), reader, names);
  const matches = [
    ...reported.map((finding) => explainedMatch(result, finding, lookupOf(finding, lookups))),
    ...(byKey
      ? []
      : lookups
          .filter((lookup) => !isReported(reported, lookup))
          .map((lookup) => explainedMatch(result, null, lookup))),
  ];
  const shards = searchedShards(result, plan, reader);
  const elsewhere = matches.length > 0 ? [] : namedElsewhere(plan, reader, asId);
  const ids = new Set([...names, ...lookups.flatMap(({ ids: known }) => known)]);
  return {
    schemaVersion: '1',
    question,
    image: {
      reference: result.image.reference,
      id: result.image.id,
      digest: result.image.digest,
      platform: result.image.platform,
      distro: result.image.distro,
    },
    evaluatedAt: result.inputs.evaluatedAt,
    answer: reported.length > 0 ? 'reported' : 'not-reported',
    summary:
      summaryOf(asId, matches, elsewhere, shards, groupless(plan, elsewhere)) +
      withdrawalOf(asId, matches, shards, reader),
    ids: [...ids].filter((id) => id !== '').sort(),
    title: reported[0]?.title ?? titleOf(lookups, reader),
    matches,
    elsewhere,
    shards,
    rated: ratedOf(asId, reader),
    gaps: gapsOf(result, plan, shards),
    layers: result.image.layers,
  };
}

/** CVE ids are written in capitals, GitHub's in lower case behind the first word. */
function canonicalId(id: string): string {
  return /^cve-/i.test(id) ? id.toUpperCase() : `GHSA-${id.slice(5).toLowerCase()}`;
}

function asked(findings: readonly Finding[], question: string): readonly Finding[] {
  const exact = findings.filter(({ key }) => key === question);
  if (exact.length > 0) return exact;
  const wanted = question.toLowerCase();
  return findings.filter(({ id, aliases, advisories, fingerprint }) =>
    [id, ...aliases, ...advisories, fingerprint].some((name) => name.toLowerCase() === wanted),
  );
}

/** As the scan was told to judge it (`--distro`). */
function judgedDistro({ image, inputs }: ScanResult): Distro | null {
  const given = inputs.settings.distro;
  const [id, version] = typeof given === 'string' ? given.split(':') : [];
  if (id !== undefined && version !== undefined) {
    return { id, version, codename: null, prettyName: null, like: [] };
  }
  return image.distro;
}

function samePackage(finding: Finding, lookup: LookupExplanation): boolean {
  const { package: about, evidence } = finding;
  const { package: pkg } = lookup.lookup;
  return about?.purl === pkg.purl && (evidence.path ?? null) === explainedPackage(pkg).path;
}

function lookupOf(finding: Finding, lookups: readonly LookupExplanation[]): LookupExplanation | undefined {
  const ofPackage = lookups.filter((lookup) => samePackage(finding, lookup));
  return ofPackage.find(({ ids }) => ids.includes(finding.id));
}

function isReported(reported: readonly Finding[], lookup: LookupExplanation): boolean {
  return reported.some((finding) => lookup.ids.includes(finding.id) && samePackage(finding, lookup));
}

function titleOf(lookups: readonly LookupExplanation[], reader: AdvisoryReader): string | null {
  for (const { lookup, records } of lookups) {
    const ids = records.map(({ record }) => record.id);
    for (const { title } of reader.texts(lookup.shard, ids).values()) if (title !== null) return title;
  }
  return null;
}

function ratedOf(id: string, reader: AdvisoryReader): Explanation['rated'] {
  const rating = reader.ratings([id]).get(id);
  return rating ? { published: rating.published, rejected: rating.rejected } : null;
}

/** Shards of advisories that the image needs, those of the result among them. */
function searchedShards({ inputs }: ScanResult, plan: LookupPlan, reader: AdvisoryReader): ExplainedShard[] {
  const names = new Set([...plan.names.keys(), ...(plan.distroShard === null ? [] : [plan.distroShard])]);
  return [...names].sort(compareText).map((name) => ({
    name,
    inResult: inputs.advisories[name] ?? null,
    atHand: reader.shard(name)?.digest ?? null,
  }));
}

/**
 * Which packages records name that nothing in the image is looked up by: in the shards that it needs, else in those of the
 * languages. What the advisories of other distros say is about other packages.
 */
function namedElsewhere(plan: LookupPlan, reader: AdvisoryReader, id: string): Explanation['elsewhere'] {
  const own = [...plan.names.keys()];
  const others = reader
    .shards()
    .filter(({ name, kind }) => kind === 'advisories' && !own.includes(name) && !/-(?:\d|sid$|edge$)/.test(name))
    .map(({ name }) => name)
    .sort(compareText);
  for (const shards of [own, others]) {
    const found = shards.flatMap((shard) => {
      const packages = [...reader.naming(shard, id).keys()].sort(compareText);
      return packages.length > 0 ? [{ shard, packages }] : [];
    });
    if (found.length > 0) return found;
  }
  return [];
}

/** A package that a record names with its group, and the image without. */
interface Groupless {
  readonly name: string;
  readonly bare: string;
  /** `group` */
  readonly qualifier: string;
}

function groupless(plan: LookupPlan, elsewhere: Explanation['elsewhere']): Groupless | undefined {
  for (const { shard, packages } of elsewhere) {
    for (const name of packages) {
      const bare = artifactOf(shard, name);
      const qualifier = plan.names.get(shard)?.includes(bare) ? lackingQualifier(shard, bare) : undefined;
      if (qualifier !== undefined) return { name, bare, qualifier };
    }
  }
  return undefined;
}

function summaryOf(
  id: string,
  matches: readonly ExplainedMatch[],
  elsewhere: Explanation['elsewhere'],
  shards: readonly ExplainedShard[],
  without: Groupless | undefined,
): string {
  const reported = matches.filter(({ finding }) => finding !== null).length;
  const others = matches.length - reported;
  if (reported > 0) {
    const rest = others > 0 ? `, and not in ${plural(others, 'other')} that it names` : '';
    return `${id} is reported in ${plural(reported, 'place')}${rest}.`;
  }
  if (others > 0)
    return `${id} is not reported: ${plural(others, 'package')} of the image ${others === 1 ? 'is' : 'are'} named and judged not affected.`;
  if (without !== undefined)
    return `${id} is not reported: it is about ${without.name}, and whether the image's ${without.bare} is that is not known, since it names no ${without.qualifier}.`;
  if (elsewhere.length > 0) return `${id} is not reported: it is about packages that the image does not have.`;
  const held = shards.filter(({ atHand }) => atHand !== null).length;
  const lacking = shards.length - held;
  const missing =
    lacking > 0 ? `; ${plural(lacking, 'shard')} that the image needs ${lacking === 1 ? 'is' : 'are'} not at hand` : '';
  return `${id} is not reported: no record of the ${plural(held, 'shard')} that the image needs names it${missing}.`;
}

/** What was taken back is no record any more, which is an answer where no other is left. */
function withdrawalOf(
  id: string,
  matches: readonly ExplainedMatch[],
  shards: readonly ExplainedShard[],
  reader: AdvisoryReader,
): string {
  if (matches.length > 0) return '';
  for (const { name } of shards) {
    const found = reader.withdrawn(name, id);
    if (found === undefined) continue;
    const day = found.on === null ? '' : ` on ${found.on}`;
    return ` ${found.id === id ? 'It' : found.id} was withdrawn${day} (${name}).`;
  }
  return '';
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
