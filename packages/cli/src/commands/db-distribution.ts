import { existsSync } from 'node:fs';
import { collectGarbage, diffCatalogs, pullCatalog, pushCatalog } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { progressStream } from '../progress.ts';
import { days, list, text } from '../values.ts';
import { catalogDiffText } from './catalog-diff-text.ts';
import { buildProgress, databaseFolder } from './db.ts';
import { registryOptions } from './registry-options.ts';
import { advisorySources, checkCatalog, readKey } from './request.ts';

const defaultKeepDays = 14;

/** `plimsoll db push`: 3 when a registry cannot be written. */
export async function runDbPush(
  references: string[],
  options: Record<string, unknown>,
  { signal }: CommandContext,
): Promise<number> {
  const stream = progressStream(process.stderr, process.env, options.quiet === true);
  const key = text(options, 'signKey');
  const report = await pushCatalog({
    dbDir: databaseFolder(options),
    references,
    signKey: key === undefined ? undefined : readKey(key, 'private', '--sign-key'),
    registry: registryOptions(options),
    signal,
    progress: buildProgress(stream),
  });
  stream.clear();
  for (const pinned of report.pinned) process.stdout.write(`${pinned}\n`);
  stream.note(`${report.shards} shards, ${report.blobsSent} blobs sent (${report.bytesSent} bytes)`);
  return 0;
}

/** `plimsoll db pull`: the whole catalog as it is there; 3 when it cannot be had. */
export async function runDbPull(
  [given = '']: string[],
  options: Record<string, unknown>,
  { signal }: CommandContext,
): Promise<number> {
  const stream = progressStream(process.stderr, process.env, options.quiet === true);
  // a folder is taken by any name, as by `--catalog` and `db diff`; what is none is meant for a registry
  const isAddress = /^(?:(?:oci|https?):\/\/|[/.])/.test(given) || existsSync(given.replace(/@sha256:.*$/s, ''));
  const address = isAddress ? given : `oci://${given}`;
  const { catalogKeys, catalogSigners, registry } = await advisorySources({ ...options, catalog: undefined });
  const report = await pullCatalog({
    dbDir: databaseFolder(options),
    catalog: checkCatalog(address, 'the catalog'),
    catalogKeys,
    catalogSigners,
    registry,
    signal,
    progress: buildProgress(stream),
  });
  stream.clear();
  process.stdout.write(`${report.updated.length} shards\n`);
  return 0;
}

/** `plimsoll db gc` */
export async function runDbGc(
  _args: string[],
  options: Record<string, unknown>,
  { signal }: CommandContext,
): Promise<number> {
  const keep = days(options, 'keepDays', '--keep-days', defaultKeepDays);
  const folder = databaseFolder(options);
  const dropped = await collectGarbage(folder, keep, Date.now(), signal);
  process.stdout.write(`${dropped ?? 0} catalogs removed\n`);
  if (dropped === null)
    progressStream(process.stderr, process.env, options.quiet === true).note(`${folder} is not there`);
  return 0;
}

/** `plimsoll db diff`: 0 also where they differ. */
export async function runDbDiff(
  [before = '', after = '']: string[],
  options: Record<string, unknown>,
  { signal }: CommandContext,
): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['table', 'json'], 'table');
  const { catalogKeys, catalogSigners, registry } = await advisorySources({ ...options, catalog: undefined });
  const diff = await diffCatalogs({
    before: checkCatalog(before, 'the first catalog'),
    after: checkCatalog(after, 'the second catalog'),
    catalogKeys,
    catalogSigners,
    registry,
    signal,
  });
  await writeOutputs(outputs, ({ format }) => {
    if (format === 'json') return `${JSON.stringify({ schemaVersion: '1', ...diff }, null, 2)}\n`;
    return catalogDiffText(diff);
  });
  return 0;
}
