import { type OpenSubject, openSubject, recallFacts } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { checkOutputs } from '../output.ts';
import { type ProgressStream, progressStream } from '../progress.ts';
import { inputFiles } from './input-files.ts';
import { archiveNow, type KeptRun, keepArchive, type Recalled, reportsAbout, writeAgain } from './kept-run.ts';
import { subjectRequest } from './request.ts';

/** An image that was opened to see what it is. */
export interface OpenedRun {
  readonly opened: OpenSubject;
  readonly progress: ProgressStream;
}

/**
 * Opens the image, and writes what an earlier run with the same inputs wrote about it: it may be the same under another name,
 * or in another file. Undefined: there was no run with these inputs.
 */
export async function openAgain(
  kept: KeptRun,
  reference: string,
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<Recalled | undefined> {
  const facts = recallFacts(kept.store, kept.inputs);
  if (facts === undefined) return undefined;
  checkOutputs(kept.outputs, inputFiles(reference, options));
  const progress = progressStream(process.stderr, process.env, options.quiet === true);
  const opened = await openSubject({ ...subjectRequest(reference, options, context, progress), facts });
  const reports = opened.key === null ? undefined : reportsAbout(kept, opened.key);
  if (opened.key === null || reports === undefined) return { opened, progress };
  await opened.close();
  keepArchive(kept, archiveNow(kept.inputs, reference, options), opened.key);
  return writeAgain(kept, reports, progress, context);
}
