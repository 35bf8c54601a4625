import { severities } from '../../advisories/types.ts';
import type { ImageConfig, LayerDescriptor } from '../../image/types.ts';
import type {
  ContainerFact,
  Facts,
  FileFact,
  LicenseFact,
  Package,
  ProgramFact,
  SecretFact,
  SignatureFact,
  UserFact,
} from '../../inventory/types.ts';
import type { Finding, Risk } from '../../matching/types.ts';
import type { PolicySubject } from '../types.ts';
import type { Given, GivenConfig, GivenFinding, GivenPackage } from './given-facts.ts';

/*
 * The image that a case is about. What the case leaves out is known and harmless: a supported Debian, an unprivileged user,
 * nothing installed, every fact gathered and empty, no vulnerability exploited.
 */

const baseLayer = 'sha256:base';
const ownLayer = 'sha256:own';

/** @param stored facts of the result that the case names */
export function caseSubject(given: Given, at: string, stored: PolicySubject | null): PolicySubject {
  const from = stored ?? harmless(at, given.image?.layers ?? 2, given.image?.size ?? 0);
  const packages = given.packages?.map(packageOf) ?? from.inventory.packages;
  const facts = factsOf(given, from.inventory.facts, packages);
  const contents = given.files?.flatMap(({ path, content }) =>
    content === undefined ? [] : [[path ?? '', content] as const],
  );
  const incomplete =
    given.incomplete?.map(({ code = 'file-unreadable', message = code, path }) => ({
      code,
      message,
      ...(path !== undefined && { path }),
    })) ?? from.incomplete;
  const secretsOfConfig = facts.secrets?.filter(({ path }) => path === undefined);
  return {
    image: imageOf(given, from.image, facts.config, at),
    stage: given.stage ?? from.stage,
    evaluatedAt: at,
    inventory: {
      ...from.inventory,
      packages,
      facts,
      incomplete,
      ...(secretsOfConfig && { configSecrets: secretsOfConfig }),
      ...(contents && { contents }),
    },
    scannedAt: given.scannedAt ?? from.scannedAt ?? at,
    feeds:
      given.feeds?.map(({ name = '', confirmed = at, data = null }) => ({ name, confirmed, data })) ?? from.feeds ?? [],
    malwareScanned: given.malwareScanned ?? from.malwareScanned ?? true,
    findings: (given.findings?.map(findingOf) ?? from.findings).map((finding) => ({ ...finding, suppressed: [] })),
    incomplete,
    stale: given.stale ?? from.stale,
    missing: given.missing ?? from.missing,
  };
}

function harmless(evaluatedAt: string, layerCount: number, size: number): PolicySubject {
  const layers = Array.from({ length: layerCount }, (_, index) => layerOf(index, index === 0 ? size : 0));
  const nothing = { files: 0, bytes: 0, ownedFiles: 0, ownedBytes: 0 };
  return {
    image: {
      reference: 'registry.example.com/app:1.0',
      names: [],
      id: null,
      digest: null,
      platform: 'linux/amd64',
      created: evaluatedAt,
      base: null,
      distro: { id: 'debian', version: '12', endOfLife: false, pastEndOfLife: false },
    },
    stage: 'pipeline',
    evaluatedAt,
    inventory: {
      distro: null,
      packages: [],
      facts: {
        config: configOf({}),
        coverage: { executables: nothing, libraries: nothing },
        files: [],
        dockerfile: [],
        licenses: [],
        programs: [],
        users: [],
        signatures: [signatureOf({})],
        secrets: [],
      },
      incomplete: [],
      layers,
    },
    malwareScanned: true,
    findings: [],
    incomplete: [],
    stale: [],
    missing: [],
  };
}

function layerOf(index: number, size: number): LayerDescriptor {
  const diffId = index === 0 ? baseLayer : index === 1 ? ownLayer : `sha256:own${index}`;
  return { digest: null, diffId, mediaType: '', size, instruction: null, verified: true };
}

/** Layers that begin as those of a case do; of a stored result there is no such layer. */
function layerFor(inBase: boolean | undefined): string {
  return inBase === true ? baseLayer : ownLayer;
}

function imageOf(
  { image }: Given,
  from: PolicySubject['image'],
  config: Facts['config'],
  at: string,
): PolicySubject['image'] {
  if (image === undefined) return { ...from, created: config?.created ?? from.created };
  const { base, distro, layers: _, size: __, ...rest } = image;
  return {
    ...from,
    ...rest,
    ...(base !== undefined && {
      base: base && { reference: null, digest: null, id: null, layers: 1, from: 'option', ...base },
    }),
    ...(distro !== undefined && { distro: distro && distroOf(distro, at) }),
  };
}

