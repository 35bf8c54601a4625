import { type CommandContext, commands, settingNames } from '../command-table.ts';
import type { ForeignTool } from '../compat/foreign-tool.ts';
import { parseWords } from '../compat/parse-words.ts';
import { toolLog } from '../compat/tool-log.ts';
import { foreignToolNames, foreignTools } from '../compat/tools.ts';
import { describeFailure, Interrupted, UsageError } from '../exit.ts';
import { jobKind } from '../job/job-kind.ts';
import { resolveSettings } from '../settings.ts';
import { list, oneOf, text } from '../values.ts';
import { inputFiles } from './input-files.ts';

/**
 * `plimsoll compat TOOL …`: does what that tool would do with this command line, and ends with that tool's exit codes. Whatever
 * goes wrong once the tool is known is one of its failures, and never 0.
 */
export async function runCompat(
  [name = '', ...argv]: string[],
  _options: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  const tool = await foreignTools[oneOf(name, foreignToolNames, 'the tool')]!();
  // a token on the command line need not stand in the list of processes for as long as the scan takes
  process.title = `plimsoll ${tool.name}`;
  if (
    argv.some((word) => word === '--help' || (word === '-h' && !tool.options.some(({ names }) => names.includes('-h'))))
  ) {
    const { toolHelp } = await import('../compat/tool-help.ts');
    process.stdout.write(toolHelp(tool));
    return 0;
  }
  if (argv.length === 1 && argv[0] === '--version') {
    process.stdout.write(`${tool.name} (plimsoll ${context.version})\n`);
    return 0;
  }
  const log = toolLog(tool);
  try {
    const given = read(tool, argv);
    return await scanFor(tool, given, log, context);
  } catch (error) {
    // the same for every command: one line, and 130
    if (context.signal.aborted && context.signal.reason instanceof Interrupted) throw context.signal.reason;
    const { code, lines } = describeFailure(error, context.signal);
    for (const line of lines) log.say('CRIT', line);
    return error instanceof WrongWords ? tool.exits.usage : tool.exits[code as 2 | 3];
  }
}

/** What is wrong by the grammar of the tool, as opposed to files and settings. */
class WrongWords extends UsageError {}

function read(tool: ForeignTool, argv: readonly string[]) {
  try {
    return parseWords(argv, tool.options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new WrongWords(`${error.message}; see plimsoll compat ${tool.name} --help`);
  }
}

async function scanFor(
  tool: ForeignTool,
  given: ReturnType<typeof parseWords>,
  log: ReturnType<typeof toolLog>,
  context: CommandContext,
): Promise<number> {
  const scan = await tool.translate(given, process.env);
  Object.assign(process.env, scan.environment);
  if (scan.logFile !== undefined) await log.open(scan.logFile);
  for (const note of scan.notes) log.say('INFO', note);
  const specs = commands.find(({ usage }) => usage.startsWith('scan '))!.options;
  const { options: settings } = await resolveSettings(
    { values: { ...scan.usual, ...scan.fixed }, isGiven: (key) => Object.hasOwn(scan.fixed, key) },
    specs,
    settingNames,
    process.env,
  );
  // reports that variable or settings file ask for are written beside the tool's own; standard output is the tool's
  const more = list(settings, 'format').filter((word) => word.includes('='));
  const options = { ...settings, format: [...scan.reports, ...more] };
  const [{ reportFormats }, { checkPlatformFiles, plannedReports }, { writeInJob }] = await Promise.all([
    import('./report-formats.ts'),
    import('./reports.ts'),
    import('../job/write-in-job.ts'),
  ]);
  const [{ judge }, { firstExitCode }] = await Promise.all([import('./judge.ts'), import('./judging.ts')]);
  const formats = [...(await reportFormats(options)), ...(scan.formats ?? [])];
  const inputs = inputFiles(scan.reference, options);
  const outputs = options.format.length === 0 ? [] : await plannedReports(options, formats, 'table', inputs);
  const planned = (platforms: readonly string[]) => checkPlatformFiles(outputs, platforms, inputs);
  const job = jobKind(text(options, 'job'), process.env);
  const { results, all } = await judge(scan.reference, options, context, { planned });
  await writeInJob(outputs, results, all, job, options, context);
  const code = firstExitCode(results.map(({ verdict }) => verdict.exitCode));
  for (const { verdict } of results) {
    for (const reason of verdict.reasons.filter((each) => each.exitCode > 1))
      log.say('CRIT', `the image cannot be approved, ${reason.code}: ${reason.message}`);
  }
  const others = results.flatMap((result) => scan.finish?.(result, log) ?? []);
  if (context.signal.aborted) throw context.signal.reason;
  return others[0] ?? (code === 0 ? 0 : tool.exits[code as 1 | 4 | 5]);
}
