/**
 * The published shape of the result, from which the JSON Schema of the reference is made. For tests, documentation and
 * reading results back: a scan never loads it. Properties stand in the order in which the JSON report writes them.
 */

import { z } from 'zod';
import { licenseGroups } from '../licenses/license-groups.ts';
import { exceptionCategories } from '../policy/types.ts';

const digest = z.string();
const date = z.string().meta({ description: 'YYYY-MM-DD' });
const severity = z.enum(['Unknown', 'Negligible', 'Low', 'Medium', 'High', 'Critical']);
const layerRef = z.string().nullable().meta({ description: 'diff ID of one of image.layers' });
const strings = z.array(z.string());

const layer = z.object({
  digest: digest.nullable().meta({ description: 'of the blob as stored' }),
  diffId: digest.nullable().meta({ description: 'of the uncompressed layer' }),
  mediaType: z.string(),
  size: z.number().meta({ description: 'bytes as stored' }),
  instruction: z.string().nullable().meta({ description: 'the history entry that made it' }),
  verified: z.boolean().meta({ description: 'the analysis comes from bytes that were hashed and found equal' }),
  base: z.boolean().nullable().meta({ description: 'a layer of the base image; null when not known' }),
});

const image = z.object({
  reference: z.string(),
  id: digest.nullable().meta({ description: 'config digest; null for a root file system' }),
  digest: digest.nullable().meta({ description: 'manifest digest; of a root file system that of its entries' }),
  platform: z.string().nullable(),
  readFrom: z
    .exactOptional(z.enum(['export', 'overlay2']))
    .meta({ description: 'of an engine: the archive that it sends, or the folders of its storage driver' }),
  foundIn: z
    .exactOptional(z.enum(['docker', 'podman', 'containerd', 'registry']))
    .meta({ description: 'who had it, where the reference is a name without a prefix' }),
  names: strings,
  distro: z
    .object({
      id: z.string(),
      version: z.string().nullable().meta({ description: 'VERSION_ID as written' }),
      codename: z.string().nullable(),
      prettyName: z.string().nullable(),
      like: strings.meta({ description: 'distros that it says it is like' }),
      endOfLife: z
        .union([date, z.boolean()])
        .nullable()
        .meta({ description: 'end of the public security support; null when not known' }),
    })
    .nullable(),
  base: z
    .object({
      reference: z.string().nullable(),
      digest: digest.nullable().meta({ description: 'manifest digest' }),
      id: digest.nullable().meta({ description: 'config digest' }),
      layers: z.int().nullable().meta({ description: 'how many, from the base up, are its layers' }),
      from: z
        .enum(['option', 'annotation', 'history'])
        .meta({ description: 'given with --base; said by the image itself; guessed from its history' }),
    })
    .nullable()
    .meta({ description: 'the image that it was built on; null when not known' }),
  layers: z.array(layer).meta({ description: 'base first' }),
});

const inputs = z.object({
  product: z.object({ name: z.literal('plimsoll'), version: z.string() }),
  subject: z.object({
    digest: digest.nullable(),
    platform: z.string().nullable(),
    reference: z.string(),
    stage: z.string(),
    scannedAt: z
      .exactOptional(date)
      .meta({ description: 'of what was judged again: when it was looked into, where that is another day' }),
  }),
  base: z
    .object({ reference: z.string(), id: digest.nullable(), digest: digest.nullable() })
    .nullable()
    .meta({ description: 'the base image that was given' }),
  baseCandidates: z
    .exactOptional(z.array(z.object({ reference: z.string(), id: digest.nullable(), digest: digest.nullable() })))
    .meta({ description: 'images that it could be built on instead; absent: none was given' }),
  catalogers: z.record(z.string(), z.number()).meta({ description: 'cataloger → version' }),
  malware: z.exactOptional(z.object({ engine: z.string(), signatures: z.string().nullable() })).meta({
    description: 'the malware scanner that files were streamed to, and the official signatures it had loaded',
  }),
  advisories: z.record(z.string(), digest).meta({ description: 'shard → digest' }),
  stale: strings.meta({ description: 'shards' }),
  missing: strings.meta({ description: 'shards' }),
  example: z.exactOptional(z.literal(true)).meta({ description: 'the example advisories of the demo were used' }),
  feeds: z
    .exactOptional(z.record(z.string(), z.object({ confirmed: date, data: z.string().nullable() })))
    .meta({ description: 'shard → when it was confirmed, and of which day its data are; absent: no rule asked' }),
  policy: z.record(z.string(), digest).meta({ description: 'name of a policy → digest of its text' }),
  containers: z
    .exactOptional(z.record(z.string(), digest))
    .meta({ description: 'file of --container → digest of its text; absent: none was given' }),
  exceptions: z.record(z.string(), digest).meta({ description: 'exceptions file → digest of its text' }),
  vex: z.exactOptional(z.record(z.string(), digest)).meta({ description: 'VEX document → digest of its text' }),
  settings: z.record(z.string(), z.unknown()),
  history: z.record(z.string(), z.unknown()),
  evaluatedAt: date,
});

