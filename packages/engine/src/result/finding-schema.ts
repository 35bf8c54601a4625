import { z } from 'zod';
import { fixStates } from '../matching/types.ts';
import { date, layerRef, severity, strings } from './schema-parts.ts';

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

/** What is wrong with an image, one at a time. */
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
      state: z.enum(fixStates),
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
