import { lstat, rename, rm, writeFile } from 'node:fs/promises';
import { OutputError, UsageError } from './exit.ts';
import { fileReason } from './files.ts';
import { oneOf } from './values.ts';

/** Where a report goes: a file, or standard output. */
export interface Output<F extends string> {
  readonly format: F;
  readonly file: string | undefined;
}

/**
 * `NAME[=FILE]`, several times.
 *
 * @throws UsageError for an unknown name, two reports to standard output, or one file named twice
 */
export function parseOutputs<F extends string>(
  given: readonly string[],
  known: readonly F[],
  otherwise: F,
): readonly Output<F>[] {
  const outputs = (given.length > 0 ? given : [otherwise]).map((word) => {
    const split = word.indexOf('=');
    const name = split < 0 ? word : word.slice(0, split);
    const file = split < 0 ? undefined : word.slice(split + 1);
    if (file === '') throw new UsageError(`--format ${word}: a file name is missing after "="`);
    return { format: oneOf(name, known, '--format'), file };
  });
  if (outputs.filter((o) => o.file === undefined).length > 1) {
    throw new UsageError(
      '--format: only one report can go to standard output; give the others a file (html=report.html)',
    );
  }
  const files = outputs.flatMap((o) => o.file ?? []);
  const twice = files.find((file, i) => files.indexOf(file) !== i);
  if (twice) throw new UsageError(`--format: ${twice} is named twice`);
  return outputs;
}

/**
 * Writes every report; a failure of one does not keep the others from being written. What comes in pieces is written in
 * pieces: the report of a big image is never one string.
 */
export async function writeOutputs<O extends Output<string>>(
  outputs: readonly O[],
  render: (output: O) => string | Iterable<string>,
): Promise<void> {
  const failures: string[] = [];
  for (const output of outputs) {
    const body = chunks(render(output));
    if (output.file === undefined) await toStandardOutput(body);
    else
      await toFile(output.file, body).catch((error: NodeJS.ErrnoException) =>
        failures.push(`the report ${output.file} cannot be written: ${fileReason(error)}`),
      );
  }
  if (failures.length > 0) throw new OutputError(failures.join('\n'));
}

/** Characters that are gathered before they are written. */
const chunkChars = 256 * 1024;

function* chunks(pieces: string | Iterable<string>): Generator<string> {
  if (typeof pieces === 'string') return yield pieces;
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < chunkChars) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

/** Whole or not at all: a reader never sees half a report. A pipe or device is written as it is. */
async function toFile(file: string, body: Iterable<string>): Promise<void> {
  const there = await lstat(file).catch(() => undefined);
  if (there && !there.isFile()) return writeFile(file, body);
  const part = `${file}.${process.pid}.part`;
  try {
    await writeFile(part, body);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** What goes wrong here is heard as an event of the stream, where `--version` and every other line is heard too. */
async function toStandardOutput(body: Iterable<string>): Promise<void> {
  for (const chunk of body) {
    await new Promise<void>((resolve) => {
      process.stdout.write(chunk, () => resolve());
    });
  }
}
