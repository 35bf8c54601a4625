import { type AdvisoryRecord, type RatingRecord, sourceKeyPrefix } from '../advisories/types.ts';
import { compareFindings, findingKey, type fingerprint, fingerprints, packageKey, uniqueKeys } from './finding-key.ts';
import type { Candidate } from './match.ts';
import type { PackageLookup } from './plan.ts';
import { malwareScore, riskScore } from './risk-score.ts';
import { chooseSeverity, chooseVector, collectRatings, levelOf, type RatedSeverity, type Ratings } from './severity.ts';
import { type SignalSources, type Signals, signalsOf } from './signals.ts';
import type { Evidence, Finding, FlawedCode, Risk, RiskParts } from './types.ts';
import { isCveId } from './vulnerability-group.ts';

/** What is known about vulnerabilities beyond the advisories, by CVE. */
export interface RiskSources extends SignalSources {
  readonly ratings: ReadonlyMap<string, RatingRecord>;
  /** whether the `kev` shard was at hand: without it nothing is known, which is not the same as not exploited */
  readonly kevAvailable: boolean;
  /** sources in the order in which their severities are believed */
  readonly severityOrder?: readonly string[] | undefined;
  /** whether the flawed code is in the package at all; undefined: not known */
  readonly codeOf?: (candidate: Candidate) => FlawedCode | undefined;
  /** whether a layer, by its diff ID, is one of the base image; absent: nobody asks */
  readonly baseOf?: ((diffId: string) => boolean | null) | undefined;
}

/** Ids to ask the shards of ratings and known exploited vulnerabilities for: every CVE of the candidates, sorted. */
export function candidateCves(candidates: readonly Candidate[]): string[] {
  const cves = new Set<string>();
  for (const { id, aliases } of candidates) {
    if (isCveId(id)) cves.add(id);
    for (const alias of aliases) if (isCveId(alias)) cves.add(alias);
  }
  return [...cves].sort();
}

function cvesOf({ id, aliases }: Candidate): string[] {
  return [id, ...aliases].filter(isCveId);
}

/** Turns candidates into findings with severity, risk and evidence, the worst first (see `compareFindings`). */
export function enrich(candidates: readonly Candidate[], sources: RiskSources): Finding[] {
  const assessed = new Map<Candidate['records'], Assessment>();
  const fingerprintOf = fingerprints();
  let subject: Subject | undefined;
  const findings = candidates.map((candidate) => {
    // those of one package follow each other
    if (subject?.lookup !== candidate.lookup) subject = subjectOf(candidate.lookup);
    let assessment = assessed.get(candidate.records);
    if (assessment === undefined || !isSameVulnerability(assessment.candidate, candidate)) {
      assessment = assess(candidate, sources);
      assessed.set(candidate.records, assessment);
    }
    return finding(candidate, subject, assessment, fingerprintOf, sources);
  });
  return uniqueKeys(findings.sort(compareFindings));
}

/**
 * What is known of a vulnerability, whichever package has it: the packages of one source, and the binaries that one module is
 * linked into, share it. Of 3,743 findings in a large image 479 were others.
 */
interface Assessment extends Pick<Finding, 'severity' | 'severitySource' | 'level' | 'published'> {
  /** one that it was made for */
  readonly candidate: Candidate;
  readonly risk: Risk;
  readonly advisory: RecordReference;
  readonly ratings: Ratings;
  readonly records: readonly RecordReference[];
  /** absent: no record names one */
  readonly cwes: readonly string[] | undefined;
  /** where exploits are published */
  readonly exploits: Signals['published'];
  /** absent: of malware */
  readonly riskParts: RiskParts | undefined;
}

/** What all findings of a package say of it. */
interface Subject {
  readonly lookup: PackageLookup;
  /** as keys of findings name it */
  readonly key: string;
  readonly package: NonNullable<Finding['package']>;
  readonly matchedPackage: NonNullable<Evidence['matchedPackage']>;
}

function subjectOf(lookup: PackageLookup): Subject {
  const { name, version, type, purl } = lookup.package;
  return {
    lookup,
    key: packageKey(lookup.package),
    package: { name, version, type, purl },
    matchedPackage: { name: lookup.name, version: lookup.version, via: lookup.via },
  };
}

/** Whether all that an assessment looks at is the same; records are, by identity. */
function isSameVulnerability(a: Candidate, b: Candidate): boolean {
  return (
    a.kind === b.kind &&
    a.id === b.id &&
    a.aliases === b.aliases &&
    a.own === b.own &&
    a.deciding === b.deciding &&
    a.lookup.distro === b.lookup.distro &&
    a.lookup.shard === b.lookup.shard
  );
}

function assess(candidate: Candidate, sources: RiskSources): Assessment {
  const { kind, records, deciding, lookup } = candidate;
  const cves = cvesOf(candidate);
  const rated = cves.flatMap((cve) => sources.ratings.get(cve) ?? []);
  const all = [...records, ...rated];
  const ratings = collectRatings(all);
  const chosen = severityOf(candidate, ratings, sources.severityOrder);
  const { severity, source } = chosen;
  const known = signalsOf(cves.toSorted(), rated, sources);
  const risk = riskOf(candidate, ratings, source, known, sources);
  const { score, parts } = riskScore(chosen, risk);
  const malware = kind === 'malware';
  return {
    candidate,
    severity,
    severitySource: source,
    level: levelOf(severity),
    published: earliest(all.map((record) => record.published)),
    risk: { ...risk, score: malware ? malwareScore : score },
    advisory: reference(deciding, lookup.shard),
    ratings,
    records: distinctReferences(records, lookup.shard),
    cwes: weaknesses(all),
    exploits: known.published,
    riskParts: malware ? undefined : parts,
  };
}

