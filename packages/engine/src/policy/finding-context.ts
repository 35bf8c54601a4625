import type { Package } from '../inventory/types.ts';
import type { Finding } from '../matching/types.ts';
import type { BaseLayers } from './base-layers.ts';
import { cvssSubScores, highestScores } from './cvss-scores.ts';
import { daysBetween } from './days.ts';

/**
 * A finding as rules see it, field by field as context-types.ts declares: one object that looks at one finding after the other. A
 * gate judges once in a process, and thousands of findings are judged by rules of which most look at the severity alone: what is
 * made for each of them costs more than all conditions. What a rule was told of one finding is gone when the next is looked at.
 */
export class FindingContext {
  /** that is looked at */
  finding!: Finding;
  readonly evaluatedAt: string;
  readonly package: PackageOfFinding;
  readonly fix: FixOfFinding;
  readonly risk: RiskOfFinding;
  readonly #base: BaseLayers;
  #inBase: ReturnType<BaseLayers> | undefined;
  readonly #days = new Map<string, number>();

  constructor(evaluatedAt: string, packages: readonly Package[], base: BaseLayers) {
    this.evaluatedAt = evaluatedAt;
    this.#base = base;
    this.package = new PackageOfFinding(this, packages);
    this.fix = new FixOfFinding(this);
    this.risk = new RiskOfFinding(this);
  }

  of(finding: Finding): this {
    this.finding = finding;
    this.#inBase = undefined;
    return this;
  }

  /** From a date to the day of the evaluation; NaN for none. Findings share their dates. */
  daysSince(date: string | null): number {
    if (date === null) return Number.NaN;
    const known = this.#days.get(date);
    if (known !== undefined) return known;
    const days = daysBetween(date, this.evaluatedAt);
    this.#days.set(date, days);
    return days;
  }

  get id() {
    return this.finding.id;
  }
  get kind() {
    return this.finding.kind;
  }
  get severity() {
    return this.finding.severity;
  }
  get level() {
    return this.finding.level;
  }
  get aliases() {
    return this.finding.aliases;
  }
  get advisories() {
    return this.finding.advisories;
  }
  get severitySource() {
    return this.finding.severitySource ?? '';
  }
  get title() {
    return this.finding.title ?? '';
  }
  get published() {
    return this.finding.published ?? this.finding.evidence.published ?? '';
  }
  get ageDays() {
    return this.daysSince(this.published || null);
  }
  get ageKnown() {
    return !Number.isNaN(this.ageDays);
  }
  get knownDays() {
    const { ageDays } = this.fix;
    return Number.isNaN(ageDays) ? this.ageDays : ageDays;
  }
  get dateKnown() {
    return !Number.isNaN(this.knownDays);
  }
  get isNew() {
    return this.finding.isNew ?? true;
  }
  get firstSeenDays() {
    return this.daysSince(this.finding.firstSeen ?? null);
  }
  get firstSeenKnown() {
    return this.finding.firstSeen !== undefined;
  }
  get #layers() {
    this.#inBase ??= this.#base([this.finding.evidence.layer]);
    return this.#inBase;
  }
  get inBase() {
    return this.#layers.inBase;
  }
  get inBaseKnown() {
    return this.#layers.inBaseKnown;
  }
  get inBaseClaimed() {
    return this.#layers.inBaseClaimed;
  }
  get code() {
    return this.finding.evidence.code?.state ?? 'unknown';
  }
}

class PackageOfFinding {
  readonly #of: FindingContext;
  readonly #packages: readonly Package[];
  #owners: ReadonlyMap<string, string> | undefined;

  constructor(of: FindingContext, packages: readonly Package[]) {
    this.#of = of;
    this.#packages = packages;
  }

  get name() {
    return this.#of.finding.package?.name ?? '';
  }
  get version() {
    return this.#of.finding.package?.version ?? '';
  }
  get type() {
    return this.#of.finding.package?.type ?? '';
  }
  get purl() {
    return this.#of.finding.package?.purl ?? '';
  }
  get path() {
    return this.#of.finding.evidence.path ?? '';
  }
  get layer() {
    return this.#of.finding.evidence.layer ?? '';
  }
  get instruction() {
    return this.#of.finding.evidence.instruction ?? '';
  }
  get ownedBy() {
    this.#owners ??= packageOwners(this.#packages);
    return this.#of.finding.evidence.ownedBy ?? this.#owners.get(this.purl) ?? '';
  }
}

class FixOfFinding {
  readonly #of: FindingContext;

  constructor(of: FindingContext) {
    this.#of = of;
  }

  get state() {
    return this.#of.finding.fix?.state ?? 'unknown';
  }
  get versions() {
    return this.#of.finding.fix?.versions ?? [];
  }
  get since() {
    return this.#of.finding.fix?.since ?? '';
  }
  get ageDays() {
    return this.#of.daysSince(this.#of.finding.fix?.since ?? null);
  }
  get ageKnown() {
    return !Number.isNaN(this.ageDays);
  }
  get channel() {
    return this.#of.finding.fix?.channel ?? '';
  }
  get elsewhere() {
    return (this.#of.finding.fix?.elsewhere ?? []).map(({ channel }) => channel);
  }
}

class RiskOfFinding {
  readonly #of: FindingContext;
  readonly cvss: CvssOfFinding;
  readonly epss: EpssOfFinding;

