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
import type { BaseLayers } from './base-layers.ts';
import { daysBetween } from './days.ts';
import { imageName } from './image-pattern.ts';
import type { PolicySubject } from './types.ts';

/*
 * The values of the contexts that context-types.ts declares, field by field the same. Of objects that an image made, only
 * named fields are read, so that nothing in an image can add a field.
 */

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
    layers: inventory.layers.length || layersOfHistory(inventory.facts.config),
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
    signatures: (inventory.facts.signatures ?? []).map(({ verified, key, identity, issuer, problem }) => ({
      verified,
      key: key ?? '',
      identity: identity ?? '',
      issuer: issuer ?? '',
      problem: problem ?? '',
    })),
    signed: inventory.facts.signatures?.some(({ verified }) => verified) ?? false,
    signaturesKnown: inventory.facts.signatures !== undefined,
    distro: {
      id: image.distro?.id ?? '',
      version: image.distro?.version ?? '',
      like: image.distro?.like ?? [],
      known: image.distro !== null,
      endOfLife: typeof endOfLife === 'string' ? endOfLife : '',
      pastEndOfLife: pastEndOfLife ?? false,
      endOfLifeKnown: pastEndOfLife !== null,
    },
    seenDays: daysBetween(subject.scannedAt ?? subject.evaluatedAt, subject.evaluatedAt),
    feeds: (subject.feeds ?? []).map(({ name, confirmed, data }) => {
      const dataDays = daysBetween(data, subject.evaluatedAt);
      const dataKnown = !Number.isNaN(dataDays);
      return { name, confirmedDays: daysBetween(confirmed, subject.evaluatedAt), dataDays, dataKnown };
    }),
    counts,
  };
}

/** Of an SBOM, which has no layers; one of them for each instruction that left something. */
function layersOfHistory(config: ImageConfig | null): number {
  return config?.history.filter(({ emptyLayer }) => !emptyLayer).length ?? 0;
}

/** Distinct, sorted. */
function programNames(programs: readonly ProgramFact[] = [], wanted: ProgramFact['kind']): readonly string[] {
  return [...new Set(programs.filter(({ kind }) => kind === wanted).map(({ name }) => name))].sort();
}

const nothing = { files: 0, bytes: 0, ownedFiles: 0, ownedBytes: 0 };
const nothingCovered = { executables: nothing, libraries: nothing };

export type Counts = ReturnType<typeof countBySeverity>;

export function countBySeverity(counted: readonly { readonly severity: Severity }[]) {
  const counts = { Critical: 0, High: 0, Medium: 0, Low: 0, Negligible: 0, Unknown: 0 };
  for (const { severity } of counted) counts[severity]++;
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
