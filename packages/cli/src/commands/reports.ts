import { join, parse } from 'node:path';
import type { InventoryResult, PlatformResults, ReportKeeper, ReportOptions } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { checkOutputs, type Output, parseOutputs, type Rendered, writeOutputs } from '../output.ts';
import { list } from '../values.ts';

/** What a command writes of its results; formats of scans and of inventories both fit. */
export interface Format<R extends InventoryResult> {
  readonly name: string;
  readonly mediaType: string;
  render(result: R, options: ReportOptions): Rendered;
  renderAll?(results: PlatformResults<R>, options: ReportOptions): Rendered;
}

export interface PlannedOutput<R extends InventoryResult> extends Output<string> {
  readonly by: Format<R>;
}

/**
 * What `--format` asks for.
 *
 * @param inputs files that no report may replace
 * @throws UsageError also when all platforms should go to standard output in a format that knows one image alone
 * @throws OutputError for a file that could not be written, so that nobody waits for a scan first
 */
export async function plannedReports<R extends InventoryResult>(
  options: Record<string, unknown>,
  formats: readonly Format<R>[],
  otherwise: string,
  inputs: readonly string[],
): Promise<readonly PlannedOutput<R>[]> {
  const names = formats.map(({ name }) => name);
  const all = options.platform === 'all';
  const planned = parseOutputs(list(options, 'format'), names, otherwise).map((output) => {
    const by = formats.find(({ name }) => name === output.format);
    if (!by) throw new UsageError(`unknown format ${output.format}`);
    const report = { ...output, by };
    if (all) needsFile(report, 'with --platform all');
    if (isNoText(by) && output.file === undefined && process.stdout.isTTY)
      throw new UsageError(`--format ${by.name} needs a file: it is no text for a terminal`);
    return report;
  });
  checkOutputs(planned, inputs);
  return planned;
}

function isNoText({ mediaType }: Pick<Format<never>, 'mediaType'>): boolean {
  return mediaType === 'application/zip';
}

/** @throws UsageError for several images that should go to standard output in a format that knows one alone */
export function needsFile<R extends InventoryResult>({ by, file }: PlannedOutput<R>, when: string): void {
  if (!by.renderAll && file === undefined) throw new UsageError(`--format ${by.name} needs a file ${when}`);
}

/** A format that knows one image alone is written once a platform: `report.html` becomes `report.linux-arm64.html`. */
export async function writeReports<R extends InventoryResult>(
  planned: readonly PlannedOutput<R>[],
  results: readonly R[],
  all: PlatformResults<R> | undefined,
  optionsOf: (toTerminal: boolean) => ReportOptions,
  keeper?: Pick<ReportKeeper, 'passing'>,
): Promise<void> {
  const reports = planned.flatMap((output) => {
    const { by, file } = output;
    const options = optionsOf(file === undefined);
    if (all && by.renderAll) return { ...output, render: () => by.renderAll?.(all, options) ?? '' };
    return results.map((result) => ({
      ...output,
      file: all && file !== undefined ? fileOfPlatform(file, result.image.platform) : file,
      render: () => by.render(result, options),
    }));
  });
  const keep = keeper && ((pieces: Iterable<Uint8Array>, place: number) => keeper.passing(place, pieces));
  await writeOutputs(reports, ({ render }) => render(), keep);
}

/** An image's author chooses what its platform is called: line ends and escape sequences are no part of a file's name. */
const unfit = /[^\w.+-]/g;

function fileOfPlatform(file: string, platform: string | null): string {
  const { dir, name, ext } = parse(file);
  return join(dir, `${name}.${(platform ?? 'unknown').replaceAll(unfit, '-')}${ext}`);
}

/**
 * Holds the files that reports of each platform go to against what is there, and against one another.
 *
 * @throws OutputError for one that could not be written
 * @throws UsageError for an input, and for one file by two names
 */
export function checkPlatformFiles(
  planned: readonly PlannedOutput<never>[],
  platforms: readonly string[],
  inputs: readonly string[],
): void {
  const files = planned.flatMap(({ by, format, file }) =>
    by.renderAll || file === undefined
      ? { format, file }
      : platforms.map((platform) => ({ format, file: fileOfPlatform(file, platform) })),
  );
  checkOutputs(files, inputs);
}