  constructor(of: FindingContext) {
    this.#of = of;
    this.cvss = new CvssOfFinding(of);
    this.epss = new EpssOfFinding(of);
  }

  get #kev() {
    return this.#of.finding.risk?.kev || null;
  }
  get kev() {
    return Boolean(this.#of.finding.risk?.kev);
  }
  get kevKnown() {
    return this.#of.finding.risk?.kev != null;
  }
  get kevDateAdded() {
    return this.#kev?.dateAdded ?? '';
  }
  get kevDueDate() {
    return this.#kev?.dueDate ?? '';
  }
  get kevDays() {
    return this.#of.daysSince(this.#kev?.dateAdded ?? null);
  }
  get kevDueDays() {
    return -this.#of.daysSince(this.#kev?.dueDate ?? null);
  }
  get ransomware() {
    return this.#of.finding.risk?.ransomware ?? false;
  }
  get ransomwareKnown() {
    return this.#of.finding.risk?.ransomware != null;
  }
  get exploit() {
    return this.#of.finding.risk?.exploit ?? false;
  }
  get exploitKnown() {
    return this.#of.finding.risk?.exploit != null;
  }
  get maturity() {
    return this.#of.finding.risk?.maturity ?? '';
  }
  get score() {
    return this.#of.finding.risk?.score ?? Number.NaN;
  }
  get scoreKnown() {
    return this.#of.finding.risk?.score != null;
  }
}

class EpssOfFinding {
  readonly #of: FindingContext;

  constructor(of: FindingContext) {
    this.#of = of;
  }

  get score() {
    return this.#of.finding.risk?.epss?.score ?? Number.NaN;
  }
  get percentile() {
    return this.#of.finding.risk?.epss?.percentile ?? Number.NaN;
  }
  get known() {
    return this.#of.finding.risk?.epss != null;
  }
}

class CvssOfFinding {
  readonly #of: FindingContext;

  constructor(of: FindingContext) {
    this.#of = of;
  }

  get #cvss() {
    return this.#of.finding.risk?.cvss ?? null;
  }
  get #metrics() {
    return cvssMetrics(this.#cvss?.vector ?? '');
  }
  get #highest() {
    return highestScores(this.#cvss, this.#of.finding.evidence.ratings?.cvss ?? []);
  }
  get score() {
    return this.#of.finding.risk?.cvss?.score ?? Number.NaN;
  }
  get known() {
    return this.#of.finding.risk?.cvss != null;
  }
  get version() {
    return this.#cvss?.version ?? '';
  }
  get vector() {
    return this.#cvss?.vector ?? '';
  }
  get source() {
    return this.#cvss?.source ?? '';
  }
  get attackVector() {
    return this.#metrics.attackVector;
  }
  get privilegesRequired() {
    return this.#metrics.privilegesRequired;
  }
  get userInteraction() {
    return this.#metrics.userInteraction;
  }
  get exploitability() {
    return this.#metrics.exploitability;
  }
  get impact() {
    return this.#metrics.impact;
  }
  get v2() {
    return this.#highest.v2;
  }
  get v3() {
    return this.#highest.v3;
  }
  get v4() {
    return this.#highest.v4;
  }
  get highest() {
    return this.#highest.highest;
  }
}

const attackVectors: Readonly<Record<string, string>> = { N: 'network', A: 'adjacent', L: 'local', P: 'physical' };
const privileges: Readonly<Record<string, string>> = { N: 'none', L: 'low', H: 'high' };
/** R: version 3; P and A: version 4 */
const interactions: Readonly<Record<string, string>> = { N: 'none', R: 'required', P: 'required', A: 'required' };

function cvssMetrics(vector: string): CvssMetrics {
  const known = knownMetrics.get(vector);
  if (known !== undefined) return known;
  if (knownMetrics.size >= maxKnownMetrics) knownMetrics.clear();
  const read = readMetrics(vector);
  knownMetrics.set(vector, read);
  return read;
}

/** Many vulnerabilities have the same vector. */
const knownMetrics = new Map<string, CvssMetrics>();
const maxKnownMetrics = 1000;
type CvssMetrics = ReturnType<typeof readMetrics>;

/** @see https://www.first.org/cvss/v4-0/specification-document (vector strings); version 2 has no PR and UI */
function readMetrics(vector: string) {
  const metrics = new Map(vector.split('/').map((metric) => metric.split(':', 2) as [string, string]));
  return {
    attackVector: attackVectors[metrics.get('AV') ?? ''] ?? '',
    privilegesRequired: privileges[metrics.get('PR') ?? ''] ?? '',
    userInteraction: interactions[metrics.get('UI') ?? ''] ?? '',
    ...cvssSubScores(vector),
  };
}

/** Owner of a package by its purl; where the same purl is there with several owners, of none. */
function packageOwners(packages: readonly Package[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { purl, ownedBy } of packages) {
    const known = owners.get(purl);
    owners.set(purl, known === undefined || known === ownedBy ? (ownedBy ?? '') : '');
  }
  return owners;
}
