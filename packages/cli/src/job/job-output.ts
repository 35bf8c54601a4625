import { randomBytes } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { formats, githubAnnotations, jobScreen, type ReportFormat, type ScanResult } from '@plimsoll/engine';
import type { Format } from '../commands/reports.ts';
import { fileReason } from '../files.ts';
import type { JobKind } from './job-kind.ts';

/** Of other tools: for people to read, and for no program. */
const toolScreens: ReadonlySet<string> = new Set(['clair-table', 'qualys-summary']);

/** What goes to standard output, as the log of a job takes it; what a program may read there stays as it is. */
export function inLog(
  format: Format<ScanResult>,
  kind: Exclude<JobKind, 'none'>,
  reports: readonly string[],
): Format<ScanResult> {
  if (format.name === 'table') return tableInJob(format, kind, reports);
  if (kind !== 'github' || !toolScreens.has(format.name)) return format;
  return { ...format, render: (result, options) => inert(format.render(result, options)) };
}

/**
 * The table as a job's log shows it: one screen first, the whole of it in a section that is folded.
 *
 * @param reports files that the other reports of this run are in
 */
function tableInJob(
  table: Format<ScanResult>,
  kind: Exclude<JobKind, 'none'>,
  reports: readonly string[],
): Format<ScanResult> {
  const { renderAll } = table;
  return {
    ...table,
    *render(result, options) {
      const screen = jobScreen(result, options, reports);
      if (kind === 'github') yield* inert([screen]);
      else yield screen;
      yield* folded(kind, table.render(result, options));
    },
    ...(renderAll && { renderAll: (all, options) => folded(kind, renderAll(all, options)) as Iterable<string> }),
  };
}

function folded(kind: Exclude<JobKind, 'none'>, whole: Pieces): Iterable<string | Uint8Array> {
  if (kind === 'gitlab') return section('plimsoll_report', 'The whole report', whole);
  return ['::group::The whole report\n', ...inert(whole), '::endgroup::\n'];
}

type Pieces = string | Iterable<string | Uint8Array>;

/** No line of it is a command to GitHub's runner, whatever an image or an advisory has written there. */
function inert(pieces: Pieces): readonly (string | Uint8Array)[] {
  const end = `plimsoll-${randomBytes(16).toString('hex')}`;
  return [`::stop-commands::${end}\n`, ...(typeof pieces === 'string' ? [pieces] : pieces), `::${end}::\n`];
}

/** @see https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections */
function section(name: string, title: string, pieces: Pieces): readonly (string | Uint8Array)[] {
  const now = Math.floor(Date.now() / 1000);
  return [
    `\x1b[0Ksection_start:${now}:${name}[collapsed=true]\r\x1b[0K${title}\n`,
    ...(typeof pieces === 'string' ? [pieces] : pieces),
    `\x1b[0Ksection_end:${now}:${name}\r\x1b[0K\n`,
  ];
}

/** What GitHub shows beside the log: annotations, and the summary of the job. A summary that cannot be written is no failure. */
export async function tellGithub(
  results: readonly ScanResult[],
  env: NodeJS.ProcessEnv,
  note: (line: string) => void,
): Promise<void> {
  for (const result of results) for (const line of githubAnnotations(result)) process.stderr.write(line);
  const file = env.GITHUB_STEP_SUMMARY;
  const summary = formats.find(({ name }) => name === 'markdown-summary');
  if (!file || summary === undefined) return;
  try {
    for (const result of results) await appendFile(file, [...rendered(summary, result)].join(''));
  } catch (error) {
    note(`the summary of the job cannot be written: ${fileReason(error as NodeJS.ErrnoException)}`);
  }
}

function rendered(format: ReportFormat, result: ScanResult): Iterable<string | Uint8Array> {
  const body = format.render(result, { columns: 100, color: false, unicode: true, show: { onlyFixed: false } });
  return typeof body === 'string' ? [body] : body;
}
