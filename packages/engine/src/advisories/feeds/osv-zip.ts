import * as z from 'zod/mini';
import { type FeedTally, type ReadContext, reject } from '../feed.ts';
import { readZip, zipLimits } from '../formats/zip.ts';
import { type OsvRecord, osvRecord } from './osv-schema.ts';

export const osvHost = 'https://osv-vulnerabilities.storage.googleapis.com';

export function osvZipUrl(ecosystem: string): string {
  return `${osvHost}/${encodeURIComponent(ecosystem)}/all.zip`;
}

/** Every record of an ecosystem's archive that fits the schema and is not withdrawn. */
export async function readOsvZip(
  context: ReadContext,
  url: string,
  visit: (record: OsvRecord) => void,
): Promise<boolean> {
  const path = await context.path(url);
  if (path === undefined) return false;
  await readZip(
    path,
    (name, body) => {
      if (!name.endsWith('.json')) return;
      const record = parse(name, body, context.tally);
      if (record === undefined) return;
      context.tally.read++;
      if (record.withdrawn) context.tally.withdrawn++;
      else visit(record);
    },
    (name, reason) => reject(context.tally, name, reason),
    zipLimits,
    context.signal,
  );
  return true;
}

function parse(name: string, body: Buffer, tally: FeedTally): OsvRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    reject(tally, name, 'is no JSON');
    return undefined;
  }
  const parsed = z.safeParse(osvRecord, value);
  if (parsed.success) return parsed.data;
  reject(tally, name, schemaReason(parsed.error));
  return undefined;
}

/** The first thing that does not fit, with its path. */
export function schemaReason(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'does not fit' : `${issue.path.join('.') || 'the record'}: ${issue.message}`;
}
