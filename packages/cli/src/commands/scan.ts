import {
  defaultLapsingDays,
  type PlatformResults,
  type ScanRequest,
  type ScanResult,
  scanImage,
  scanPlatforms,
  severities,
} from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { jobKind } from '../job/job-kind.ts';
import { writeInJob } from '../job/write-in-job.ts';
import { progressStream } from '../progress.ts';
import { cacheFolder, days, list, oneOf, text, today } from '../values.ts';
import { clamdAddress } from './clamd-address.ts';
import {
  baselineOfPlatform,
  baselineSource,
  defaultMaxDbAgeDays,
  exceptionFiles,
  firstExitCode,
  judgedAs,
  oneBaseline,
  severityOrder,
  vexFiles,
} from './judging.ts';
import { readPolicies } from './policies.ts';
import { reportFormats } from './report-formats.ts';
import { plannedReports } from './reports.ts';
import { advisorySources, subjectRequest } from './request.ts';
import { shownFindings } from './shown-findings.ts';

/** `plimsoll scan IMAGE`: the exit code is the verdict's. */
export async function runScan(
  [reference = '']: string[],
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  shownFindings(options);
  const job = jobKind(text(options, 'job'), process.env);
  const outputs = await plannedReports(options, await reportFormats(options), 'table');
  const { results, all } = await judge(reference, options, context);
  await writeInJob(outputs, results, all, job, options, context);
  return firstExitCode(results.map(({ verdict }) => verdict.exitCode));
}

/** Reads and judges an image by the settings of `scan`; writes nothing. */
export async function judge(
  reference: string,
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<{ readonly results: readonly ScanResult[]; readonly all: PlatformResults<ScanResult> | undefined }> {
  const failOn = text(options, 'failOn');
  const severity = failOn === undefined ? null : oneOf(failOn, severities, '--fail-on');
  const assignments = list(options, 'set');
  const { policies, policyMaps } = await readPolicies(list(options, 'policy'), severity, assignments);
  const exceptions = await exceptionFiles(list(options, 'exceptions'));
  const baseline = await baselineSource(text(options, 'baseline'), text(options, 'base'));
  const vex = await vexFiles(list(options, 'vex'));
  const clamd = clamdAddress(text(options, 'clamd'));
  const seconds = text(options, 'clamdTimeout');
  const progress = progressStream(process.stderr, process.env, options.quiet === true);
  const offline = options.offline === true;
  const request: ScanRequest = {
    ...subjectRequest(reference, options, context, progress),
    ...(clamd && { clamd: { address: clamd, totalMs: seconds === undefined ? undefined : 1000 * Number(seconds) } }),
    dbDir: text(options, 'dbDir') ?? cacheFolder('advisories'),
    maxDbAgeDays: days(options, 'maxDbAge', '--max-db-age', defaultMaxDbAgeDays),
    update: options.update === false ? null : { ...advisorySources(options), offline },
    today: today(),
    policies,
    policyMaps,
    exceptions,
    vex,
    lapsingDays: days(options, 'expiryWarning', '--expiry-warning', defaultLapsingDays),
    failOn: severity,
    judgedAs: judgedAs(text(options, 'distro')),
    parameters: assignments,
    severityOrder: severityOrder(list(options, 'severityOrder')),
    gate: options.gate !== false,
  };
  // what an exception excuses there is not for a baseline to prolong
  const earlier = (platform?: string) => (reference: string) =>
    scanImage({ ...request, reference, base: undefined, exceptions: [], vex: [], ...(platform && { platform }) });
  const baselineOf =
    baseline && ((platform: string | null) => baselineOfPlatform(baseline, platform, earlier(platform ?? undefined)));
  const all = request.platform === 'all' ? await scanPlatforms({ ...request, baselineOf }) : undefined;
  const alone = async () => ({ ...request, baseline: baseline && (await oneBaseline(baseline, earlier())) });
  const results = all?.results ?? [await scanImage(await alone())];
  progress.clear();
  context.stopIfOver();
  return { results, all };
}