const packageEntry = z.object({
  type: z.string().meta({ description: 'purl type' }),
  name: z.string(),
  version: z.string().meta({ description: 'as the ecosystem writes it' }),
  purl: z.string(),
  arch: z.string().nullable(),
  source: z.object({ name: z.string(), version: z.string() }).nullable(),
  licenses: strings.meta({ description: 'declared texts' }),
  locations: z.array(z.object({ path: z.string(), layer: layerRef })),
  ownedBy: z.string().nullable().meta({ description: 'distro package that ships the file that proves it' }),
  modularity: z.exactOptional(z.string().nullable()).meta({ description: 'rpm: NAME:STREAM:VERSION:CONTEXT' }),
  vendor: z.exactOptional(z.string().nullable()).meta({ description: 'rpm: who built the package' }),
  claimedBy: z.exactOptional(
    z.string().meta({ description: 'path of the SBOM in the image that lists it; absent for what was found itself' }),
  ),
});

const config = z.object({
  created: z.string().nullable(),
  author: z.string().nullable(),
  architecture: z.string().nullable(),
  os: z.string().nullable(),
  variant: z.string().nullable(),
  user: z.string(),
  exposedPorts: strings.meta({ description: '22/tcp' }),
  env: strings.meta({ description: 'NAME=value' }),
  entrypoint: strings.nullable(),
  cmd: strings.nullable(),
  volumes: strings,
  workingDir: z.string(),
  labels: z.record(z.string(), z.string()),
  healthcheck: z.record(z.string(), z.unknown()).nullable(),
  stopSignal: z.string().nullable(),
  shell: strings.nullable(),
  onBuild: strings,
  history: z.array(
    z.object({
      created: z.string().nullable(),
      instruction: z.string().nullable(),
      comment: z.string().nullable(),
      emptyLayer: z.boolean(),
    }),
  ),
});

const licenseFact = z.object({
  purl: z.string(),
  path: z.string().nullable().meta({ description: 'of its first location' }),
  layer: layerRef,
  declared: strings.meta({ description: 'as in packages[].licenses' }),
  expression: z.string().nullable().meta({ description: 'of SPDX; null: nothing says which licence it is' }),
  ids: strings.meta({ description: 'identifiers in the expression' }),
  group: z.enum(licenseGroups).meta({ description: 'what it asks of whoever ships the package' }),
  unknown: strings.meta({ description: 'what stands for no known licence, as declared' }),
  files: strings.meta({ description: 'files that say so; empty where the package declares it' }),
});

const fileFact = z.object({
  path: z.string(),
  type: z.enum(['file', 'directory', 'device']),
  mode: z.string().meta({ description: 'octal, 4755' }),
  uid: z.number(),
  gid: z.number(),
  size: z.number().meta({ description: 'bytes' }),
  layer: layerRef,
  sha256: z.exactOptional(z.string().meta({ description: 'where a rule asks for it' })),
});

const claimedLayer = z
  .exactOptional(z.string())
  .meta({ description: 'where the subject is an SBOM of ours: the diff ID that this says, of a layer of the image' });

const dockerfileLine = z.object({
  instruction: z.string().nullable().meta({ description: 'keyword; null for a history entry that is no instruction' }),
  text: z.string().meta({ description: 'without the values of ENV, ARG and build arguments' }),
  layer: layerRef.meta({ description: 'that it made; null: none, or not known' }),
  claimedLayer,
  created: z.string().nullable(),
  base: z.boolean().nullable().meta({ description: 'whether it is a line of the base image; null: not known' }),
});

const programFact = z.object({
  kind: z.enum(['package-manager', 'shell']),
  name: z.string(),
  path: z.string().meta({ description: 'of the file, or of a link that leads to one' }),
  layer: layerRef,
});

