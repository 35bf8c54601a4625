import {
  type AdvisoryRecord,
  type EpssRecord,
  type ExploitRecord,
  exploitMaturities,
  type KevRecord,
  type RatingRecord,
  sourceKeyPrefix,
} from '../advisories/types.ts';
import { compareFindings, findingKey, type fingerprint, fingerprints, uniqueKeys } from './finding-key.ts';
import type { Candidate } from './match.ts';
import type { PackageLookup } from './plan.ts';
import { malwareScore, riskScore } from './risk-score.ts';
import { chooseSeverity, chooseVector, collectRatings, levelOf, type RatedSeverity, type Ratings } from './severity.ts';
import type { Evidence, Finding, FlawedCode, Risk, RiskParts } from './types.ts';

/** What is known about vulnerabilities beyond the advisories, by CVE. */
export interface RiskSources {
  readonly ratings: ReadonlyMap<string, RatingRecord>;
  readonly kev: ReadonlyMap<string, KevRecord>;
  /** whether the `kev` shard was at hand: without it nothing is known, which is not the same as not exploited */
  readonly kevAvailable: boolean;
  /** absent: the shard was not at hand */
  readonly epss?: ReadonlyMap<string, EpssRecord> | undefined;
  readonly exploits?: ReadonlyMap<string, ExploitRecord> | undefined;
  /** sources in the order in which their severities are believed */
  readonly severityOrder?: readonly string[] | undefined;
  /** whether the flawed code is in the package at all; undefined: not known */
  readonly codeOf?: (candidate: Candidate) => FlawedCode | undefined;
  /** whether a layer, by its diff ID, is one of the base image; absent: nobody asks */
  readonly baseOf?: ((diffId: string) => boolean | null) | undefined;
}

/** Ids to ask the shards of ratings and known exploited vulnerabilities for: every CVE of the candidates, sorted. */
export function candidateCves(candidates: readonly Candidate[]): string[] {
  const cves = new Set(candidates.flatMap(cvesOf));
  return [...cves].sort();
}

function cvesOf({ id, aliases }: Candidate): string[] {
  return [id, ...aliases].filter((name) => name.startsWith('CVE-'));
}

/** Turns candidates into findings with severity, risk and evidence, the worst first (see `compareFindings`). */
export function enrich(candidates: readonly Candidate[], sources: RiskSources): Finding[] {
  const assessed = new Map<Candidate['records'], Assessment>();
  const fingerprintOf = fingerprints();
  const findings = candidates.map((candidate) => {
    let assessment = assessed.get(candidate.records);
    if (assessment === undefined || !isSameVulnerability(assessment.candidate, candidate)) {
      assessment = assess(candidate, sources);
      assessed.set(candidate.records, assessment);
    }
    return finding(candidate, assessment, fingerprintOf, sources);
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
  const rated = cvesOf(candidate).flatMap((cve) => sources.ratings.get(cve) ?? []);
  const all = [...records, ...rated];
  const ratings = collectRatings(all);
  const chosen = severityOf(candidate, ratings, sources.severityOrder);
  const { severity, source } = chosen;
  const known = signalsOf(candidate, rated, sources);
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
  assessment: Assessment,
  fingerprintOf: typeof fingerprint,
  sources: RiskSources,
): Finding {
  const { kind, id, lookup } = candidate;
  const { severity, severitySource, level, published, risk } = assessment;
  const { name, version, type, purl } = lookup.package;
  return {
    key: findingKey(kind, id, lookup.package),
    fingerprint: fingerprintOf(kind, id, lookup.package),
    id,
    aliases: candidate.aliases,
    advisories: candidate.bulletins,
    kind,
    severity,
    severitySource,
    level,
    title: null,
    published,
    package: { name, version, type, purl },
    fix: candidate.fix,
    risk,
    evidence: evidenceOf(candidate, assessment, sources),
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

interface Signals {
  readonly listed: readonly KevRecord[];
  readonly epss: EpssRecord | null;
  readonly maturity: NonNullable<Risk['maturity']> | null;
  readonly published: readonly { readonly source: string; readonly id: string }[];
}

/** Of several CVEs of one vulnerability the worst counts. */
function signalsOf(candidate: Candidate, rated: readonly RatingRecord[], sources: RiskSources): Signals {
  const cves = cvesOf(candidate).toSorted();
  const listed = cves.flatMap((cve) => sources.kev.get(cve) ?? []);
  const exploits = cves.flatMap((cve) => sources.exploits?.get(cve) ?? []);
  const scores = cves.flatMap((cve) => sources.epss?.get(cve) ?? []).sort((a, b) => b.score - a.score);
  const ssvc = rated.flatMap(({ exploitation }) => exploitation ?? []);
  const said = [
    ...(listed.length > 0 ? ['active' as const] : []),
    ...exploits.map(({ maturity }) => maturity),
    ...ssvc,
  ];
  const known = maturities.find((maturity) => said.includes(maturity));
  return {
    listed,
    epss: scores[0] ?? null,
    maturity: known ?? (sources.exploits === undefined ? null : 'none'),
    published: exploits.flatMap(({ published }) => published),
  };
}

/** The most that can be known first. */
const maturities = ['active', ...exploitMaturities.toReversed(), 'none'] as const;

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

/** Keys in the order in which reports write them. */
function evidenceOf(candidate: Candidate, assessment: Assessment, { codeOf, baseOf }: RiskSources): Evidence {
  const { lookup, deciding, comparison, instruction } = candidate;
  const { advisory, ratings, records, cwes, published, exploits, riskParts } = assessment;
  const [location] = lookup.package.locations;
  const owner = lookup.distro ? null : lookup.package.ownedBy;
  const code = codeOf?.(candidate);
  return {
    ...(location && { path: location.path, layer: location.layer, instruction }),
    ...(location && location.layer !== null && baseOf !== undefined && { inBase: baseOf(location.layer) }),
    advisory,
    matchedPackage: matchedPackage(lookup, deciding),
    comparison,
    ...(owner !== null && { ownedBy: owner }),
    ...(code !== undefined && { code }),
    ratings,
    records,
    ...(cwes !== undefined && { cwes }),
    published,
    ...(exploits.length > 0 && { exploits }),
    ...(riskParts !== undefined && { risk: riskParts }),
  };
}

function matchedPackage(
  { name, version, via, source }: PackageLookup,
  deciding: AdvisoryRecord,
): NonNullable<Evidence['matchedPackage']> {
  if (source === undefined || deciding.package !== source.name) return { name, version, via };
  return { name: source.name.slice(sourceKeyPrefix.length), version: source.version, via: 'source' };
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
