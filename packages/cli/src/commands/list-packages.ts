import { gateClosingCodes, inventoryFormats, listOpened, listPlatforms } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { progressStream } from '../progress.ts';
import { inputFiles } from './input-files.ts';
import { type KeptRun, keptRun, keptWhile } from './kept-run.ts';
import type { OpenedRun } from './open-again.ts';
import { checkPlatformFiles, plannedReports, writeReports } from './reports.ts';
import { subjectRequest } from './request.ts';

/** No inventory format looks at them. */
const noOptions = { columns: 80, color: false, unicode: true, show: { onlyFixed: false } } as const;

/** Of what was not read, so many are named on standard error. */
const maxNamed = 3;

/**
 * Opens the image, and writes what is inside.
 *
 * @param kept where what is written is kept
 * @param recalled the image, where it is open already
 * @returns the exit code
 */
export async function listPackages(
  reference: string,
  options: Record<string, unknown>,
  context: CommandContext,
  kept: KeptRun | undefined,
  recalled: OpenedRun | undefined,
): Promise<number> {
  const inputs = inputFiles(reference, options);
  const outputs = await plannedReports(options, inventoryFormats, 'json', inputs);
  const progress = recalled?.progress ?? progressStream(process.stderr, process.env, options.quiet === true);
  const judged = outputs.some(({ format }) =>
    inventoryFormats.some(({ name, isJudgedLater }) => name === format && isJudgedLater),
  );
  const request = { ...subjectRequest(reference, options, context, progress), judged };
  const planned = (platforms: readonly string[]) => checkPlatformFiles(outputs, platforms, inputs);
  const all = request.platform === 'all' ? await listPlatforms(request, planned) : undefined;
  const one = all ? undefined : await listOpened(request, recalled?.opened);
  const results = all?.results ?? (one ? [one.result] : []);
  progress.clear();
  context.stopIfOver();
  const unseen = results.flatMap(({ incomplete }) => incomplete).filter(({ code }) => gateClosingCodes.has(code));
  const notes = unseen
    .slice(0, maxNamed)
    .map(({ path, message }) => `incomplete: ${path ? `${path}: ` : ''}${message}`);
  if (unseen.length > maxNamed) notes.push(`incomplete: and ${unseen.length - maxNamed} more, which the report lists`);
  const exitCode = unseen.length > 0 ? 4 : 0;
  const lookAgain = () => keptRun('sbom', reference, options, context);
  await keptWhile(kept, lookAgain, one && { ...one, shards: new Map(), exitCode, notes }, (keeper) =>
    writeReports(outputs, results, all, () => noOptions, keeper),
  );
  for (const note of notes) progress.note(note);
  return exitCode;
}