const containerFact = z.object({
  name: z.string(),
  id: z.string(),
  image: z.string(),
  imageId: z.string().meta({ description: 'config digest' }),
  user: z.string(),
  program: z.string(),
  privileged: z.boolean(),
  capAdd: strings,
  capDrop: strings,
  appArmor: z.string(),
  seLinux: z.boolean(),
  seccomp: z.enum(['default', 'unconfined', 'custom']),
  noNewPrivileges: z.boolean(),
  network: z.string(),
  pid: z.string(),
  ipc: z.string(),
  uts: z.string(),
  userns: z.string(),
  cgroupParent: z.string(),
  memory: z.number().meta({ description: 'bytes; 0: no limit' }),
  cpuLimited: z.boolean(),
  pidsLimit: z.number(),
  readOnlyRoot: z.boolean(),
  restart: z.string(),
  restartRetries: z.number(),
  mounts: z.array(
    z.object({
      source: z.string(),
      target: z.string(),
      type: z.string(),
      readOnly: z.boolean(),
      propagation: z.string(),
    }),
  ),
  devices: strings,
  ulimits: strings,
  ports: z.array(z.object({ container: z.number(), protocol: z.string(), host: z.number(), address: z.string() })),
  healthcheck: z.boolean(),
});

const userFact = z.object({
  name: z.string(),
  uid: z.number(),
  gid: z.number(),
  groups: strings,
  home: z.string(),
  shell: z.string(),
  password: z.enum(['none', 'locked', 'hashed', 'empty']),
  hash: z
    .enum([
      'des',
      'bsdi-des',
      'md5',
      'sun-md5',
      'nt',
      'sha1',
      'sha256',
      'sha512',
      'bcrypt',
      'scrypt',
      'sm3',
      'argon2',
      'yescrypt',
      'gost-yescrypt',
    ])
    .nullable(),
  sudo: z
    .enum(['none', 'password', 'no-password'])
    .meta({ description: 'whether sudoers lets the account run anything' }),
  admin: z.boolean().meta({ description: 'user id 0, a grant of sudoers, or a group that may become root' }),
  layer: layerRef.meta({ description: 'since which the account is there' }),
});

const secretFact = z.object({
  kind: z.string().meta({ description: 'one of the list of kinds' }),
  title: z.string(),
  severity: z.enum(['Critical', 'High', 'Medium', 'Low']),
  path: z.exactOptional(z.string()).meta({ description: 'of the file, also of one that a later layer deleted' }),
  line: z.exactOptional(z.int()),
  env: z.exactOptional(z.string()).meta({ description: 'environment variable' }),
  label: z.exactOptional(z.string()),
  config: z.exactOptional(z.string()).meta({ description: 'other key of the configuration' }),
  layer: layerRef,
  claimedLayer,
  masked: z.string().meta({ description: 'nothing of the secret but a prefix that all of its kind have' }),
  deleted: z.boolean().meta({ description: 'a later layer deleted or replaced the file' }),
  example: z.boolean(),
});

const incomplete = z.object({
  code: z.enum([
    'unsafe-path',
    'file-too-large',
    'file-unreadable',
    'limit-reached',
    'entry-not-understood',
    'package-database-unread',
    'package-database-damaged',
    'package-database-removed',
    'package-database-altered',
    'package-database-missing',
    'platform-unread',
    'distro-unknown',
    'package-manifest-damaged',
    'secrets-unread',
    'malware-scan-incomplete',
    'base-mismatch',
    'history-incomplete',
    'application-unread',
    'link-broken',
    'sbom-component-unread',
    'sbom-incomplete',
    'sbom-source-unknown',
    'no-feed',
    'not-comparable',
    'version-unparsed',
  ]),
  message: z.string(),
  path: z.exactOptional(z.string()),
  layer: z.exactOptional(z.string()).meta({ description: 'diff ID of one of image.layers' }),
});

const labelRating = z.object({ source: z.string(), severity });
const cvssRating = z.object({
  source: z.string(),
  version: z.string(),
  vector: z.string(),
  score: z.number().nullable(),
});
const recordRef = z.object({ source: z.string(), id: z.string(), shard: z.string() });

const riskPart = z.object({ value: z.number(), from: z.string() });

