import {
  type Baseline,
  baselineOf,
  defaultLapsingDays,
  type ExceptionFile,
  readExceptions,
  readVex,
  type ScanRequest,
  scanImage,
  scanPlatforms,
  severities,
  type VexFile,
  type WithDigest,
} from '@plimsoll/engine';
import type { CommandContext } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { progressStream } from '../progress.ts';
import { cacheFolder, days, list, oneOf, text, today } from '../values.ts';
import { clamdAddress } from './clamd-address.ts';
import { readPolicies } from './policies.ts';
import { reportFormats } from './report-formats.ts';
import { plannedReports, writeReports } from './reports.ts';
import { advisorySources, readWithDigest, subjectRequest, withDigest } from './request.ts';
import { screenOptions } from './screen-options.ts';
import { shownFindings } from './shown-findings.ts';

const defaultMaxDbAgeDays = 5;

/** `plimsoll scan IMAGE`: the exit code is the verdict's. */
export async function runScan(
  [reference = '']: string[],
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<number> {
  const show = shownFindings(options);
  const outputs = await plannedReports(options, await reportFormats(options), 'table');
  const failOn = text(options, 'failOn');
  const severity = failOn === undefined ? null : oneOf(failOn, severities, '--fail-on');
  const assignments = list(options, 'set');
  const { policies, policyMaps } = await readPolicies(list(options, 'policy'), severity, assignments);
  const exceptions = await exceptionFiles(list(options, 'exceptions'));
  const baseline = await baselineFile(text(options, 'baseline'));
  const vex = await vexFiles(list(options, 'vex'));
  const clamd = clamdAddress(text(options, 'clamd'));
  const progress = progressStream(process.stderr, process.env, options.quiet === true);
  const offline = options.offline === true;
  const request: ScanRequest = {
    ...subjectRequest(reference, options, context, progress),
    ...(clamd && { clamd: { address: clamd } }),
    dbDir: text(options, 'dbDir') ?? cacheFolder('advisories'),
    maxDbAgeDays: days(options, 'maxDbAge', '--max-db-age', defaultMaxDbAgeDays),
    update: options.update === false ? null : { ...advisorySources(options), offline },
    today: today(),
    policies,
    policyMaps,
    exceptions,
    vex,
    baseline,
    lapsingDays: days(options, 'expiryWarning', '--expiry-warning', defaultLapsingDays),
    failOn: severity,
    judgedAs: judgedAs(text(options, 'distro')),
    parameters: assignments,
    severityOrder: severityOrder(list(options, 'severityOrder')),
    gate: options.gate !== false,
  };
  const all = request.platform === 'all' ? await scanPlatforms(request) : undefined;
  const results = all?.results ?? [await scanImage(request)];
  progress.clear();
  context.stopIfOver();
  await writeReports(outputs, results, all, (toTerminal) => ({ ...screenOptions(toTerminal), show }));
  return firstExitCode(results.map(({ verdict }) => verdict.exitCode));
}

/** `debian:12` */
function judgedAs(given: string | undefined): ScanRequest['judgedAs'] {
  if (given === undefined) return null;
  const [, id, version] = /^([a-z][a-z0-9._-]*):([a-z0-9][a-z0-9._-]*)$/.exec(given) ?? [];
  if (id === undefined || version === undefined) {
    throw new UsageError(`--distro is "${given}"; say the distribution and its release, such as debian:12`);
  }
  return { id, version };
}

/** `distro`, and sources as a result names them: `nvd`, `cisa-vulnrichment`, `redhat`, `secalert@redhat.com`. */
function severityOrder(given: readonly string[]): readonly string[] | undefined {
  const order = given.flatMap((value) => value.split(',')).map((name) => name.trim());
  if (order.length === 0) return undefined;
  const odd = order.find((name, at) => !/^[a-z0-9][a-z0-9._@+-]{0,99}$/i.test(name) || order.indexOf(name) !== at);
  if (odd === undefined) return order;
  throw new UsageError(`--severity-order holds "${odd}"; name each source once, such as distro,nvd,cisa-vulnrichment`);
}

/** Of several that apply the first in this order is given: what is broken, then what could not be judged. */
const exitOrder: readonly number[] = [1, 5, 4];

function firstExitCode(codes: readonly number[]): number {
  return exitOrder.find((code) => codes.includes(code)) ?? 0;
}

function exceptionFiles(paths: readonly string[]): Promise<WithDigest<ExceptionFile>[]> {
  return Promise.all(
    paths.map((path) => readWithDigest(path, 'exceptions file', (body) => readExceptions(body, path))),
  );
}

async function baselineFile(path: string | undefined): Promise<WithDigest<Baseline> | undefined> {
  if (path === undefined) return undefined;
  const { oneResult } = await import('./result-file.ts');
  const result = await oneResult(path);
  // its inputs name it: they are what it is a function of
  return withDigest(JSON.stringify([result.inputs, result.findings]), () => baselineOf(result, path));
}

/** Vendors publish documents about all of their products. */
const maxVexBytes = 64 * 1024 * 1024;

async function vexFiles(paths: readonly string[]): Promise<WithDigest<VexFile>[]> {
  const files: WithDigest<VexFile>[] = [];
  for (const path of paths) {
    files.push(await readWithDigest(path, 'VEX document', (body) => readVex(body, path), maxVexBytes));
  }
  return files;
}
