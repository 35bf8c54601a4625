import {
  defaultLapsingDays,
  type OpenedScan,
  type PlatformResults,
  type ScanRequest,
  type ScanResult,
  scanImage,
  scanOpened,
  scanPlatforms,
  severities,
} from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { jobKind } from '../job/job-kind.ts';
import { writeInJob } from '../job/write-in-job.ts';
import { progressStream } from '../progress.ts';
import { cacheFolder, days, list, oneOf, text, today } from '../values.ts';
import { clamdAddress } from './clamd-address.ts';
import { inputFiles } from './input-files.ts';
import {
  baselineOfPlatform,
  baselineSource,
  containerFiles,
  defaultMaxDbAgeDays,
  emptyFiles,
  exceptionFiles,
  firstExitCode,
  judgedAs,
  oneBaseline,
  severityOrder,
  vexFiles,
} from './judging.ts';
import { type KeptRun, keptRun, keptWhile } from './kept-run.ts';
import type { OpenedRun } from './open-again.ts';
import { readPolicies } from './policies.ts';
import { reportFormats } from './report-formats.ts';
import { checkPlatformFiles, plannedReports } from './reports.ts';
import { advisorySources, baseCandidates, subjectRequest } from './request.ts';
import { shownFindings } from './shown-findings.ts';

/**
 * Opens the image, judges it, and writes the reports.
 *
 * @param kept where what is written is kept
 * @param recalled the image, where it is open already
 * @returns the verdict's exit code
 */
export async function judgeAndWrite(
  reference: string,
  options: Record<string, unknown>,
  context: CommandContext,
  kept: KeptRun | undefined,
  recalled: OpenedRun | undefined,
): Promise<number> {
  shownFindings(options);
  const job = jobKind(text(options, 'job'), process.env);
  const inputs = inputFiles(reference, options);
  const outputs = await plannedReports(options, await reportFormats(options), 'table', inputs);
  const planned = (platforms: readonly string[]) => checkPlatformFiles(outputs, platforms, inputs);
  const { results, all, one } = await judge(reference, options, context, { planned, recalled });
  const exitCode = firstExitCode(results.map(({ verdict }) => verdict.exitCode));
  const lookAgain = () => keptRun('scan', reference, options, context);
  await keptWhile(kept, lookAgain, one && { ...one, exitCode }, (keeper) =>
    writeInJob(outputs, results, all, job, options, context, keeper),
  );
  return exitCode;
}

/** What checks signatures is loaded where somebody's count. */
async function signatureTrustOf(options: Record<string, unknown>): Promise<ScanRequest['signatures']> {
  const asked = Object.keys(options).some((key) => key.startsWith('signature') && options[key] !== undefined);
  return asked ? (await import('./trust.ts')).signatureTrust(options) : undefined;
}

interface Judged {
  readonly results: readonly ScanResult[];
  readonly all: PlatformResults<ScanResult> | undefined;
  /** what matters to whoever keeps it; undefined: nobody may */
  readonly one: OpenedScan | undefined;
}

/**
 * Reads and judges an image by the settings of `scan`; writes nothing.
 *
 * @param more `planned`: told of which platforms there are images, before the first is read; `recalled`: the image, where it is
 *   open already
 */
export async function judge(
  reference: string,
  options: Record<string, unknown>,
  context: CommandContext,
  more: { readonly planned: (platforms: readonly string[]) => void; readonly recalled?: OpenedRun | undefined },
): Promise<Judged> {
  const { planned, recalled } = more;
  const failOn = text(options, 'failOn');
  const severity = failOn === undefined ? null : oneOf(failOn, severities, '--fail-on');
  const assignments = list(options, 'set');
  const { policies, policyMaps } = await readPolicies(list(options, 'policy'), severity, assignments);
  const exceptions = await exceptionFiles(list(options, 'exceptions'));
  const baseline = await baselineSource(text(options, 'baseline'), text(options, 'base'));
  const containers = await containerFiles(list(options, 'container'));
  const vex = await vexFiles(list(options, 'vex'));
  const clamd = clamdAddress(text(options, 'clamd'));
  const seconds = text(options, 'clamdTimeout');
  const progress = recalled?.progress ?? progressStream(process.stderr, process.env, options.quiet === true);
  const empty = emptyFiles(exceptions, vex);
  for (const note of empty) progress.note(note);
  const offline = options.offline === true;
  const request: ScanRequest = {
    ...subjectRequest(reference, options, context, progress),
    signatures: await signatureTrustOf(options),
    ...(clamd && { clamd: { address: clamd, totalMs: seconds === undefined ? undefined : 1000 * Number(seconds) } }),
    dbDir: text(options, 'dbDir') ?? cacheFolder('advisories'),
    maxDbAgeDays: days(options, 'maxDbAge', '--max-db-age', defaultMaxDbAgeDays),
    update: options.update === false ? null : { ...(await advisorySources(options)), offline },
    today: today(),
    policies,
    policyMaps,
    exceptions,
    containers,
    baseCandidates: baseCandidates(list(options, 'baseCandidate')),
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
    scanImage({
      ...request,
      reference,
      base: undefined,
      baseCandidates: [],
      signatures: undefined,
      containers: [],
      exceptions: [],
      vex: [],
      ...(platform && { platform }),
    });
  const baselineOf =
    baseline && ((platform: string | null) => baselineOfPlatform(baseline, platform, earlier(platform ?? undefined)));
  const all = request.platform === 'all' ? await scanPlatforms({ ...request, baselineOf }, planned) : undefined;
  const alone = async () => ({ ...request, baseline: baseline && (await oneBaseline(baseline, earlier())) });
  const one = all ? undefined : await scanOpened(await alone(), recalled?.opened);
  const results = all?.results ?? (one ? [one.result] : []);
  progress.clear();
  context.stopIfOver();
  // a map names further files, and an image that is a baseline or another base may be another one tomorrow
  const depends = policyMaps.length > 0 || baseline?.kind === 'image' || list(options, 'baseCandidate').length > 0;
  return { results, all, one: depends ? undefined : one && { ...one, notes: [...empty, ...one.notes] } };
}