const evidence = z.object({
  path: z.exactOptional(z.string()),
  line: z.exactOptional(z.int()),
  layer: z.exactOptional(layerRef),
  instruction: z.exactOptional(z.string().nullable()),
  inBase: z
    .exactOptional(z.boolean().nullable())
    .meta({ description: 'the layer is one of the base image; null when not known' }),
  env: z.exactOptional(z.string()),
  config: z.exactOptional(z.string()),
  value: z.exactOptional(z.string()),
  advisory: z.exactOptional(recordRef).meta({ description: 'the deciding record' }),
  matchedPackage: z.exactOptional(
    z.object({ name: z.string(), version: z.string(), via: z.enum(['source', 'package']) }),
  ),
  comparison: z.exactOptional(z.string()),
  ownedBy: z.exactOptional(z.string()),
  code: z
    .exactOptional(
      z.object({
        state: z.enum(['absent', 'present']),
        how: z.enum(['kernel-headers', 'data-only', 'go-functions', 'java-classes']),
        detail: z.string(),
      }),
    )
    .meta({ description: 'whether the flawed code is in the package, where the image itself can tell' }),
  ratings: z.exactOptional(z.object({ labels: z.array(labelRating), cvss: z.array(cvssRating) })),
  records: z.exactOptional(z.array(recordRef)),
  cwes: z.exactOptional(strings.meta({ description: 'kinds of weakness, by number: `CWE-835`' })),
  published: z.exactOptional(date.nullable()),
  exploits: z
    .exactOptional(z.array(z.object({ source: z.string(), id: z.string() })))
    .meta({ description: 'where exploits are published' }),
  risk: z.exactOptional(z.object({ severity: riskPart, likelihood: riskPart, unknown: strings })).meta({
    description:
      'what the risk score is made of: 10 × severity × (0.4 + 0.6 × likelihood); signals of which nothing was known',
  }),
  endOfSupport: z.exactOptional(z.union([date, z.boolean()])),
});

const risk = z.object({
  cvss: z.object({ source: z.string(), version: z.string(), vector: z.string(), score: z.number() }).nullable(),
  epss: z.object({ score: z.number(), percentile: z.number() }).nullable(),
  kev: z
    .union([z.object({ dateAdded: date.nullable(), dueDate: date.nullable() }), z.literal(false), z.null()])
    .meta({ description: 'known exploited: since when, or false; null when not known' }),
  ransomware: z.boolean().nullable(),
  exploit: z.boolean().nullable().meta({ description: 'an exploit is published, or it is exploited' }),
  maturity: z
    .exactOptional(z.enum(['none', 'poc', 'functional', 'weaponised', 'active']).nullable())
    .meta({ description: 'the most that is known of its exploitation; null when nothing is known' }),
  malware: z.boolean().nullable(),
  score: z.number().nullable().meta({ description: '0 to 100; evidence.risk says what it is made of' }),
});

export const findingSchema = z.object({
  key: z.string().meta({ description: 'unique within the result' }),
  fingerprint: z.string().meta({ description: 'survives versions and paths; may repeat' }),
  id: z.string(),
  aliases: strings,
  advisories: strings.meta({ description: 'bulletin ids' }),
  kind: z.enum(['vulnerability', 'malware', 'secret', 'misconfiguration', 'license', 'end-of-life']),
  severity,
  severitySource: z.string().nullable(),
  level: z.int().min(0).max(5).meta({ description: '0 Unknown, 1 Negligible … 5 Critical' }),
  title: z.string().nullable(),
  published: date.nullable(),
  package: z.object({ name: z.string(), version: z.string(), type: z.string(), purl: z.string() }).nullable(),
  fix: z
    .object({
      state: z.enum([
        'fixed',
        'not-fixed',
        'will-not-fix',
        'deferred',
        'end-of-life',
        'under-investigation',
        'unknown',
      ]),
      versions: strings.meta({ description: 'lowest first' }),
      since: date.nullable(),
      channel: z.exactOptional(z.string()).meta({
        description: 'how the fix came: security, lts, esm-apps, esm-infra, esm; absent when nothing says so',
      }),
      elsewhere: z
        .exactOptional(z.array(z.object({ channel: z.string(), versions: strings })))
        .meta({ description: 'fixes in archives that the image has not opened (Ubuntu Pro, testing)' }),
    })
    .nullable(),
  risk: risk.nullable(),
  evidence,
  isNew: z.exactOptional(z.boolean()).meta({ description: 'a baseline lacks it; absent: none was given' }),
  firstSeen: z.exactOptional(date).meta({ description: 'since when baselines know it' }),
  suppressed: z.array(
    z.object({
      by: z.enum(['exception', 'vex', 'baseline']),
      reason: z.string(),
      category: z
        .exactOptional(z.string())
        .meta({ description: 'of an exception, such as risk-accepted; of a VEX statement its justification' }),
      owner: z.exactOptional(z.string().nullable()),
      approver: z.exactOptional(z.string()),
      ticket: z.exactOptional(z.string()),
      until: z.exactOptional(z.string().nullable()).meta({ description: 'a date, or fixed; null: for ever' }),
      source: z.exactOptional(z.string()),
    }),
  ),
});

