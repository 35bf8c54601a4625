import { z } from 'zod';
import { licenseGroups } from '../licenses/license-groups.ts';
import { layerRef, strings } from './schema-parts.ts';

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

/** What is known of an image beside its packages. */
export const factsSchema = z.object({
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
    z.array(secretFact).meta({ description: 'secrets of every layer and of the configuration; absent: not asked for' }),
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
});
