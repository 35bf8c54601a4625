import { severities } from '../advisories/types.ts';
import { licenseGroups } from '../licenses/license-groups.ts';
import { fixStates } from '../matching/types.ts';
import { bool, type CelType, double, int, list, map, object, oneOf, string } from './cel-types.ts';
import { incompleteCodes } from './completeness.ts';
import type { RuleScope } from './types.ts';

/** Scopes that have facts today. `coverage` judges what could not be read or compared. */
export const supportedScopes = [
  'vulnerability',
  'malware',
  'package',
  'license',
  'file',
  'secret',
  'config',
  'instruction',
  'user',
  'image',
  'coverage',
  'runtime',
] as const satisfies readonly RuleScope[];
export type SupportedScope = (typeof supportedScopes)[number];

/** Scopes of the rule form whose facts are not gathered yet. */
export const futureScopes = ['signature'] as const satisfies readonly RuleScope[];

/*
 * Conventions of all contexts, so that rules stay short and nothing unknown reads as "no":
 * a text that is unknown is "", a number that is unknown is NaN (every comparison with it is false, so that
 * `finding.ageDays >= 30` is false and `!(finding.ageDays < 30)` is true), and a field beside it says whether it is known.
 */

const finding = object({
  id: string,
  aliases: list(string),
  /** bulletins */
  advisories: list(string),
  kind: oneOf(['vulnerability', 'malware']),
  severity: oneOf(severities),
  /** 0 Unknown, 1 Negligible … 5 Critical */
  level: int,
  severitySource: string,
  title: string,
  published: string,
  /** days since it was published */
  ageDays: double,
  ageKnown: bool,
  /** days since its fix, else (where that date is unknown) the vulnerability itself, became known */
  knownDays: double,
  dateKnown: bool,
  /** the baseline lacks it; true without one. A rule that reads it also sees what the baseline knows */
  isNew: bool,
  /** days since a baseline knows it, and whether one was given */
  firstSeenDays: double,
  firstSeenKnown: bool,
  package: object({
    name: string,
    version: string,
    type: string,
    purl: string,
    path: string,
    layer: string,
    instruction: string,
    ownedBy: string,
  }),
  /** the layer is one of the base image, which was given with `--base` */
  inBase: bool,
  inBaseKnown: bool,
  /** annotations, labels or the history of the image itself say so: a claim, or a guess */
  inBaseClaimed: bool,
  /** whether the flawed code is in the package at all, as far as the image tells; it says nothing of whether it is run */
  code: oneOf(['absent', 'present', 'unknown']),
  fix: object({
    state: oneOf(fixStates),
    versions: list(string),
    since: string,
    ageDays: double,
    ageKnown: bool,
    /** how the fix came: `security`, `lts`, `esm-apps`, `esm-infra`, `esm`; "" when nothing says so */
    channel: string,
    /** channels with a fix that the image has not opened (Ubuntu Pro's `esm…`, Arch's `testing`) */
    elsewhere: list(string),
  }),
  risk: object({
    cvss: object({
      score: double,
      known: bool,
      version: string,
      vector: string,
      source: string,
      /** as the vector says; "" where it does not */
      attackVector: oneOf(['network', 'adjacent', 'local', 'physical', '']),
      /** CVSS 3 and 4 */
      privilegesRequired: oneOf(['none', 'low', 'high', '']),
      userInteraction: oneOf(['none', 'required', '']),
      /** parts of the base score of the vector; CVSS 2 and 3 */
      exploitability: double,
      impact: double,
      /** highest scores of any source: by version, and of all */
      v2: double,
      v3: double,
      v4: double,
      highest: double,
    }),
    /** listed by CISA as known to be exploited; when that list is missing, the scan ends with 5 for a rule that asks */
    kev: bool,
    kevKnown: bool,
    kevDateAdded: string,
    kevDueDate: string,
    /** days since it was listed */
    kevDays: double,
    /** days until it is due; negative when that is past */
    kevDueDays: double,
    ransomware: bool,
    ransomwareKnown: bool,
    epss: object({ score: double, percentile: double, known: bool }),
    /** an exploit is published, or it is exploited */
    exploit: bool,
    exploitKnown: bool,
    /** the most that is known of its exploitation; "" when nothing is known */
    maturity: oneOf(['', 'none', 'poc', 'functional', 'weaponised', 'active']),
    /** 0 to 100: severity weighed by how likely an attack is */
    score: double,
    scoreKnown: bool,
  }),
});

const counts = object({
  total: int,
  critical: int,
  high: int,
  medium: int,
  low: int,
  negligible: int,
  unknown: int,
});

const coverageCount = object({ files: int, bytes: int, ownedFiles: int, ownedBytes: int });

