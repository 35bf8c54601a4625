import { type Severity, severities } from '../advisories/types.ts';
import type { ImageConfig } from '../image/types.ts';
import type {
  FileFact,
  Incomplete,
  LicenseFact,
  Package,
  ProgramFact,
  SecretFact,
  UserFact,
} from '../inventory/types.ts';
import type { Finding } from '../matching/types.ts';
import { cvssSubScores, highestScores } from './cvss-scores.ts';
import { daysBetween } from './days.ts';
import { imageName } from './image-pattern.ts';
import type { PolicySubject } from './types.ts';

/*
 * The values of the contexts that context-types.ts declares, field by field the same. Of objects that an image made, only
 * named fields are read, so that nothing in an image can add a field.
 */

/** Says of the layers that brought something whether they are the base image's. */
export type BaseLayers = (layers: readonly (string | null | undefined)[]) => {
  readonly inBase: boolean;
  readonly inBaseKnown: boolean;
  readonly inBaseClaimed: boolean;
};

export function baseLayers({ image: { base }, inventory }: PolicySubject): BaseLayers {
  const ofBase = new Set(inventory.layers.slice(0, base?.layers ?? 0).map(({ diffId }) => diffId));
  return (layers) => {
    const told = base !== null && base.layers !== null && layers.length > 0 && layers.every((layer) => layer != null);
    const inBase = told && layers.every((layer) => ofBase.has(layer ?? null));
    const given = base?.from === 'option';
    return { inBase: inBase && given, inBaseKnown: told && given, inBaseClaimed: inBase && !given };
  };
}

/**
 * A finding as rules see it. What few rules ask for is put together when one does: thousands of findings are judged by rules
 * of which most look at the severity alone.
 */
export function findingContext(
  finding: Finding,
  evaluatedAt: string,
  owners: ReadonlyMap<string, string>,
  inBase: BaseLayers,
): FindingContext {
  return new FindingContext(finding, evaluatedAt, owners, inBase);
}

class FindingContext {
  readonly #finding: Finding;
  readonly #evaluatedAt: string;
  readonly #owners: ReadonlyMap<string, string>;
  readonly #base: BaseLayers;
  #package: ReturnType<typeof packageOf> | undefined;
  #fix: ReturnType<typeof fixOf> | undefined;
  #risk: ReturnType<typeof riskOf> | undefined;
  #inBase: ReturnType<BaseLayers> | undefined;
  readonly id: string;
  readonly kind: Finding['kind'];
  readonly severity: Severity;
  readonly level: number;

  constructor(finding: Finding, evaluatedAt: string, owners: ReadonlyMap<string, string>, base: BaseLayers) {
    this.#finding = finding;
    this.#evaluatedAt = evaluatedAt;
    this.#owners = owners;
    this.#base = base;
    this.id = finding.id;
    this.kind = finding.kind;
    this.severity = finding.severity;
    this.level = finding.level;
  }

