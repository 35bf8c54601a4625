import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { AdvisoryError } from '../advisory-error.ts';
import { dayOf, isCve, type ReadContext, reject } from '../feed.ts';
import { splitJson } from '../formats/json-stream.ts';
import type { AdvisoryText, RatingRecord } from '../types.ts';
import { cpeConfigurations, type SoftwareRanges, softwareRanges } from './cpe-ranges.ts';
import { schemaReason } from './osv-zip.ts';
import { cvssRating, cweIds, sortCvss } from './ratings.ts';

const base = 'https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-';
const maxRecordBytes = 16 << 20;

/** `2002`–, `modified` or `recent`. */
export function nvdUrl(part: string): string {
  return `${base}${part}.json.gz`;
}

export function nvdMetaUrl(part: string): string {
  return `${base}${part}.meta`;
}

const metric = z.object({
  source: z.string(),
  cvssData: z.object({ vectorString: z.string(), baseScore: z.optional(z.number()) }),
});
const metrics = z.optional(z.nullable(z.array(metric)));

const item = z.object({
  cve: z.object({
    id: z.string(),
    published: z.optional(z.string()),
    lastModified: z.optional(z.string()),
    vulnStatus: z.optional(z.string()),
    descriptions: z.optional(z.array(z.object({ lang: z.string(), value: z.string() }))),
    metrics: z.optional(
      z.object({ cvssMetricV2: metrics, cvssMetricV30: metrics, cvssMetricV31: metrics, cvssMetricV40: metrics }),
    ),
    weaknesses: z.optional(z.array(z.object({ description: z.array(z.object({ value: z.string() })) }))),
    references: z.optional(z.array(z.object({ url: z.string() }))),
  }),
});

export interface NvdRecord {
  readonly rating: RatingRecord;
  readonly text: AdvisoryText;
  /** full time stamp, to tell which of two files is newer */
  readonly modified: string;
  /** applications that it is about; empty where they were not asked for */
  readonly software: readonly SoftwareRanges[];
}

/**
 * Records of one NVD 2.0 data feed.
 * @returns false where the source lacks it
 * @see https://nvd.nist.gov/vuln/data-feeds
 */
export async function readNvd(
  context: ReadContext,
  part: string,
  wanted: (id: string) => boolean,
  visit: (record: NvdRecord) => void,
  withSoftware = false,
): Promise<boolean> {
  const url = nvdUrl(part);
  const stream = context.stream(url);
  if (stream === undefined) return false;
  const hash = createHash('sha256');
  for await (const text of splitJson(url, hashed(stream, hash), 'elements', maxRecordBytes)) {
    const id = /"id"\s*:\s*"([^"]{1,40})"/.exec(text.slice(0, 400))?.[1];
    if (id !== undefined && isCve(id) && !wanted(id)) continue;
    const record = parse(context, text, url, withSoftware);
    if (record !== undefined) visit(record);
  }
  await verify(context, part, hash.digest('hex'));
  return true;
}

async function* hashed(stream: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    hash.update(chunk);
    yield chunk;
  }
}

/** The `.meta` file beside a feed carries the digest of its uncompressed bytes. */
async function verify(context: ReadContext, part: string, digest: string): Promise<void> {
  const meta = context.stream(nvdMetaUrl(part));
  if (meta === undefined) return;
  const chunks: Buffer[] = [];
  for await (const chunk of meta) chunks.push(chunk);
  const announced = /^sha256:([0-9A-Fa-f]{64})\s*$/m.exec(Buffer.concat(chunks).toString('latin1'))?.[1];
  if (announced === undefined || announced.toLowerCase() === digest) return;
  throw new AdvisoryError(
    'digest-mismatch',
    `${nvdUrl(part)}: its bytes are not those that its .meta announces; try again later`,
  );
}

function parse(context: ReadContext, text: string, url: string, withSoftware: boolean): NvdRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    reject(context.tally, url, `is no JSON: ${text.slice(0, 60)}`);
    return undefined;
  }
  const parsed = z.safeParse(item, value);
  if (!parsed.success || !isCve(parsed.data.cve.id)) {
    reject(context.tally, url, parsed.success ? 'its id is no CVE' : schemaReason(parsed.error));
    return undefined;
  }
  context.tally.read++;
  const { cve } = parsed.data;
  const rated = [
    cve.metrics?.cvssMetricV2,
    cve.metrics?.cvssMetricV30,
    cve.metrics?.cvssMetricV31,
    cve.metrics?.cvssMetricV40,
  ]
    .flatMap((list) => list ?? [])
    .map(({ source, cvssData }) => cvssRating(ratingSource(source), cvssData.vectorString, cvssData.baseScore));
  return {
    rating: {
      id: cve.id,
      labels: [],
      cvss: sortCvss(rated.filter((rating) => rating !== undefined)),
      cwes: cweIds((cve.weaknesses ?? []).flatMap(({ description }) => description.map((entry) => entry.value))),
      published: dayOf(cve.published),
      rejected: cve.vulnStatus === 'Rejected',
    },
    text: {
      id: cve.id,
      title: null,
      description: cve.descriptions?.find(({ lang }) => lang === 'en')?.value ?? null,
      references: [...new Set((cve.references ?? []).map((reference) => reference.url))],
    },
    modified: cve.lastModified ?? '',
    software: withSoftware && cve.vulnStatus !== 'Rejected' ? softwareOf(context, cve.id, value) : [],
  };
}

/** Configurations are the largest part of a record, and checked only where they are asked for. */
function softwareOf(context: ReadContext, id: string, value: unknown): readonly SoftwareRanges[] {
  const { configurations } = (value as { cve: { configurations?: unknown } }).cve;
  if (configurations === undefined || configurations === null) return [];
  const parsed = z.safeParse(cpeConfigurations, configurations);
  if (parsed.success) return softwareRanges(parsed.data);
  reject(context.tally, `${id} configurations`, schemaReason(parsed.error));
  return [];
}

/** CISA's Vulnrichment appears in the NVD under its organisation's id, GitHub under its mail address. */
function ratingSource(source: string): string {
  switch (source) {
    case 'nvd@nist.gov':
      return 'nvd';
    case '134c704f-9b21-4f2e-91b3-4a467353bcc0':
      return 'cisa-vulnrichment';
    case 'security-advisories@github.com':
      return 'github';
    default:
      return source;
  }
}