const image = object({
  reference: string,
  names: list(string),
  id: string,
  digest: string,
  /** host of the registry that the reference, else the first name, tells; `docker.io` where it names none; "" for a file */
  registry: string,
  /** without registry and tag: `library/nginx` */
  repository: string,
  tag: string,
  labels: map(string),
  platform: string,
  os: string,
  architecture: string,
  /** bytes of all layers as they are stored; 0 where that is not known */
  size: int,
  created: string,
  ageDays: double,
  ageKnown: bool,
  layers: int,
  /** what it was built on: given with `--base`, else what it says itself */
  base: object({
    reference: string,
    digest: string,
    /** how many are its layers; 0 when not known */
    layers: int,
    /** given, and found to be so; `from` says what else tells of it */
    known: bool,
    from: oneOf(['option', 'annotation', 'history', '']),
  }),
  packages: int,
  /** what can be run, and how much of it a listed package answers for */
  coverage: object({
    executables: coverageCount,
    libraries: coverageCount,
    /** an SBOM does not tell what lies in no package */
    known: bool,
  }),
  /** names, `apt-get`: those of distros and of languages */
  packageManagers: list(string),
  /** names, `bash` */
  shells: list(string),
  /** an SBOM does not tell which package managers and shells there are */
  programsKnown: bool,
  /** files were streamed to a malware scanner (`--clamd`) */
  malwareScanned: bool,
  /** under the image, where it was said whose count (`--signature-key`, `--signature-identity`); others are in it as not verified */
  signatures: list(
    object({
      verified: bool,
      /** `sha256:…` of the public key (SPKI) that was given and signed it */
      key: string,
      /** whom its certificate names under the trusted root */
      identity: string,
      /** who vouched for that */
      issuer: string,
      /** why it does not count */
      problem: string,
    }),
  ),
  /** at least one of them is verified */
  signed: bool,
  /** signatures were looked for; not so for an archive, and where nobody said whose count */
  signaturesKnown: bool,
  distro: object({
    id: string,
    version: string,
    /** `ID_LIKE`: what it is made of */
    like: list(string),
    /** an image without a distribution (scratch) has none */
    known: bool,
    /** date of the end of the public security support */
    endOfLife: string,
    pastEndOfLife: bool,
    endOfLifeKnown: bool,
  }),
  /** days since it was looked into: 0 in a scan, more where a stored result is judged again */
  seenDays: double,
  /**
   * advisories and signals that judge it, each with `name`, `confirmedDays` (since it was confirmed against upstream), `dataDays` (since the day
   * of its data, as upstream says) and `dataKnown`
   */
  feeds: list(object({ name: string, confirmedDays: double, dataDays: double, dataKnown: bool })),
  /** vulnerabilities that nothing suppressed: distinct ones, or with `per: package` one for each package that has it */
  counts,
});

const pkg = object({
  name: string,
  version: string,
  type: string,
  purl: string,
  arch: string,
  sourceName: string,
  sourceVersion: string,
  licenses: list(string),
  paths: list(string),
  layers: list(string),
  /** all of its layers are layers of the base image, as of findings */
  inBase: bool,
  inBaseKnown: bool,
  inBaseClaimed: bool,
  ownedBy: string,
});

const packages = list(pkg);

const license = object({
  /** of SPDX; "" where nothing says which licence it is */
  expression: string,
  /** identifiers in the expression */
  ids: list(string),
  /** of the choices in the expression the one that asks least, of what applies together the one that asks most */
  group: oneOf(licenseGroups),
  /** there is an expression, and all of it is known */
  known: bool,
  /** what is not known in it, as declared */
  unknown: list(string),
  /** texts of the package's metadata */
  declared: list(string),
  /** files that say so, where the metadata do not */
  files: list(string),
  package: pkg,
});

const file = object({
  /** absolute, of the squashed view */
  path: string,
  type: oneOf(['file', 'directory', 'device']),
  /** octal, `4755` */
  mode: string,
  setUid: bool,
  setGid: bool,
  sticky: bool,
  worldWritable: bool,
  uid: int,
  gid: int,
  /** bytes */
  size: int,
  /** hexadecimal; "" where the file could not be read. Only with `files` */
  sha256: string,
  /** text of at most 64 KiB; "" where it is none or longer. Only with `files`, and not in messages */
  content: string,
  contentKnown: bool,
  layer: string,
  instruction: string,
});

const secret = object({
  /** `github-token` */
  kind: string,
  title: string,
  severity: oneOf(severities),
  /** 2 Low … 5 Critical */
  level: int,
  /** absolute; "" where it does not lie in a file */
  path: string,
  /** environment variable, label, other key of the configuration; all "" and no path: the history */
  env: string,
  label: string,
  config: string,
  layer: string,
  instruction: string,
  /** never more of it than a prefix that all of its kind have */
  masked: string,
  /** a later layer deleted or replaced the file; it still ships */
  deleted: bool,
  /** written as an example, or a token whose checksum is wrong */
  example: bool,
  /** the layer is one of the base image, as of findings */
  inBase: bool,
  inBaseKnown: bool,
  inBaseClaimed: bool,
});