function distroOf(
  { id = 'debian', version = null, like = [], endOfLife = null }: NonNullable<NonNullable<Given['image']>['distro']>,
  at: string,
): NonNullable<PolicySubject['image']['distro']> {
  const pastEndOfLife = typeof endOfLife === 'string' ? at > endOfLife : endOfLife;
  return { id, version, like, endOfLife, pastEndOfLife };
}

function configOf({ healthcheck, instructions = [], ...given }: GivenConfig): ImageConfig {
  return {
    created: null,
    author: null,
    architecture: 'amd64',
    os: 'linux',
    variant: null,
    user: 'app',
    exposedPorts: [],
    env: [],
    entrypoint: null,
    cmd: null,
    volumes: [],
    workingDir: '',
    labels: {},
    stopSignal: null,
    shell: null,
    onBuild: [],
    ...given,
    healthcheck: healthcheck === false ? null : { Test: ['CMD', 'true'] },
    history: instructions.map((instruction) => ({ created: null, instruction, comment: null, emptyLayer: false })),
  };
}

function factsOf(given: Given, from: Facts, packages: readonly Package[]): Facts {
  const programs = (kind: ProgramFact['kind'], names: readonly string[]): readonly ProgramFact[] =>
    names.map((name) => ({ kind, name, path: `/usr/bin/${name}`, layer: ownLayer }));
  const named = given.packageManagers ?? given.shells;
  return {
    ...from,
    ...(given.config !== undefined && { config: given.config && configOf(given.config) }),
    ...(given.coverage !== undefined && { coverage: given.coverage && coverageOf(given.coverage) }),
    ...(given.packages && { licenses: packages.map((pkg, index) => licenseOf(given.packages?.[index] ?? {}, pkg)) }),
    ...(given.files && { files: given.files.map(fileOf) }),
    ...(given.secrets && { secrets: given.secrets.map(secretOf) }),
    ...(given.users && { users: given.users.map(userOf) }),
    ...(given.signatures && { signatures: given.signatures.map(signatureOf) }),
    ...(given.containers && { containers: given.containers.map(containerOf) }),
    ...(given.dockerfile && { dockerfile: given.dockerfile.map(lineOf) }),
    ...(named && {
      programs: [...programs('package-manager', given.packageManagers ?? []), ...programs('shell', given.shells ?? [])],
    }),
  };
}

function signatureOf(given: Element<Given['signatures']>): SignatureFact {
  const digest = `sha256:${'0'.repeat(64)}`;
  const signer = { key: null, identity: null, issuer: null };
  return { source: digest, digest, verified: true, problem: null, ...signer, ...given };
}

function coverageOf(given: NonNullable<Given['coverage']>): NonNullable<Facts['coverage']> {
  const nothing = { files: 0, bytes: 0, ownedFiles: 0, ownedBytes: 0 };
  return { executables: { ...nothing, ...given.executables }, libraries: { ...nothing, ...given.libraries } };
}

function packageOf({ path, inBase, license: _, ...given }: GivenPackage): Package {
  const { type = 'deb', name = 'example', version = '1.0', source } = given;
  return {
    purl: `pkg:${type}/${name}@${version}`,
    arch: null,
    licenses: [],
    ownedBy: null,
    ...given,
    type,
    name,
    version,
    source: source ? { name: source.name ?? name, version: source.version ?? version } : null,
    locations: [{ path: path ?? '/var/lib/dpkg/status', layer: layerFor(inBase) }],
  };
}

function licenseOf({ license = {} }: GivenPackage, { purl, locations, licenses }: Package): LicenseFact {
  return {
    purl,
    path: locations[0]?.path ?? null,
    layer: locations[0]?.layer ?? null,
    declared: licenses,
    expression: 'MIT',
    group: 'notice',
    unknown: [],
    files: [],
    ...license,
    ids: license.ids ?? (license.expression === null ? [] : [license.expression ?? 'MIT']),
  };
}