  get aliases() {
    return this.#finding.aliases;
  }
  get advisories() {
    return this.#finding.advisories;
  }
  get severitySource() {
    return this.#finding.severitySource ?? '';
  }
  get title() {
    return this.#finding.title ?? '';
  }
  get published() {
    return this.#finding.published ?? this.#finding.evidence.published ?? '';
  }
  get ageDays() {
    return daysBetween(this.published || null, this.#evaluatedAt);
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
    return this.#finding.isNew ?? true;
  }
  get firstSeenDays() {
    return daysBetween(this.#finding.firstSeen ?? null, this.#evaluatedAt);
  }
  get firstSeenKnown() {
    return this.#finding.firstSeen !== undefined;
  }
  get package() {
    this.#package ??= packageOf(this.#finding, this.#owners);
    return this.#package;
  }
  get #layers() {
    this.#inBase ??= this.#base([this.#finding.evidence.layer]);
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
    return this.#finding.evidence.code?.state ?? 'unknown';
  }
  get fix() {
    this.#fix ??= fixOf(this.#finding, this.#evaluatedAt);
    return this.#fix;
  }
  get risk() {
    this.#risk ??= riskOf(this.#finding, this.#evaluatedAt);
    return this.#risk;
  }
}

function packageOf({ package: pkg, evidence }: Finding, owners: ReadonlyMap<string, string>) {
  const purl = pkg?.purl ?? '';
  return {
    name: pkg?.name ?? '',
    version: pkg?.version ?? '',
    type: pkg?.type ?? '',
    purl,
    path: evidence.path ?? '',
    layer: evidence.layer ?? '',
    instruction: evidence.instruction ?? '',
    ownedBy: evidence.ownedBy ?? owners.get(purl) ?? '',
  };
}

function fixOf({ fix }: Finding, evaluatedAt: string) {
  const ageDays = daysBetween(fix?.since ?? null, evaluatedAt);
  return {
    state: fix?.state ?? 'unknown',
    versions: fix?.versions ?? [],
    since: fix?.since ?? '',
    ageDays,
    ageKnown: !Number.isNaN(ageDays),
    channel: fix?.channel ?? '',
    elsewhere: (fix?.elsewhere ?? []).map(({ channel }) => channel),
  };
}

function riskOf({ risk, evidence }: Finding, evaluatedAt: string) {
  const cvss = risk?.cvss ?? null;
  const metrics = cvssMetrics(cvss?.vector ?? '');
  const { v2, v3, v4, highest } = highestScores(cvss, evidence.ratings?.cvss ?? []);
  return {
    // written out: copying the fields of others cost more than all conditions that read them
    cvss: {
      score: cvss?.score ?? Number.NaN,
      known: cvss !== null,
      version: cvss?.version ?? '',
      vector: cvss?.vector ?? '',
      source: cvss?.source ?? '',
      attackVector: metrics.attackVector,
      privilegesRequired: metrics.privilegesRequired,
      userInteraction: metrics.userInteraction,
      exploitability: metrics.exploitability,
      impact: metrics.impact,
      v2,
      v3,
      v4,
      highest,
    },
    kev: Boolean(risk?.kev),
    kevKnown: risk?.kev != null,
    kevDateAdded: (risk?.kev || null)?.dateAdded ?? '',
    kevDueDate: (risk?.kev || null)?.dueDate ?? '',
    kevDays: daysBetween((risk?.kev || null)?.dateAdded ?? null, evaluatedAt),
    kevDueDays: -daysBetween((risk?.kev || null)?.dueDate ?? null, evaluatedAt),
    ransomware: risk?.ransomware ?? false,
    ransomwareKnown: risk?.ransomware != null,
    epss: {
      score: risk?.epss?.score ?? Number.NaN,
      percentile: risk?.epss?.percentile ?? Number.NaN,
      known: risk?.epss != null,
    },
    exploit: risk?.exploit ?? false,
    exploitKnown: risk?.exploit != null,
    maturity: risk?.maturity ?? '',
    score: risk?.score ?? Number.NaN,
    scoreKnown: risk?.score != null,
  };
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
export function packageOwners(packages: readonly Package[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { purl, ownedBy } of packages) {
    const known = owners.get(purl);
    owners.set(purl, known === undefined || known === ownedBy ? (ownedBy ?? '') : '');
  }
  return owners;
}

/** `pastEndOfLife` is what the rules see: false once an exception excuses it. */
export function imageContext(subject: PolicySubject, counts: Counts, pastEndOfLife: boolean | null) {
  const { image, inventory } = subject;
  const ageDays = daysBetween(image.created, subject.evaluatedAt);
  const endOfLife = image.distro?.endOfLife;
  return {
    reference: image.reference,
    names: image.names,
    id: image.id ?? '',
    digest: image.digest ?? '',
    ...imageName(image),
    labels: inventory.facts.config?.labels ?? {},
    platform: image.platform ?? '',
    os: image.platform?.split('/')[0] ?? '',
    architecture: image.platform?.split('/')[1] ?? '',
    size: inventory.layers.reduce((sum, layer) => sum + (layer.size ?? 0), 0),
    created: image.created ?? '',
    ageDays,
    ageKnown: !Number.isNaN(ageDays),
    layers: inventory.layers.length,
    base: {
      reference: image.base?.reference ?? '',
      digest: image.base?.digest ?? '',
      layers: image.base?.layers ?? 0,
      known: image.base?.from === 'option',
      from: image.base?.from ?? '',
    },
    packages: inventory.packages.length,
    coverage: { ...(inventory.facts.coverage ?? nothingCovered), known: inventory.facts.coverage !== null },
    packageManagers: programNames(inventory.facts.programs, 'package-manager'),
    shells: programNames(inventory.facts.programs, 'shell'),
    programsKnown: inventory.facts.programs !== undefined,
    malwareScanned: subject.malwareScanned ?? false,
    distro: {
      id: image.distro?.id ?? '',
      version: image.distro?.version ?? '',
      like: image.distro?.like ?? [],
      known: image.distro !== null,
      endOfLife: typeof endOfLife === 'string' ? endOfLife : '',
      pastEndOfLife: pastEndOfLife ?? false,
      endOfLifeKnown: pastEndOfLife !== null,
    },
    counts,
  };
}

/** Distinct, sorted. */
function programNames(programs: readonly ProgramFact[] = [], wanted: ProgramFact['kind']): readonly string[] {
  return [...new Set(programs.filter(({ kind }) => kind === wanted).map(({ name }) => name))].sort();
}

const nothing = { files: 0, bytes: 0, ownedFiles: 0, ownedBytes: 0 };
const nothingCovered = { executables: nothing, libraries: nothing };

export type Counts = ReturnType<typeof countBySeverity>;

export function countBySeverity(counted: readonly Severity[]) {
  const counts = { Critical: 0, High: 0, Medium: 0, Low: 0, Negligible: 0, Unknown: 0 };
  for (const severity of counted) counts[severity]++;
  return {
    total: counted.length,
    critical: counts.Critical,
    high: counts.High,
    medium: counts.Medium,
    low: counts.Low,
    negligible: counts.Negligible,
    unknown: counts.Unknown,
  };
}

export function packageContext(pkg: Package, inBase: BaseLayers) {
  return {
    name: pkg.name,
    version: pkg.version,
    type: pkg.type,
    purl: pkg.purl,
    arch: pkg.arch ?? '',
    sourceName: pkg.source?.name ?? '',
    sourceVersion: pkg.source?.version ?? '',
    licenses: pkg.licenses,
    paths: pkg.locations.map(({ path }) => path),
    layers: pkg.locations.map(({ layer }) => layer ?? ''),
    ...inBase(pkg.locations.map(({ layer }) => layer)),
    ownedBy: pkg.ownedBy ?? '',
  };
}

export function licenseContext(fact: LicenseFact, pkg: ReturnType<typeof packageContext>) {
  const { expression, ids, group, unknown, declared, files } = fact;
  const known = expression !== null && unknown.length === 0;
  return { expression: expression ?? '', ids, group, known, unknown, declared, files, package: pkg };
}

/** @param instruction of the layer that it stands in */
export function fileContext(file: FileFact, instruction: string | null, content: string | undefined) {
  const bits = Number.parseInt(file.mode, 8);
  return {
    path: file.path,
    type: file.type,
    mode: file.mode,
    setUid: (bits & 0o4000) !== 0,
    setGid: (bits & 0o2000) !== 0,
    sticky: (bits & 0o1000) !== 0,
    worldWritable: (bits & 0o002) !== 0,
    uid: file.uid,
    gid: file.gid,
    size: file.size,
    sha256: file.sha256 ?? '',
    content: content ?? '',
    contentKnown: content !== undefined,
    layer: file.layer ?? '',
    instruction: instruction ?? '',
  };
}

/** @param instruction of the layer that brought the account */
export function userContext(user: UserFact, instruction: string | null) {
  const { name, uid, gid, groups, home, shell, password, hash, sudo, admin, layer } = user;
  const canLogIn = !/(?:^|\/)(?:nologin|false|true|sync|halt|shutdown)$/.test(shell);
  return {
    name,
    uid,
    gid,
    groups,
    home,
    shell,
    canLogIn,
    password,
    hash: hash ?? '',
    sudo,
    admin,
    layer: layer ?? '',
    instruction: instruction ?? '',
  };
}

/** @param instruction of the layer that it stands in */
export function secretContext(secret: SecretFact, instruction: string | null, inBase: BaseLayers) {
  return {
    kind: secret.kind,
    title: secret.title,
    severity: secret.severity,
    level: severities.indexOf(secret.severity),
    path: secret.path ?? '',
    env: secret.env ?? '',
    label: secret.label ?? '',
    config: secret.config ?? '',
    layer: secret.layer ?? '',
    instruction: instruction ?? '',
    masked: secret.masked,
    deleted: secret.deleted,
    example: secret.example,
    ...inBase([secret.layer]),
  };
}

export function configContext(config: ImageConfig) {
  return {
    user: config.user,
    root: isRoot(config.user),
    exposedPorts: config.exposedPorts,
    ports: portNumbers(config.exposedPorts),
    tcpPorts: portNumbers(config.exposedPorts.filter((port) => !/\/(?:udp|sctp)$/i.test(port))),
    portsOutOfRange: config.exposedPorts.filter(isNoPort),
    env: config.env.map((variable) => variable.split('=', 1)[0] ?? ''),
    variables: Object.fromEntries(config.env.map(nameAndValue)),
    labels: config.labels,
    entrypoint: config.entrypoint ?? [],
    cmd: config.cmd ?? [],
    volumes: config.volumes,
    workingDir: config.workingDir,
    healthcheck: hasHealthcheck(config),
    onBuild: config.onBuild,
    instructions: config.history.map(({ instruction }) => instruction ?? ''),
  };
}

function nameAndValue(variable: string): readonly [name: string, value: string] {
  const [name = ''] = variable.split('=', 1);
  return [name, variable.slice(name.length + 1)];
}

export function entryContext(entry: Incomplete) {
  return { code: entry.code, message: entry.message, path: entry.path ?? '', layer: entry.layer ?? '' };
}

/**
 * Whether a container of this user runs as root unless told otherwise: no user, the name, or any spelling of user id 0
 * that the engine's number parser takes (`0`, `00`, `+0`), with or without a group.
 */
function isRoot(user: string): boolean {
  const [name = ''] = user.split(':', 1);
  return name === '' || name === 'root' || /^[+-]?0+$/.test(name);
}

/** `["NONE"]` switches off the health check of the base image. */
function hasHealthcheck({ healthcheck }: ImageConfig): boolean {
  if (healthcheck === null) return false;
  const test = healthcheck.Test ?? healthcheck.test;
  return Array.isArray(test) && test.length > 0 && test[0] !== 'NONE';
}

function isNoPort(port: string): boolean {
  const [numbers = ''] = port.split('/', 1);
  return numbers
    .split('-')
    .some((number) => !/^\d{1,5}$/.test(number) || Number(number) < 1 || Number(number) > 65_535);
}

/** `22/tcp` and ranges (`8000-8010/tcp`), distinct, in rising order. */
function portNumbers(ports: readonly string[]): readonly number[] {
  const ranges = ports.map((port) => /^(\d{1,5})(?:-(\d{1,5}))?(?:\/|$)/.exec(port)).filter((range) => range !== null);
  const bounds = ranges.map(([, first, last]) => [Number(first), Math.min(Number(last ?? first), 65_535)] as const);
  const numbers: number[] = [];
  // in rising order each number is walked once, however often ranges overlap
  for (const [from, to] of bounds.sort((a, b) => a[0] - b[0])) {
    for (let number = Math.max(from, (numbers.at(-1) ?? -1) + 1); number <= to; number++) numbers.push(number);
  }
  return numbers;
}
