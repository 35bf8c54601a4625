import type { CommandContext } from '../command-table.ts';
import { inputFiles } from './input-files.ts';
import { reportFormats } from './report-formats.ts';
import { needsFile, plannedReports, writeReports } from './reports.ts';
import { screenOptions } from './screen-options.ts';
import { shownFindings } from './shown-findings.ts';
import { storedResults } from './stored-results.ts';

/** `plimsoll report RESULT`: ends with 0 when the reports are written, whatever the verdict in them is. */
export async function runReport(
  [path = '']: string[],
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  const show = shownFindings(options);
  const outputs = await plannedReports(options, await reportFormats(options), 'table', inputFiles(null, options));
  const { results, all } = await storedResults(path);
  if (all) for (const output of outputs) needsFile(output, 'for a result of all platforms');
  context.stopIfOver();
  await writeReports(outputs, results, all, (toTerminal) => ({ ...screenOptions(toTerminal), show }));
  return 0;
}
