import { type Severity, severities } from '../../advisories/types.ts';
import type { ImageConfig } from '../../image/types.ts';
import type { Incomplete, Package } from '../../inventory/types.ts';
import type { Finding, Fix, Risk } from '../../matching/types.ts';
import type { PolicySubject } from '../types.ts';

/** Facts for tests: each maker gives a harmless value, of which a test changes what it is about. */

export interface FindingFacts {
  readonly id?: string;
  readonly aliases?: readonly string[];
  readonly kind?: Finding['kind'];
  readonly severity?: Severity;
  readonly published?: string | null;
  readonly package?: string;
  readonly version?: string;
  readonly type?: string;
  readonly fix?: Partial<Fix> | null;
  readonly risk?: Partial<Risk>;
  readonly evidence?: Finding['evidence'];
  readonly suppressed?: Finding['suppressed'];
}

/** A Low vulnerability without a fix in bash, not known to be exploited. */
export function makeFinding(facts: FindingFacts = {}): Finding {
  const { id = 'CVE-2026-0001', kind = 'vulnerability', severity = 'Low', type = 'deb' } = facts;
  const name = facts.package ?? 'bash';
  const version = facts.version ?? '1.0';
  return {
    key: `${kind}:${id}:${name}`,
    fingerprint: `${kind}:${id}:${name}`,
    id,
    aliases: facts.aliases ?? [],
    advisories: [],
    kind,
    severity,
    severitySource: 'nvd',
    level: severities.indexOf(severity),
    title: null,
    published: facts.published === undefined ? '2026-01-01' : facts.published,
    package: kind === 'end-of-life' ? null : { name, version, type, purl: `pkg:${type}/${name}@${version}` },
    fix: facts.fix === null ? null : { state: 'not-fixed', versions: [], since: null, ...facts.fix },
    risk: {
      cvss: null,
      epss: null,
      kev: false,
      ransomware: null,
      exploit: null,
      malware: null,
      score: null,
      ...facts.risk,
    },
    evidence: { advisory: { source: 'debian-tracker', id, shard: 'debian-12' }, ...facts.evidence },
    suppressed: facts.suppressed ?? [],
  };
}

export function makePackage(facts: Partial<Package> = {}): Package {
  return {
    type: 'deb',
    name: 'bash',
    version: '1.0',
    purl: `pkg:${facts.type ?? 'deb'}/${facts.name ?? 'bash'}@${facts.version ?? '1.0'}`,
    arch: 'amd64',
    source: null,
    licenses: [],
    locations: [{ path: '/var/lib/dpkg/status', layer: 'sha256:aa' }],
    ownedBy: null,
    ...facts,
  };
}

/** Runs as an unprivileged user and exposes nothing. */
function makeConfig(facts: Partial<ImageConfig> = {}): ImageConfig {
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
    healthcheck: null,
    stopSignal: null,
    shell: null,
    onBuild: [],
    history: [],
    ...facts,
  };
}

export interface SubjectFacts {
  readonly image?: Partial<PolicySubject['image']>;
  readonly evaluatedAt?: string;
  readonly findings?: readonly Finding[];
  readonly packages?: readonly Package[];
  readonly config?: Partial<ImageConfig> | null;
  readonly incomplete?: readonly Incomplete[];
  readonly stale?: readonly string[];
  readonly missing?: readonly string[];
}

/** A supported Debian with nothing wrong, judged on 2026-08-22. */
export function makeSubject(facts: SubjectFacts = {}): PolicySubject {
  const incomplete = facts.incomplete ?? [];
  return {
    image: {
      reference: 'app:1.0',
      names: [],
      id: 'sha256:1234',
      digest: null,
      platform: 'linux/amd64',
      created: null,
      base: null,
      distro: { id: 'debian', version: '12', endOfLife: '2028-06-30', pastEndOfLife: false },
      ...facts.image,
    },
    stage: 'pipeline',
    evaluatedAt: facts.evaluatedAt ?? '2026-08-22',
    inventory: {
      distro: null,
      packages: facts.packages ?? [],
      facts: {
        config: facts.config === null ? null : makeConfig(facts.config),
        coverage: {
          executables: { files: 10, bytes: 1000, ownedFiles: 9, ownedBytes: 800 },
          libraries: { files: 4, bytes: 400, ownedFiles: 4, ownedBytes: 400 },
        },
      },
      incomplete,
      layers: [],
    },
    findings: facts.findings ?? [],
    incomplete,
    stale: facts.stale ?? [],
    missing: facts.missing ?? [],
  };
}
