import * as z from 'zod/mini';
import { type FeedTally, type ReadContext, reject } from '../feed.ts';
import type { ArchiveVisitor } from '../formats/archive-visitor.ts';
import { jsonRecord, newerSchema } from '../formats/json-record.ts';
import { readZip } from '../formats/zip.ts';
import { type OsvRecord, osvRecord } from './osv-schema.ts';

/** records say `1.7.3` and the like, older ones nothing */
const osvSchemaMajor = 1;

export const osvHost = 'https://osv-vulnerabilities.storage.googleapis.com';

export function osvZipUrl(ecosystem: string): string {
  return `${osvHost}/${encodeURIComponent(ecosystem)}/all.zip`;
}

/**
 * Every record of an ecosystem's archive that fits the schema and is not withdrawn.
 *
 * @param wanted by id, which is the file's name: others are not even inflated
 * @returns false where the source lacks the archive
 */
export async function readOsvZip(
  context: ReadContext,
  url: string,
  visit: (record: OsvRecord) => void,
  wanted: (id: string) => boolean = () => true,
  withdrawn: (record: OsvRecord) => void = () => undefined,
): Promise<boolean> {
  const path = await context.path(url);
  if (path === undefined) return false;
  const { tally, signal } = context;
  const visitor: ArchiveVisitor = {
    wanted: (name) => name.endsWith('.json') && wanted(name.slice(0, -'.json'.length)),
    file: (name, body) => {
      const record = parse(name, body, tally);
      if (record === undefined) return;
      tally.read++;
      if (record.withdrawn) {
        tally.withdrawn++;
        withdrawn(record);
      } else visit(record);
    },
    refused: (name, reason) => reject(tally, name, reason),
  };
  await readZip(url, path, visitor, signal);
  return true;
}

function parse(name: string, body: Buffer, tally: FeedTally): OsvRecord | undefined {
  const read = jsonRecord(body);
  if ('reason' in read) {
    reject(tally, name, read.reason);
    return undefined;
  }
  const { value } = read;
  const newer = newerSchema((value as { schema_version?: unknown } | null)?.schema_version, osvSchemaMajor);
  if (newer !== undefined) {
    reject(tally, name, newer);
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
