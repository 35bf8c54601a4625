import {
  defaultLapsingDays,
  differenceJson,
  differenceOf,
  differenceText,
  lackingFacts,
  platformResults,
  type ReplayAdvisories,
  type ReportFormat,
  replay,
  type ScanResult,
  severities,
} from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { progressStream } from '../progress.ts';
import { cacheFolder, date, days, list, oneOf, text, today } from '../values.ts';
import { inputFiles } from './input-files.ts';
import {
  baselineFile,
  defaultMaxDbAgeDays,
  emptyFiles,
  exceptionFiles,
  firstExitCode,
  judgedAs,
  severityOrder,
  vexFiles,
} from './judging.ts';
import { readPolicies } from './policies.ts';
import { isFile, recordedFiles, recordedPolicies } from './recorded-inputs.ts';
import { reportFormats } from './report-formats.ts';
import { plannedReports, writeReports } from './reports.ts';
import { advisorySources, stages } from './request.ts';
import { scanProgress } from './scan-progress.ts';
import { screenOptions } from './screen-options.ts';
import { shownFindings } from './shown-findings.ts';
import { storedResults } from './stored-results.ts';

/** `plimsoll replay RESULT`: the exit code is that of the verdict now. */
export async function runReplay(
  [path = '']: string[],
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  const show = shownFindings(options);
  const stored = new Map<ScanResult, ScanResult>();
  const formats = [...(await reportFormats(options)), ...differences(stored)];
  const outputs = await plannedReports(options, formats, 'difference', inputFiles(null, options));
  const { results, all } = await storedResults(path);
  const progress = progressStream(process.stderr, process.env, options.quiet === true);
  const again: ScanResult[] = [];
  for (const result of results) {
    const request = await replayRequest(result, options, context);
    for (const note of emptyFiles(request.exceptions, request.vex)) progress.note(note);
    const others = result.inputs.baseCandidates?.map(({ reference }) => reference) ?? [];
    if (others.length > 0)
      progress.note(`${others.join(', ')}: base images that were judged too are not looked at again; a scan does that`);
    const judged = await replay(result, { ...request, progress: scanProgress(path, progress) });
    stored.set(judged, result);
    again.push(judged);
  }
  progress.clear();
  context.stopIfOver();
  const together = all && platformResults(all.reference, again);
  await writeReports(outputs, again, together, (toTerminal) => ({ ...screenOptions(toTerminal), show }));
  return firstExitCode(again.map(({ verdict }) => verdict.exitCode));
}

/** What changed against the stored results, as further formats. */
function differences(stored: ReadonlyMap<ScanResult, ScanResult>): readonly ReportFormat[] {
  const of = (judged: ScanResult) => differenceOf(stored.get(judged) ?? judged, judged);
  return [
    {
      name: 'difference',
      extension: 'txt',
      mediaType: 'text/plain',
      render: (result, options) => differenceText(of(result), options),
      renderAll: ({ results }, options) => results.map((each) => differenceText(of(each), options)).join('\n'),
    },
    {
      name: 'difference-json',
      extension: 'json',
      mediaType: 'application/json',
      render: (result) => differenceJson(of(result)),
    },
  ];
}

