import {
  type AdvisoryRecord,
  type EpssRecord,
  type ExploitRecord,
  exploitMaturities,
  type KevRecord,
  type RatingRecord,
  sourceKeyPrefix,
} from '../advisories/types.ts';
import { compareFindings, findingKey, fingerprint, uniqueKeys } from './finding-key.ts';
import type { Candidate } from './match.ts';
import type { PackageLookup } from './plan.ts';
import { malwareScore, riskScore } from './risk-score.ts';
import { chooseSeverity, chooseVector, collectRatings, levelOf, type RatedSeverity, type Ratings } from './severity.ts';
import type { Evidence, Finding, FlawedCode, Risk } from './types.ts';

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
  return uniqueKeys(candidates.map((candidate) => finding(candidate, sources)).sort(compareFindings));
}

function finding(candidate: Candidate, sources: RiskSources): Finding {
  const { kind, id, lookup, records } = candidate;
  const rated = cvesOf(candidate).flatMap((cve) => sources.ratings.get(cve) ?? []);
  const ratings = collectRatings([...records, ...rated]);
  const chosen = severityOf(candidate, ratings, sources.severityOrder);
  const { severity, source } = chosen;
  const known = signalsOf(candidate, rated, sources);
  const risk = riskOf(candidate, ratings, source, known, sources);
  const { score, parts } = riskScore(chosen, risk);
  const malware = kind === 'malware';
  const { name, version, type, purl } = lookup.package;
  const published = earliest([...records, ...rated].map((record) => record.published));
  return {
    key: findingKey(kind, id, lookup.package),
    fingerprint: fingerprint(kind, id, lookup.package),
    id,
    aliases: candidate.aliases,
    advisories: candidate.bulletins,
    kind,
    severity,
    severitySource: source,
    level: levelOf(severity),
    title: null,
    published,
    package: { name, version, type, purl },
    fix: candidate.fix,
    risk: { ...risk, score: malware ? malwareScore : score },
    evidence: {
      ...evidenceOf(candidate, ratings, published, sources.codeOf?.(candidate)),
      ...weaknesses([...records, ...rated]),
      ...(known.published.length > 0 && { exploits: known.published }),
      ...(!malware && { risk: parts }),
    },
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
function weaknesses(records: readonly { readonly cwes: readonly string[] }[]): Pick<Evidence, 'cwes'> {
  const known = new Set(records.flatMap(({ cwes }) => cwes).filter((cwe) => /^CWE-\d{1,6}$/.test(cwe)));
  const cwes = [...known].sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));
  return cwes.length === 0 ? {} : { cwes };
}

function evidenceOf(
  candidate: Candidate,
  ratings: Ratings,
  published: string | null,
  code: FlawedCode | undefined,
): Evidence {
  const { lookup, deciding, records, comparison, instruction } = candidate;
  const [location] = lookup.package.locations;
  const owner = lookup.distro ? null : lookup.package.ownedBy;
  return {
    ...(location && { path: location.path, layer: location.layer, instruction }),
    advisory: reference(deciding, lookup.shard),
    matchedPackage: matchedPackage(lookup, deciding),
    comparison,
    ...(owner !== null && { ownedBy: owner }),
    ...(code !== undefined && { code }),
    ratings,
    records: distinctReferences(records, lookup.shard),
    published,
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