function finding(
  candidate: Candidate,
  subject: Subject,
  assessment: Assessment,
  fingerprintOf: typeof fingerprint,
  sources: RiskSources,
): Finding {
  const { kind, id } = candidate;
  const { severity, severitySource, level, published, risk } = assessment;
  return {
    key: findingKey(kind, id, subject.key),
    fingerprint: fingerprintOf(kind, id, subject.package),
    id,
    aliases: candidate.aliases,
    advisories: candidate.bulletins,
    kind,
    severity,
    severitySource,
    level,
    title: null,
    published,
    package: subject.package,
    fix: candidate.fix,
    risk,
    evidence: evidenceOf(candidate, subject, assessment, sources),
    suppressed: [],
  };
}

/** A package that is malware itself is as bad as it gets, whatever a score says. */
function severityOf(
  { kind, lookup, own, deciding }: Candidate,
  ratings: Ratings,
  order: readonly string[] | undefined,
): RatedSeverity {
  if (kind === 'malware') return { severity: 'Critical', source: deciding.source };
  return chooseSeverity(ratings, lookup.distro ? own.flatMap(({ labels }) => labels) : [], order);
}

function riskOf(
  candidate: Candidate,
  ratings: Ratings,
  source: string | null,
  { listed, epss, maturity }: Signals,
  { kevAvailable, severityOrder }: RiskSources,
): Omit<Risk, 'score'> {
  const [first] = listed;
  return {
    cvss: chooseVector(ratings, source, severityOrder),
    epss: epss && { score: epss.score, percentile: epss.percentile },
    kev: !kevAvailable ? null : first ? { dateAdded: first.dateAdded, dueDate: first.dueDate } : false,
    ransomware: kevAvailable ? listed.some(({ ransomware }) => ransomware) : null,
    exploit: maturity === null ? null : maturity !== 'none',
    maturity,
    malware: candidate.kind === 'malware' ? true : null,
  };
}

/** What is behind it, as anybody names it, by number. */
function weaknesses(records: readonly { readonly cwes: readonly string[] }[]): readonly string[] | undefined {
  const known = new Set(records.flatMap(({ cwes }) => cwes).filter((cwe) => /^CWE-\d{1,6}$/.test(cwe)));
  const cwes = [...known].sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));
  return cwes.length === 0 ? undefined : cwes;
}

/** Keys in the order in which reports write them; one by one, since of parts that are put together each is an object. */
function evidenceOf(
  candidate: Candidate,
  subject: Subject,
  assessment: Assessment,
  { codeOf, baseOf }: RiskSources,
): Evidence {
  const { lookup, deciding } = candidate;
  const { cwes, exploits, riskParts } = assessment;
  const [location] = lookup.package.locations;
  const owner = lookup.distro ? null : lookup.package.ownedBy;
  const code = codeOf?.(candidate);
  const evidence: { -readonly [Key in keyof Evidence]: Evidence[Key] } = {};
  if (location) {
    evidence.path = location.path;
    evidence.layer = location.layer;
    evidence.instruction = candidate.instruction;
    if (location.layer !== null && baseOf !== undefined) evidence.inBase = baseOf(location.layer);
  }
  evidence.advisory = assessment.advisory;
  evidence.matchedPackage = isOfSource(lookup, deciding) ? matchedSource(lookup.source) : subject.matchedPackage;
  evidence.comparison = candidate.comparison;
  if (owner !== null) evidence.ownedBy = owner;
  if (code !== undefined) evidence.code = code;
  evidence.ratings = assessment.ratings;
  evidence.records = assessment.records;
  if (cwes !== undefined) evidence.cwes = cwes;
  evidence.published = assessment.published;
  if (exploits.length > 0) evidence.exploits = exploits;
  if (riskParts !== undefined) evidence.risk = riskParts;
  return evidence;
}

/** Whether a record speaks of the package's source, which was looked up besides. */
function isOfSource(
  lookup: PackageLookup,
  deciding: AdvisoryRecord,
): lookup is PackageLookup & Required<Pick<PackageLookup, 'source'>> {
  return lookup.source !== undefined && deciding.package === lookup.source.name;
}

function matchedSource({ name, version }: NonNullable<PackageLookup['source']>): Subject['matchedPackage'] {
  return { name: name.slice(sourceKeyPrefix.length), version, via: 'source' };
}

interface RecordReference {
  readonly source: string;
  readonly id: string;
  readonly shard: string;
}

function reference({ source, id }: AdvisoryRecord, shard: string): RecordReference {
  return { source, id, shard };
}

function distinctReferences(records: readonly AdvisoryRecord[], shard: string): RecordReference[] {
  const byKey = new Map(records.map((record) => [[record.source, record.id].join('\0'), reference(record, shard)]));
  return [...byKey.values()];
}

function earliest(dates: readonly (string | null)[]): string | null {
  return dates.filter((date) => date !== null).sort()[0] ?? null;
}
