import { severities } from '../../advisories/types.ts';
import { licenseGroups } from '../../licenses/license-groups.ts';
import { fixStates } from '../../matching/types.ts';
import { incompleteCodes } from '../completeness.ts';
import {
  date,
  flag,
  listOf,
  mapOf,
  nullable,
  number,
  oneOf,
  type Read,
  record,
  type Shaped,
  scalarOr,
  text,
} from './shapes.ts';

/*
 * The facts that a case of `policy test` gives: named as in a result. What is left out is known and harmless.
 */

const texts = listOf(text);

/** Last day of support; true: over; false: none announced. */
const endOfLife: Read<string | boolean> = (reader, at, what) =>
  typeof reader.scalar(at, what) === 'boolean' ? flag(reader, at, what) : date(reader, at, what);

const image = record({
  reference: text,
  names: texts,
  id: nullable(text),
  digest: nullable(text),
  platform: nullable(text),
  /** a date, or a point in time */
  created: nullable(text),
  distro: nullable(record({ id: text, version: nullable(text), like: texts, endOfLife: nullable(endOfLife) })),
  base: nullable(
    record({
      reference: nullable(text),
      digest: nullable(text),
      layers: nullable(number),
      from: oneOf(['option', 'annotation', 'history']),
    }),
  ),
  layers: number,
  size: number,
});

const config = record({
  user: text,
  exposedPorts: texts,
  /** `NAME=value` */
  env: texts,
  labels: mapOf(text),
  entrypoint: texts,
  cmd: texts,
  volumes: texts,
  workingDir: text,
  healthcheck: flag,
  onBuild: texts,
  /** of the history, oldest first */
  instructions: texts,
});

const license = record({
  expression: nullable(text),
  ids: texts,
  group: oneOf(licenseGroups),
  unknown: texts,
  declared: texts,
  files: texts,
});

const pkg = record({
  name: text,
  version: text,
  type: text,
  purl: text,
  arch: nullable(text),
  source: nullable(record({ name: text, version: text })),
  licenses: texts,
  license,
  path: text,
  inBase: flag,
  ownedBy: nullable(text),
});

const kev = record({ dateAdded: nullable(date), dueDate: nullable(date) });

const finding = record({
  id: text,
  aliases: texts,
  advisories: texts,
  kind: oneOf(['vulnerability', 'malware']),
  severity: oneOf(severities),
  severitySource: text,
  title: text,
  published: nullable(date),
  package: nullable(record({ name: text, version: text, type: text, purl: text })),
  path: text,
  inBase: flag,
  ownedBy: text,
  code: oneOf(['absent', 'present']),
  fix: record({
    state: oneOf(fixStates),
    versions: texts,
    since: nullable(date),
    channel: text,
    elsewhere: listOf(record({ channel: text, versions: texts })),
  }),
  risk: record({
    cvss: nullable(record({ score: number, vector: text, version: text, source: text })),
    epss: nullable(record({ score: number, percentile: number })),
    kev: nullable(scalarOr(flag, kev)),
    ransomware: nullable(flag),
    exploit: nullable(flag),
    maturity: nullable(oneOf(['none', 'poc', 'functional', 'weaponised', 'active'])),
    malware: nullable(flag),
    score: nullable(number),
  }),
  /** ratings of other sources */
  cvss: listOf(record({ score: number, vector: text, version: text, source: text })),
  isNew: flag,
  firstSeen: date,
});

const file = record({
  path: text,
  type: oneOf(['file', 'directory', 'device']),
  mode: text,
  uid: number,
  gid: number,
  size: number,
  sha256: text,
  content: text,
});

const container = record({
  name: text,
  id: text,
  image: text,
  imageId: text,
  user: text,
  program: text,
  privileged: flag,
  capAdd: texts,
  capDrop: texts,
  appArmor: text,
  seLinux: flag,
  seccomp: oneOf(['default', 'unconfined', 'custom']),
  noNewPrivileges: flag,
  network: text,
  pid: text,
  ipc: text,
  uts: text,
  userns: text,
  cgroupParent: text,
  memory: number,
  cpuLimited: flag,
  pidsLimit: number,
  readOnlyRoot: flag,
  restart: text,
  restartRetries: number,
  mounts: listOf(record({ source: text, target: text, type: text, readOnly: flag, propagation: text })),
  devices: texts,
  ulimits: texts,
  ports: listOf(record({ container: number, protocol: text, host: number, address: text })),
  healthcheck: flag,
});

const secret = record({
  kind: text,
  title: text,
  severity: oneOf(['Critical', 'High', 'Medium', 'Low']),
  path: text,
  line: number,
  env: text,
  label: text,
  config: text,
  deleted: flag,
  example: flag,
  inBase: flag,
});

const user = record({
  name: text,
  uid: number,
  gid: number,
  groups: texts,
  home: text,
  shell: text,
  password: oneOf(['none', 'locked', 'hashed', 'empty']),
  hash: text,
  sudo: oneOf(['none', 'password', 'no-password']),
  admin: flag,
});

const count = record({ files: number, bytes: number, ownedFiles: number, ownedBytes: number });

/** Everything that a case may say of an image. */
export const given = record({
  /** a stored result, whose facts hold where the case says nothing else */
  result: text,
  stage: oneOf(['pipeline', 'registry', 'admission', 'runtime']),
  image,
  config: nullable(config),
  packages: listOf(pkg),
  findings: listOf(finding),
  files: listOf(file),
  secrets: listOf(secret),
  users: listOf(user),
  /** lines as people write them, or with whether they are the base image's */
  dockerfile: listOf(scalarOr(text, record({ text, inBase: flag, layer: flag }))),
  packageManagers: texts,
  shells: texts,
  coverage: nullable(record({ executables: count, libraries: count })),
  incomplete: listOf(record({ code: oneOf(incompleteCodes), message: text, path: text })),
  containers: listOf(container),
  malwareScanned: flag,
  signatures: listOf(record({ verified: flag, key: text, identity: text, issuer: text, problem: text })),
  /** the day on which the image was looked into */
  scannedAt: date,
  feeds: listOf(record({ name: text, confirmed: date, data: nullable(date) })),
  stale: texts,
  missing: texts,
});

export type Given = Shaped<typeof given>;
export type GivenFinding = Shaped<typeof finding>;
export type GivenPackage = Shaped<typeof pkg>;
export type GivenConfig = Shaped<typeof config>;