const exitCode = z.literal([0, 1, 2, 3, 4, 5]);

const verdict = z.object({
  result: z.enum(['pass', 'warn', 'fail']),
  exitCode,
  reasons: z.array(z.object({ exitCode, code: z.string(), message: z.string() })),
  inputs: strings.meta({ description: 'paths into inputs that matching or a rule read' }),
  rules: z.array(
    z.object({
      id: z.string(),
      policy: z.string(),
      action: z.enum(['deny', 'warn']),
      message: z.string(),
      remediation: z.string().nullable(),
      controls: strings,
      findings: strings.meta({ description: 'keys' }),
    }),
  ),
  controls: z
    .exactOptional(
      z.array(
        z.object({
          framework: z.enum(['nist-800-190', 'pci-dss-4', 'cis-docker']),
          id: z.string(),
          title: z.string(),
          state: z.enum(['passed', 'failed', 'needs-a-person']),
          rules: strings.meta({ description: 'ids of its rules that found something' }),
          note: z.string().nullable().meta({ description: 'why a person has to look' }),
        }),
      ),
    )
    .meta({ description: 'each control of the frameworks that the policies stand for; absent where there is none' }),
  exceptions: z.array(
    z.object({
      id: z.string(),
      source: z.string(),
      category: z.enum(exceptionCategories).nullable(),
      reason: z.string().nullable(),
      owner: z.string().nullable(),
      approver: z.string().nullable(),
      ticket: z.string().nullable(),
      expires: date.nullable(),
      untilFixed: z.boolean().meta({ description: 'it ends with the first fix' }),
      findings: strings.meta({ description: 'keys' }),
      state: z.enum(['applied', 'expires-soon', 'expired', 'fixed', 'unused', 'not-honoured']),
      notes: strings.meta({ description: 'what is doubtful about it' }),
    }),
  ),
  vex: z
    .exactOptional(
      z.array(
        z.object({
          id: z.string(),
          source: z.string(),
          status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
          time: z.string(),
          product: z.string(),
          state: z.enum(['applied', 'noted', 'superseded', 'other-product', 'no-finding', 'not-honoured']),
          why: z.string(),
          findings: strings.meta({ description: 'keys' }),
        }),
      ),
    )
    .meta({ description: 'what became of each statement; absent: no VEX document was given' }),
  changes: z.array(
    z.object({
      kind: z.enum(['base', 'upgrade', 'config', 'distro', 'other']),
      text: z.string(),
      findings: strings.meta({ description: 'keys' }),
      upgrade: z
        .exactOptional(
          z.object({
            type: z.string(),
            names: strings.meta({ description: 'of the packages that findings are about' }),
            source: z.string().nullable().meta({ description: 'source package that all of them are built from' }),
            from: z.string(),
            to: z.string(),
            path: z.string().nullable().meta({ description: 'of a language package; null: wherever it lies' }),
          }),
        )
        .meta({ description: 'packages that are brought to another version together' }),
      base: z
        .exactOptional(z.object({ reference: z.string(), id: digest.nullable(), digest: digest.nullable() }))
        .meta({ description: 'the image that it is built on instead' }),
      proven: z.exactOptional(z.boolean()).meta({
        description: 'it was made and judged again, and nothing that it is about is left; absent: nobody tried',
      }),
      note: z.exactOptional(z.string()).meta({ description: 'what was changed for that, or why there is no proof' }),
    }),
  ),
  bases: z
    .exactOptional(
      z.array(
        z.object({
          reference: z.string(),
          id: digest.nullable(),
          digest: digest.nullable(),
          distro: z.object({ id: z.string(), version: z.string().nullable() }).nullable(),
          state: z.enum(['proposed', 'worse', 'same', 'not-read', 'not-judged']),
          message: z.string(),
          result: z.enum(['pass', 'warn', 'fail']).nullable().meta({ description: 'on it; null: it was not judged' }),
          takesAway: z.int().nullable().meta({ description: 'findings that stop the image now and would not on it' }),
          adds: z.int().nullable().meta({ description: 'the other way round' }),
        }),
      ),
    )
    .meta({ description: 'what came of each image that it could be built on instead; absent: none was given' }),
  afterChanges: z
    .exactOptional(
      z.object({
        made: z.int().meta({ description: 'how many of the changes were made' }),
        result: z.enum(['pass', 'warn', 'fail']),
        exitCode,
        reasons: z.array(z.object({ exitCode, code: z.string(), message: z.string() })),
        rules: strings.meta({ description: 'ids of those that still deny' }),
      }),
    )
    .meta({ description: 'what judging again with all changes that can be made gave; absent: there is none' }),
});