const config = object({
  /** as written; "" is root */
  user: string,
  root: bool,
  /** `22/tcp` */
  exposedPorts: list(string),
  /** numbers, whatever the protocol; of ranges every one */
  ports: list(int),
  tcpPorts: list(int),
  /** as written: what cannot be a port */
  portsOutOfRange: list(string),
  /** names of the environment variables; values may be secrets */
  env: list(string),
  /** values of environment variables; no message, report or explanation shows them */
  variables: map(string),
  labels: map(string),
  entrypoint: list(string),
  cmd: list(string),
  volumes: list(string),
  workingDir: string,
  healthcheck: bool,
  onBuild: list(string),
  /** what the history says was run, oldest first, as people write it: without build arguments, of ENV the names alone */
  instructions: list(string),
});

const line = object({
  /** keyword, `RUN`; "" for a history entry that is no instruction */
  instruction: string,
  /** as people write it, without values of ENV, ARG and build arguments */
  text: string,
  /** what stands behind the keyword, without flags: of ADD and COPY the sources and the target, of ENV and ARG the names */
  words: list(string),
  /** of ADD and COPY */
  target: string,
  /** what RUN would run, one by one, also in branches, substitutions and behind `sudo` or `sh -c` */
  commands: list(object({ name: string, words: list(string) })),
  /** from 1, the base image's lines among them */
  number: int,
  /** the last with its keyword, among the base image's lines or the image's own */
  last: bool,
  /** it made the lowest layer */
  bottom: bool,
  /** "" where it made none, or that is not known */
  layer: string,
  created: string,
  /** neither known nor claimed to be the base image's */
  own: bool,
  /** a line of the base image, which was given with `--base` */
  inBase: bool,
  inBaseKnown: bool,
  /** the image's own word, or a guess from its history */
  inBaseClaimed: bool,
});

const user = object({
  name: string,
  uid: int,
  gid: int,
  groups: list(string),
  home: string,
  /** "" is that of the system */
  shell: string,
  /** an interactive one: not `nologin`, `false`, `sync` and the like */
  canLogIn: bool,
  password: oneOf(['none', 'locked', 'hashed', 'empty']),
  /** how the password is hashed, `sha512`; "" where it is not */
  hash: string,
  /** what sudoers lets it run anything with */
  sudo: oneOf(['none', 'password', 'no-password']),
  /** user id 0, a grant of sudoers, or a group that may become root */
  admin: bool,
  layer: string,
  instruction: string,
});

const container = object({
  name: string,
  id: string,
  /** as it was named when the container was made, and the digest of its configuration */
  image: string,
  imageId: string,
  /** it runs the image that is judged, and no earlier one of that name */
  ofImage: bool,
  /** as written; "" is what the image says */
  user: string,
  /** base name of the program that was started */
  program: string,
  privileged: bool,
  /** in capitals, without `CAP_` */
  capAdd: list(string),
  capDrop: list(string),
  /** profile; "" for none */
  appArmor: string,
  seLinux: bool,
  seccomp: oneOf(['default', 'unconfined', 'custom']),
  noNewPrivileges: bool,
  /** `host`, `bridge`, `container:ID` …; "" is the engine's default */
  network: string,
  pid: string,
  ipc: string,
  uts: string,
  userns: string,
  cgroupParent: string,
  /** bytes; 0 where there is no limit */
  memory: int,
  cpuLimited: bool,
  /** 0 where there is no limit */
  pidsLimit: int,
  readOnlyRoot: bool,
  /** policy, and how often `on-failure` tries; 0 is without end */
  restart: string,
  restartRetries: int,
  mounts: list(object({ source: string, target: string, type: string, readOnly: bool, propagation: string })),
  /** paths on the host */
  devices: list(string),
  ulimits: list(string),
  /** that are published, with the port of the host and the address that it is bound to ("" is every one) */
  ports: list(object({ container: int, protocol: string, host: int, address: string })),
  healthcheck: bool,
});

const entry = object({ code: oneOf(incompleteCodes), message: string, path: string, layer: string });

const stage = oneOf(['pipeline', 'registry', 'admission', 'runtime']);

/**
 * The variables of a scope's expressions, subject first, each with its type. Values for them, in the same order, come from
 * context-values.ts; `parameters` are the rule's own.
 */
export function scopeVariables(
  scope: SupportedScope,
  parameters: Readonly<Record<string, CelType>>,
): Readonly<Record<string, CelType>> {
  const common = { image, stage, parameters: object(parameters) };
  switch (scope) {
    case 'vulnerability':
    case 'malware':
      return { finding, ...common };
    case 'package':
      return { pkg, ...common };
    case 'license':
      return { license, ...common };
    case 'file':
      return { file, ...common };
    case 'secret':
      return { secret, ...common };
    case 'config':
      return { config, packages, ...common };
    case 'instruction':
      return { line, dockerfile: list(line), ...common };
    case 'user':
      return { user, ...common };
    case 'coverage':
      return { entry, ...common };
    case 'runtime':
      return { container, ...common };
    case 'image':
      return { packages, ...common };
  }
}
