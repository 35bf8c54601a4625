import type { PlatformResults, ReportKeeper, ScanResult } from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { registryOptions } from '../commands/registry-options.ts';
import { type PlannedOutput, writeReports } from '../commands/reports.ts';
import { screenOptions } from '../commands/screen-options.ts';
import { shownFindings } from '../commands/shown-findings.ts';
import type { JobKind } from './job-kind.ts';

/**
 * Writes the reports of a scan, and what the job that it runs in shows beside them: sections of its log, annotations, its
 * summary, a comment. None of that changes a verdict or an exit code.
 *
 * @throws OutputError for a report that was asked for
 */
export async function writeInJob(
  outputs: readonly PlannedOutput<ScanResult>[],
  results: readonly ScanResult[],
  all: PlatformResults<ScanResult> | undefined,
  job: JobKind,
  options: Record<string, unknown>,
  context: CommandContext,
  keeper?: Pick<ReportKeeper, 'passing'>,
): Promise<void> {
  const show = shownFindings(options);
  const note = (line: string) => {
    if (options.quiet !== true) process.stderr.write(`plimsoll: ${line}\n`);
  };
  const inJob = job === 'none' ? undefined : await import('./job-output.ts');
  const files = outputs.flatMap(({ file, format }) => (file === undefined ? [] : `${format}: ${file}`));
  const reports = outputs.map((output) => {
    return inJob && job !== 'none' && output.file === undefined
      ? { ...output, by: inJob.inLog(output.by, job, files) }
      : output;
  });
  await writeReports(reports, results, all, (toTerminal) => ({ ...screenOptions(toTerminal), show }), keeper);
  if (job === 'github') await inJob?.tellGithub(results, process.env, note);
  if (options.comment !== true) return;
  if (options.offline === true) return note('no comment is written: --offline');
  const { commentOnRequest } = await import('./comment.ts');
  for (const result of results) {
    const problem = await commentOnRequest(result, process.env, registryOptions(options), context.signal);
    if (problem !== null) note(problem);
  }
}
