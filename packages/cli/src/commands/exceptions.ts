import {
  type CheckedException,
  checkExceptions,
  defaultLapsingDays,
  type ExceptionFile,
  pruneExceptions,
  readExceptions,
  type ScanResult,
  writeExceptions,
} from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { oneLine } from '../one-line.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { date, days, list, text } from '../values.ts';
import { readConfiguration } from './request.ts';
import { oneResult } from './result-file.ts';

async function readFiles(paths: readonly string[]): Promise<readonly { text: string; file: ExceptionFile }[]> {
  const read = async (path: string) => {
    const body = await readConfiguration(path, 'exceptions file');
    return { text: body, file: await readExceptions(body, path) };
  };
  return Promise.all(paths.map(read));
}

/** `plimsoll exceptions convert FILE…`: the exceptions of all files as one of ours. */
export async function runExceptionsConvert(paths: string[], options: Record<string, unknown>): Promise<number> {
  const files = await readFiles(paths);
  const expires = options.expires === undefined ? null : date(options, 'expires', '--expires');
  const written = writeExceptions(
    files.flatMap(({ file }) => file.exceptions),
    { owner: text(options, 'owner') ?? null, expires },
  );
  if (!('text' in written)) {
    const problems = [
      ...(written.ownerless > 0 ? [`${written.ownerless} of the exceptions have no owner; say --owner`] : []),
      ...(written.endless > 0 ? [`${written.endless} of the exceptions have no end; say --expires`] : []),
    ];
    throw new UsageError(problems.join('\n'));
  }
  await writeText(text(options, 'output'), written.text);
  return 0;
}

/** `plimsoll exceptions check FILE…`: 1 when one of them should be mended or taken out. */
export async function runExceptionsCheck(paths: string[], options: Record<string, unknown>): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['text', 'json'], 'text');
  const files = (await readFiles(paths)).map(({ file }) => file);
  const results = await readResults(list(options, 'result'));
  const checked = check(files, results, options);
  const count = checked.filter(({ problems }) => problems.length > 0).length;
  await writeOutputs(outputs, ({ format }) =>
    format === 'json' ? `${JSON.stringify({ exceptions: checked }, null, 2)}\n` : checkedText(checked, count),
  );
  return count > 0 ? 1 : 0;
}

/** `plimsoll exceptions prune FILE`: without the expired ones and, of results that are given, those that none needs. */
export async function runExceptionsPrune([path = '']: string[], options: Record<string, unknown>): Promise<number> {
  const [read] = await readFiles([path]);
  if (read === undefined) return 0;
  const results = await readResults(list(options, 'result'));
  const over: readonly string[] = ['expired', ...(results.length > 0 ? ['unused', 'fixed'] : [])];
  const drop = check([read.file], results, options).filter(({ state }) => over.includes(state));
  const pruned = pruneExceptions(read.text, read.file, new Set(drop.map(({ source }) => source)));
  if (pruned === null) {
    throw new UsageError(
      `${path} is not written anew${read.file.format === null ? ': its entries share lines' : `: it is a file of another tool (${read.file.format})`}; see plimsoll exceptions convert`,
    );
  }
  const left = await readExceptions(pruned, path);
  if (left.exceptions.length !== read.file.exceptions.length - drop.length) {
    throw new UsageError(`${path} is not written anew: what is left of it would not read as it should`);
  }
  await writeText(text(options, 'output') ?? path, pruned);
  if (options.quiet !== true) {
    for (const { id, source, state } of drop)
      process.stderr.write(`plimsoll: ${oneLine(`${source} ${id}: ${state}, taken out`)}\n`);
  }
  return 0;
}

function check(
  files: readonly ExceptionFile[],
  results: readonly ScanResult[],
  options: Record<string, unknown>,
): readonly CheckedException[] {
  const images = results.map(({ image, findings }) => ({
    image: { ...image, created: null, distro: image.distro && { ...image.distro, pastEndOfLife: null } },
    findings,
  }));
  const lapsing = days(options, 'expiryWarning', '--expiry-warning', defaultLapsingDays);
  return checkExceptions(files, images, date(options, 'at', '--at'), lapsing);
}

function readResults(paths: readonly string[]): Promise<readonly ScanResult[]> {
  return Promise.all(paths.map((path) => oneResult(path)));
}

function checkedText(checked: readonly CheckedException[], count: number): string {
  const lines = checked.flatMap(({ id, source, state, expires, problems }) => {
    const soon = state === 'expires-soon' ? [`ends soon: ${expires}`] : [];
    return [...problems, ...soon].map((words) => `${source} ${id}: ${words}\n`);
  });
  return `${lines.join('')}${checked.length} exceptions, ${count} to mend\n`.replaceAll(/[^\P{Cc}\n]/gu, ' ');
}

function writeText(file: string | undefined, body: string): Promise<void> {
  return writeOutputs([{ format: 'text', file: file === '-' ? undefined : file }], () => body);
}