/** As the result was judged, with what the options say otherwise. */
async function replayRequest(result: ScanResult, options: Record<string, unknown>, context: CommandContext) {
  const { inputs } = result;
  const settings = recordedSettings(result);
  const given = <T>(flag: string, otherwise: readonly T[]) =>
    options[flag] === undefined ? otherwise : list(options, flag);
  const failOn = text(options, 'failOn') ?? settings.failOn;
  const severity = failOn === undefined ? null : oneOf(failOn, severities, '--fail-on');
  const parameters = given('set', settings.parameters);
  const policy = list(options, 'policy');
  const { policies, policyMaps } = await readPolicies(
    policy.length > 0 ? policy : recordedPolicies(result),
    severity,
    parameters,
  );
  const lacking = lackingFacts(result, [...policies, ...policyMaps.flatMap((map) => map.policies.flat())]);
  if (lacking.length > 0) {
    throw new UsageError(
      `the result does not hold what the policy looks at: ${lacking.join(', ')}; scan the image again with this policy, or with --facts all`,
    );
  }
  const files = async (flag: string, recorded: Readonly<Record<string, string>> | undefined, what: string) => {
    const paths = list(options, flag);
    return paths.length > 0 ? paths : recordedFiles(recorded ?? {}, what, `--${flag}`);
  };
  const evaluatedAt = options.at === undefined ? inputs.evaluatedAt : date(options, 'at', '--at');
  const stage = text(options, 'stage') ?? inputs.subject.stage;
  const distro = text(options, 'distro') ?? settings.distro;
  return {
    version: context.version,
    evaluatedAt,
    stage: oneOf(stage, stages, '--stage'),
    dbDir: text(options, 'dbDir') ?? cacheFolder('advisories'),
    maxDbAgeDays: days(options, 'maxDbAge', '--max-db-age', settings.maxDbAgeDays ?? defaultMaxDbAgeDays),
    today: today(),
    advisories: await advisoriesOf(options, evaluatedAt),
    policies,
    policyMaps,
    exceptions: await exceptionFiles(await files('exceptions', inputs.exceptions, 'the exceptions file')),
    vex: await vexFiles(await files('vex', inputs.vex, 'the VEX document')),
    baseline: await recordedBaseline(result, text(options, 'baseline')),
    lapsingDays: days(options, 'expiryWarning', '--expiry-warning', settings.lapsingDays ?? defaultLapsingDays),
    failOn: severity,
    judgedAs: judgedAs(distro),
    parameters,
    severityOrder: severityOrder(list(options, 'severityOrder')) ?? settings.severityOrder,
    gate: options.gate !== false && settings.gate,
    signal: context.signal,
  };
}

async function recordedBaseline({ inputs }: ScanResult, given: string | undefined) {
  if (given !== undefined) return baselineFile(given);
  const { baseline } = inputs.history;
  const [recorded] = typeof baseline === 'object' && baseline !== null ? Object.entries(baseline) : [];
  if (recorded === undefined) return undefined;
  const [path, digest] = recorded;
  const found = isFile(path) ? await baselineFile(path).catch(() => undefined) : undefined;
  if (found?.digest === digest) return found;
  throw new UsageError(`the baseline ${path} of the result is gone or was changed since: say --baseline FILE`);
}

/** With neither a day nor a source those of the result; of a day in the past what is kept of it. */
async function advisoriesOf(options: Record<string, unknown>, evaluatedAt: string): Promise<ReplayAdvisories> {
  const sources = await advisorySources(options);
  const offline = options.offline === true;
  const update = options.update === false ? null : { ...sources, offline };
  if (sources.catalog !== undefined || sources.mirrors.length > 0) return { of: 'scan', update };
  if (options.at === undefined) return { of: 'result' };
  return evaluatedAt < today() ? { of: 'day', day: evaluatedAt } : { of: 'scan', update };
}

/** Settings of a scan as a result holds them: a file may hold anything. */
function recordedSettings({ inputs: { settings } }: ScanResult) {
  const word = (name: string) => (typeof settings[name] === 'string' ? settings[name] : undefined);
  const number = (name: string) => (Number.isInteger(settings[name]) ? Number(settings[name]) : undefined);
  const words = (name: string) => (Array.isArray(settings[name]) ? settings[name].map(String) : []);
  return {
    gate: settings.gate !== false,
    failOn: word('failOn'),
    distro: word('distro'),
    lapsingDays: number('lapsingDays'),
    maxDbAgeDays: number('maxDbAgeDays'),
    parameters: words('parameters'),
    severityOrder: Array.isArray(settings.severityOrder) ? words('severityOrder') : undefined,
  };
}
