import * as z from 'zod/mini';
import { isCve, type ReadContext, reject } from '../feed.ts';
import { jsonRecord } from '../formats/json-record.ts';
import { readTar } from '../formats/tar.ts';
import { cpeConfigurations, type SoftwareRanges, softwareRanges } from './cpe-ranges.ts';
import { schemaReason } from './osv-zip.ts';

export const overridesUrl = 'https://github.com/anchore/nvd-data-overrides/archive/refs/heads/main.tar.gz';

const override = z.object({ cve: z.object({ configurations: z.optional(cpeConfigurations) }) });

/**
 * Configurations of CVEs that the NVD has not analysed, or not well: they take the place of its own.
 * @see https://github.com/anchore/nvd-data-overrides
 */
export async function readOverrides(context: ReadContext): Promise<Map<string, readonly SoftwareRanges[]>> {
  const found = new Map<string, readonly SoftwareRanges[]>();
  const stream = context.stream(overridesUrl);
  if (stream === undefined) return found;
  await readTar(overridesUrl, stream, {
    wanted: (path) => /\/CVE-\d{4}-\d+\.json$/.test(path),
    file: (path, body) => {
      const id = /\/(CVE-\d{4}-\d+)\.json$/.exec(path)?.[1] ?? '';
      const parsed = z.safeParse(override, recordOf(body));
      if (!parsed.success || !isCve(id)) {
        reject(context.tally, path, parsed.success ? 'its name is no CVE' : schemaReason(parsed.error));
        return;
      }
      context.tally.read++;
      // emptied: the CVE was rejected
      found.set(id, softwareRanges(parsed.data.cve.configurations ?? []));
    },
    refused: (path, reason) => reject(context.tally, path, reason),
  });
  return found;
}

function recordOf(body: Buffer): unknown {
  const read = jsonRecord(body);
  return 'value' in read ? read.value : undefined;
}