function findingOf(given: GivenFinding, index: number): Finding {
  const {
    id = 'CVE-2026-0001',
    kind = 'vulnerability',
    severity = 'Unknown',
    path,
    inBase,
    ownedBy,
    code,
    fix,
    risk,
  } = given;
  const {
    type = 'deb',
    name = 'example',
    version = '1.0',
    purl = `pkg:${type}/${name}@${version}`,
  } = given.package ?? {};
  const about = given.package === null ? null : { name, version, type, purl };
  return {
    key: `${kind}:${id}:${about?.purl ?? path ?? ''}:${index}`,
    fingerprint: `${kind}:${id}:${about?.name ?? ''}`,
    id,
    aliases: given.aliases ?? [],
    advisories: given.advisories ?? [],
    kind,
    severity,
    severitySource: given.severitySource ?? 'nvd',
    level: severities.indexOf(severity),
    title: given.title ?? null,
    published: given.published ?? null,
    package: about,
    fix: {
      state: 'not-fixed',
      versions: [],
      since: null,
      ...fix,
      elsewhere: (fix?.elsewhere ?? []).map(({ channel = '', versions = [] }) => ({ channel, versions })),
    },
    risk: riskOf(risk ?? {}),
    evidence: {
      ...(path !== undefined && { path }),
      layer: layerFor(inBase),
      ...(ownedBy !== undefined && { ownedBy }),
      ...(given.cvss && { ratings: { labels: [], cvss: given.cvss.map(ratingOf) } }),
      ...(code && { code: { state: code, how: 'data-only', detail: '' } }),
      advisory: { source: 'case', id, shard: 'case' },
    },
    ...(given.isNew !== undefined && { isNew: given.isNew }),
    ...(given.firstSeen !== undefined && { firstSeen: given.firstSeen }),
    suppressed: [],
  };
}

function riskOf({ cvss, epss, kev, ...given }: NonNullable<GivenFinding['risk']>): Risk {
  return {
    ransomware: false,
    exploit: false,
    maturity: 'none',
    malware: null,
    score: 0,
    ...given,
    cvss: cvss ? { source: 'nvd', version: '3.1', vector: '', score: 0, ...cvss } : null,
    epss: epss === null ? null : { score: 0, percentile: 0, ...epss },
    kev:
      kev === null
        ? null
        : kev === true
          ? { dateAdded: null, dueDate: null }
          : !kev
            ? false
            : { dateAdded: null, dueDate: null, ...kev },
  };
}

function ratingOf({ source = 'nvd', version = '3.1', vector = '', score = 0 }: Element<GivenFinding['cvss']>) {
  return { source, version, vector, score };
}

type Element<T> = NonNullable<T> extends readonly (infer E)[] ? E : never;

function fileOf({ content: _, ...given }: Element<Given['files']>): FileFact {
  return { path: '/file', type: 'file', mode: '644', uid: 0, gid: 0, size: 0, layer: ownLayer, ...given };
}

function secretOf({ inBase, ...given }: Element<Given['secrets']>): SecretFact {
  const defaults = {
    kind: 'token',
    title: 'token',
    severity: 'High',
    masked: '****',
    deleted: false,
    example: false,
  } as const;
  return { ...defaults, ...given, layer: layerFor(inBase) };
}

/** Run as the benchmark of CIS asks for, but for what is given. */
function containerOf({ mounts = [], ports = [], ...given }: Element<Given['containers']>): ContainerFact {
  return {
    name: 'app',
    id: '',
    image: '',
    imageId: '',
    user: '',
    program: 'app',
    privileged: false,
    capAdd: [],
    capDrop: ['ALL'],
    appArmor: 'docker-default',
    seLinux: false,
    seccomp: 'default',
    noNewPrivileges: true,
    network: 'apps',
    pid: '',
    ipc: 'private',
    uts: '',
    userns: '',
    cgroupParent: '',
    memory: 268_435_456,
    cpuLimited: true,
    pidsLimit: 100,
    readOnlyRoot: true,
    restart: 'no',
    restartRetries: 0,
    devices: [],
    ulimits: [],
    healthcheck: true,
    ...given,
    mounts: mounts.map((mount) => ({
      source: '',
      target: '',
      type: 'bind',
      readOnly: true,
      propagation: 'rprivate',
      ...mount,
    })),
    ports: ports.map((port) => ({ container: 8080, protocol: 'tcp', host: 8080, address: '127.0.0.1', ...port })),
  };
}

function userOf({ hash, ...given }: Element<Given['users']>): UserFact {
  return {
    name: 'app',
    uid: 1000,
    gid: 1000,
    groups: [],
    home: '/',
    shell: '/bin/sh',
    password: 'locked',
    sudo: 'none',
    admin: false,
    layer: ownLayer,
    ...given,
    hash: (hash ?? null) as UserFact['hash'],
  };
}

function lineOf(given: Element<Given['dockerfile']>): NonNullable<Facts['dockerfile']>[number] {
  const { text = '', inBase = false, layer = true } = typeof given === 'string' ? { text: given } : given;
  const [, instruction] = /^([A-Z]+)(?:\s|$)/.exec(text) ?? [];
  return {
    instruction: instruction ?? null,
    text,
    layer: layer ? layerFor(inBase) : null,
    created: null,
    base: inBase,
  };
}
