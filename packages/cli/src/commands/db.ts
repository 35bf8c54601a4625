import {
  type BuildProgress,
  buildDatabase,
  databaseStatus,
  progressLine,
  startProgress,
  updateDatabase,
  withShards,
} from '@plimsoll/engine';
import { columns } from '../columns.ts';
import type { CommandContext } from '../command-table.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { type ProgressStream, progressStream } from '../progress.ts';
import { cacheFolder, count, date, days, list, text, today } from '../values.ts';
import { advisorySources, readKey } from './request.ts';

const maxNamed = 20;

/** `plimsoll db build`: 0 also where a mirror lacks feeds, which are named; 3 when a feed that is there cannot be used. */
export async function runDbBuild(
  _args: string[],
  options: Record<string, unknown>,
  { signal }: CommandContext,
): Promise<number> {
  const stream = progressStream(process.stderr, process.env, options.quiet === true);
  const only = list(options, 'only');
  const key = text(options, 'signKey');
  const report = await buildDatabase({
    dbDir: databaseFolder(options),
    mirrors: (await advisorySources(options)).mirrors,
    asOf: date(options, 'asOf', '--as-of'),
    only: only.length > 0 ? only : undefined,
    forOthers: true,
    jobs: count(options, 'jobs', '--jobs'),
    signKey: key === undefined ? undefined : readKey(key, 'private', '--sign-key'),
    signal,
    progress: buildProgress(stream),
  });
  stream.clear();
  for (const { feed, rejected, firstRejection } of report.feeds) {
    if (rejected > 0) stream.note(`${feed}: ${rejected} records could not be read, the first: ${firstRejection}`);
  }
  for (const [feed, skipped] of Map.groupBy(report.skipped, (entry) => entry.feed)) {
    const more = skipped.length > 1 ? ` and ${skipped.length - 1} more` : '';
    stream.note(`${feed}: skipped, no source has ${skipped[0]?.url}${more}`);
  }
  for (const { feed, message } of report.failed) stream.note(`${feed}: failed: ${message}`);
  const names = new Set(report.shards.map(({ name }) => name));
  const missing = only.filter((name) => !names.has(name));
  if (missing.length > 0) stream.note(`not built: ${missing.slice(0, maxNamed).join(', ')}`);
  const records = report.shards.reduce((sum, shard) => sum + shard.records, 0);
  process.stdout.write(`${report.shards.length} shards, ${records} records, ${report.unchanged.length} unchanged\n`);
  return report.failed.length > 0 || missing.length > 0 ? 3 : 0;
}

/** `plimsoll db update`: every shard of the catalog that was not confirmed today; 3 when one could not be. */
export async function runDbUpdate(
  _args: string[],
  options: Record<string, unknown>,
  { signal }: CommandContext,
): Promise<number> {
  const stream = progressStream(process.stderr, process.env, options.quiet === true);
  const dbDir = databaseFolder(options);
  const there = databaseStatus(dbDir, today(), 0);
  const needed = there.filter(({ kind }) => kind !== 'texts').map(({ name }) => name);
  if (needed.length === 0) {
    stream.note('no shards are there yet; a scan fetches what it needs, `plimsoll db build` makes all of them');
    return 0;
  }
  const report = await updateDatabase({
    dbDir,
    needed,
    ...(await advisorySources(options)),
    asOf: today(),
    signal,
    progress: buildProgress(stream),
  });
  stream.clear();
  for (const note of report.notes) stream.note(note);
  const behind = databaseStatus(dbDir, today(), 0).filter(({ stale, file }) => stale || file !== 'ok');
  process.stdout.write(
    `${needed.length - behind.filter(({ kind }) => kind !== 'texts').length} of ${needed.length} shards up to date\n`,
  );
  return behind.length > 0 ? 3 : 0;
}

/** `plimsoll db status`: 1 when a shard is stale, missing or damaged. */
export async function runDbStatus(_args: string[], options: Record<string, unknown>): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['table', 'json'], 'table');
  const at = date(options, 'at', '--at');
  const shards = databaseStatus(databaseFolder(options), at, days(options, 'maxDbAge', '--max-db-age', 5), true);
  const bad = shards.filter(({ stale, file }) => stale || file !== 'ok');
  await writeOutputs(outputs, ({ format }) => {
    if (format === 'json') return `${JSON.stringify({ schemaVersion: '1', at, shards }, null, 2)}\n`;
    const rows = shards.map(({ name, records, size, dataDate, checkedAt, stale, file, example }) => {
      const state = file !== 'ok' ? file : stale ? 'stale' : example ? 'example' : 'ok';
      return [name, String(records), `${Math.ceil(size / 1024)}`, dataDate ?? '-', checkedAt, state];
    });
    const summary =
      shards.length === 0
        ? 'no shards; `plimsoll db build` makes them'
        : `${shards.length} shards, ${bad.length} stale or unusable`;
    return `${columns([['shard', 'records', 'KiB', 'data of', 'checked', 'state'], ...rows], [1, 2])}\n${summary}\n`;
  });
  return bad.length > 0 ? 1 : 0;
}

export function databaseFolder(options: Record<string, unknown>): string {
  return text(options, 'dbDir') ?? cacheFolder('advisories');
}

export function buildProgress(stream: ProgressStream): (event: BuildProgress) => void {
  return ({ group, done, total }) => {
    const state = withShards(startProgress('db'), { current: group, done, total });
    stream.show(() => progressLine(state, stream.columns()));
  };
}
