import * as z from 'zod/mini';

/**
 * What is read of an OSV record.
 * @see https://ossf.github.io/osv-schema/
 */
const severity = z.object({ type: z.string(), score: z.string() });

const event = z.object({
  introduced: z.optional(z.string()),
  fixed: z.optional(z.string()),
  last_affected: z.optional(z.string()),
  limit: z.optional(z.string()),
});

const strings = z.optional(z.nullable(z.array(z.string())));
const loose = z.optional(z.nullable(z.record(z.string(), z.unknown())));

const affected = z.object({
  package: z.optional(
    z.nullable(z.object({ ecosystem: z.string(), name: z.string(), purl: z.optional(z.nullable(z.string())) })),
  ),
  severity: z.optional(z.nullable(z.array(severity))),
  ranges: z.optional(z.nullable(z.array(z.object({ type: z.string(), events: z.array(event) })))),
  versions: strings,
  ecosystem_specific: loose,
  database_specific: loose,
});

export const osvRecord = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(200)),
  modified: z.string(),
  published: z.optional(z.nullable(z.string())),
  withdrawn: z.optional(z.nullable(z.string())),
  aliases: strings,
  related: strings,
  upstream: strings,
  summary: z.optional(z.nullable(z.string())),
  details: z.optional(z.nullable(z.string())),
  severity: z.optional(z.nullable(z.array(severity))),
  affected: z.optional(z.nullable(z.array(affected))),
  references: z.optional(z.nullable(z.array(z.object({ url: z.string() })))),
  database_specific: loose,
});

export type OsvRecord = z.infer<typeof osvRecord>;
export type OsvAffected = z.infer<typeof affected>;
export type OsvEvent = z.infer<typeof event>;
export type OsvSeverity = z.infer<typeof severity>;
