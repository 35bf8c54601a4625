import * as z from 'zod/mini';
import { dayOf, isCve, type ReadContext, reject } from '../feed.ts';
import { jsonRecord, newerSchema } from '../formats/json-record.ts';
import { readTar } from '../formats/tar.ts';
import type { CvssRating, LabelRating, RatingRecord } from '../types.ts';
import { schemaReason } from './osv-zip.ts';
import { cvssRating, cweIds, severityOf, sortCvss, sortLabels } from './ratings.ts';

export const vulnrichmentUrl = 'https://github.com/cisagov/vulnrichment/archive/refs/heads/develop.tar.gz';

const cvssData = z.object({ vectorString: z.string(), baseScore: z.optional(z.number()) });

const metric = z.object({
  cvssV2_0: z.optional(cvssData),
  cvssV3_0: z.optional(cvssData),
  cvssV3_1: z.optional(cvssData),
  cvssV4_0: z.optional(cvssData),
  other: z.optional(z.object({ type: z.optional(z.string()), content: z.optional(z.unknown()) })),
});

const container = z.object({
  title: z.optional(z.string()),
  providerMetadata: z.optional(z.object({ shortName: z.optional(z.string()) })),
  metrics: z.optional(z.array(metric)),
  problemTypes: z.optional(z.array(z.object({ descriptions: z.array(z.object({ cweId: z.optional(z.string()) })) }))),
});

const cveSchemaMajor = 5;

/** What is read of a CVE record. @see https://cveproject.github.io/cve-schema/ */
const cveRecord = z.object({
  cveMetadata: z.object({ cveId: z.string(), state: z.optional(z.string()), datePublished: z.optional(z.string()) }),
  containers: z.object({ cna: z.optional(container), adp: z.optional(z.array(container)) }),
});

type Container = z.infer<typeof container>;

/**
 * CISA's Vulnrichment: CVE records with CISA's own CVSS ratings beside those of who assigned the CVE.
 * @returns false where the source lacks it
 * @see https://github.com/cisagov/vulnrichment
 */
export async function readVulnrichment(
  context: ReadContext,
  wanted: (id: string) => boolean,
  visit: (rating: RatingRecord) => void,
): Promise<boolean> {
  const stream = context.stream(vulnrichmentUrl);
  if (stream === undefined) return false;
  await readTar(vulnrichmentUrl, stream, {
    wanted: (path) => {
      const id = /\/(CVE-\d{4}-\d+)\.json$/.exec(path)?.[1];
      return id !== undefined && wanted(id);
    },
    file: (path, body) => {
      const rating = parse(context, path, body);
      if (rating !== undefined) visit(rating);
    },
    refused: (path, reason) => reject(context.tally, path, reason),
  });
  return true;
}

function parse(context: ReadContext, path: string, body: Buffer): RatingRecord | undefined {
  const read = jsonRecord(body);
  const { value } = 'value' in read ? read : { value: undefined };
  const newer = newerSchema((value as { dataVersion?: unknown } | null | undefined)?.dataVersion, cveSchemaMajor);
  if ('reason' in read || newer !== undefined) {
    reject(context.tally, path, 'reason' in read ? read.reason : newer!);
    return undefined;
  }
  const parsed = z.safeParse(cveRecord, value);
  if (!parsed.success || !isCve(parsed.data.cveMetadata.cveId)) {
    reject(context.tally, path, parsed.success ? 'its id is no CVE' : schemaReason(parsed.error));
    return undefined;
  }
  context.tally.read++;
  const { cveMetadata, containers } = parsed.data;
  const all = [...(containers.cna === undefined ? [] : [containers.cna]), ...(containers.adp ?? [])];
  return {
    id: cveMetadata.cveId,
    labels: sortLabels(all.flatMap(labelsOf)),
    cvss: sortCvss(all.flatMap(cvssOf)),
    cwes: cweIds(
      all.flatMap(({ problemTypes }) =>
        (problemTypes ?? []).flatMap((type) => type.descriptions.map(({ cweId }) => cweId)),
      ),
    ),
    published: dayOf(cveMetadata.datePublished),
    rejected: cveMetadata.state === 'REJECTED',
    ...exploitationOf(all),
  };
}

function sourceOf({ title, providerMetadata }: Container): string {
  const name = providerMetadata?.shortName ?? '';
  if (name === 'CISA-ADP' || title === 'CISA ADP Vulnrichment') return 'cisa-vulnrichment';
  return name === 'GitHub_M' ? 'github' : name.toLowerCase() || 'cna';
}

function cvssOf(from: Container): CvssRating[] {
  const source = sourceOf(from);
  return (from.metrics ?? [])
    .flatMap((entry) => [entry.cvssV2_0, entry.cvssV3_0, entry.cvssV3_1, entry.cvssV4_0])
    .map((data) => cvssRating(source, data?.vectorString, data?.baseScore))
    .filter((rating) => rating !== undefined);
}

/** Ratings in words, as Red Hat gives them: `{type: "Red Hat severity rating", content: {value: "Important"}}`. */
function labelsOf(from: Container): LabelRating[] {
  const source = sourceOf(from);
  return (from.metrics ?? []).flatMap(({ other }) => {
    if (other?.type === undefined || !/severity/i.test(other.type)) return [];
    const severity = severityOf((other.content as { value?: unknown } | null | undefined)?.value);
    return severity === undefined ? [] : [{ source, severity }];
  });
}

const ssvc = z.object({ options: z.array(z.record(z.string(), z.unknown())) });

/** CISA's decision points: `{type: "ssvc", content: {options: [{Exploitation: "poc"}, {Automatable: "no"}, …]}}`. */
function exploitationOf(containers: readonly Container[]): Pick<RatingRecord, 'exploitation'> {
  for (const { other } of containers.flatMap(({ metrics }) => metrics ?? [])) {
    const content = other?.type === 'ssvc' ? z.safeParse(ssvc, other.content) : undefined;
    const value = content?.data?.options.find((option) => Object.hasOwn(option, 'Exploitation'))?.Exploitation;
    const word = typeof value === 'string' ? value.toLowerCase() : '';
    const known = (['none', 'poc', 'active'] as const).find((each) => each === word);
    if (known !== undefined) return { exploitation: known };
  }
  return {};
}
