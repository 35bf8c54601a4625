/**
 * The published shape of the result, from which the JSON Schema of the reference is made. For tests, documentation and
 * reading results back: a scan never loads it. Properties stand in the order in which the JSON report writes them.
 */

import { z } from 'zod';
import { exceptionCategories } from '../policy/types.ts';
import { factsSchema } from './facts-schema.ts';
import { findingSchema } from './finding-schema.ts';
import { date, digest, layerRef, strings } from './schema-parts.ts';

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

/** What `sbom --format json` prints. */
const inventoryResultSchema = z.object({
  schemaVersion: z.literal('1'),
  image,
  inputs,
  packages: z.array(packageEntry),
  facts: factsSchema,
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