const coverageCount = z.object({
  files: z.int(),
  bytes: z.int(),
  ownedFiles: z.int(),
  ownedBytes: z.int(),
});

const signatureFact = z.object({
  source: z.string().meta({ description: 'tag or digest of the manifest that carries it' }),
  digest: z.string().meta({ description: 'of the manifest or image index that it was looked for at' }),
  verified: z.boolean(),
  key: z.string().nullable().meta({ description: 'sha256:… of the public key (SPKI) that signed it, and was given' }),
  identity: z.string().nullable().meta({ description: 'whom its certificate names under the trusted root' }),
  issuer: z.string().nullable(),
  problem: z.string().nullable().meta({ description: 'why it does not count' }),
});

const codeFact = z.union([
  z.object({
    kind: z.literal('go-functions'),
    path: z.string(),
    functions: z.string().meta({
      description:
        'hashes of the functions that are linked into the binary: `hashes:`, then 4 bytes each, sorted, in Base64',
    }),
  }),
  z.object({
    kind: z.literal('java-classes'),
    path: z.string(),
    classes: strings.meta({ description: 'those that advisories name and that are in the archive' }),
  }),
  z.object({
    kind: z.literal('data-only'),
    type: z.string(),
    name: z.string().meta({ description: 'of a package that ships no code' }),
  }),
]);

/** What `sbom --format json` prints. */
const inventoryResultSchema = z.object({
  schemaVersion: z.literal('1'),
  image,
  inputs,
  packages: z.array(packageEntry),
  facts: z.object({
    config: config.nullable(),
    coverage: z
      .object({ executables: coverageCount, libraries: coverageCount })
      .nullable()
      .meta({ description: 'what can be run, and how much of it a listed package answers for; null for an SBOM' }),
    files: z.exactOptional(
      z
        .array(fileFact)
        .meta({ description: 'set-id files, and everything but links that all may write; absent: not asked for' }),
    ),
    dockerfile: z.exactOptional(
      z
        .array(dockerfileLine)
        .meta({ description: 'lines that the history tells of, oldest first; absent: not asked for' }),
    ),
    licenses: z.exactOptional(
      z.array(licenseFact).meta({ description: 'one of every package, in their order; absent: not asked for' }),
    ),
    programs: z.exactOptional(
      z.array(programFact).meta({ description: 'package managers and shells, by path; absent: not asked for' }),
    ),
    users: z.exactOptional(
      z.array(userFact).meta({ description: 'accounts of /etc/passwd, in its order; absent: not asked for' }),
    ),
    signatures: z.exactOptional(
      z.array(signatureFact).meta({
        description: 'signatures under the image; absent: nobody said whose count, or it was not read from a registry',
      }),
    ),
    secrets: z.exactOptional(
      z
        .array(secretFact)
        .meta({ description: 'secrets of every layer and of the configuration; absent: not asked for' }),
    ),
    containers: z.exactOptional(
      z.array(containerFact).meta({ description: 'containers that were given with --container; absent: none was' }),
    ),
    configSecrets: z.exactOptional(
      z
        .array(secretFact)
        .meta({ description: 'where `secrets` is absent: those of the configuration; absent: there are none' }),
    ),
    code: z.exactOptional(
      z.array(codeFact).meta({
        description: 'of a scan: what files and packages tell of the code in them; absent: nothing is told',
      }),
    ),
  }),
  incomplete: z.array(incomplete),
});

/** What `scan --format json` prints. */
export const scanResultSchema = z.object({
  ...inventoryResultSchema.shape,
  findings: z.array(findingSchema),
  verdict,
});

/**
 * The JSON Schema (2020-12) of the reference. It allows properties that it does not name, so that a program which
 * checks results by it keeps working when a later version adds some.
 */
export function resultJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(scanResultSchema, { target: 'draft-2020-12', io: 'input' }),
    title: 'Plimsoll scan result',
    description:
      'What `plimsoll scan --format json` prints. `plimsoll sbom --format json` prints the same without findings and verdict.',
  };
}
