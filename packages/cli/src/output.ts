import {
  accessSync,
  constants,
  lchownSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { byteChunks, removeAbandoned, writerMark } from '@plimsoll/engine';
import { OutputError, UsageError } from './exit.ts';
import { fileReason } from './files.ts';
import { oneOf } from './values.ts';
import { writeInPlace, writeNewFile } from './write-file.ts';

/** Text, or bytes in a format that is none; whole or in pieces. */
export type Rendered = string | Iterable<string | Uint8Array>;

/** Where a report goes: a file, or standard output. */
export interface Output<F extends string> {
  readonly format: F;
  readonly file: string | undefined;
}

/**
 * `NAME[=FILE]`, several times; `-` is standard output, as with other tools.
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
    return { format: oneOf(name, known, '--format'), file: file === '-' ? undefined : file };
  });
  if (outputs.filter((o) => o.file === undefined).length > 1) {
    throw new UsageError(
      '--format: only one report can go to standard output; give the others a file (html=report.html)',
    );
  }
  const files = outputs.flatMap((o) => o.file ?? []);
  const places = files.map((file) => resolve(file));
  const twice = files.find((_, i) => places.indexOf(places[i]!) !== i);
  if (twice) throw new UsageError(`--format: ${twice} is named twice`);
  return outputs;
}

/**
 * Writes every report; a failure of one does not keep the others from being written. What comes in pieces is written in
 * pieces: the report of a big image is never one string.
 *
 * @param keep sees what is written of the output at `place`, from the start again where it has to be written once more
 */
export async function writeOutputs<O extends Output<string>>(
  outputs: readonly O[],
  render: (output: O) => Rendered,
  keep: (pieces: Iterable<Uint8Array>, place: number) => Iterable<Uint8Array> = (pieces) => pieces,
): Promise<void> {
  const failures: string[] = [];
  for (const [place, output] of outputs.entries()) {
    const { file } = output;
    // each chunk is written before the next is made: they share their memory
    const body = () => keep(byteChunks(render(output), true), place);
    if (file === undefined) await toStandardOutput(body());
    else await toFile(file, body).catch((error: NodeJS.ErrnoException) => failures.push(unwritable(file, error)));
  }
  if (failures.length > 0) throw new OutputError(failures.join('\n'));
}

/**
 * Whether every file could be written, before the work that it would hold is done.
 *
 * @param inputs files that are read, if they are there: no report may take their place
 * @throws OutputError a line for each that could not
 * @throws UsageError for an input, and for one file by two names, which links hide from `parseOutputs`: the second report would
 *   replace the first
 */
export function checkOutputs(outputs: readonly Output<string>[], inputs: readonly string[]): void {
  const failures: string[] = [];
  for (const { file } of outputs) {
    if (file === undefined) continue;
    try {
      checkFile(file);
    } catch (error) {
      failures.push(unwritable(file, error as NodeJS.ErrnoException));
    }
  }
  if (failures.length > 0) throw new OutputError(failures.join('\n'));
  const files = outputs.flatMap(({ file }) => file ?? []);
  const places = files.map(placeOf);
  const twice = files.findIndex((_, i) => places.indexOf(places[i]!) !== i);
  if (twice > 0)
    throw new UsageError(`--format: ${files[places.indexOf(places[twice]!)]} and ${files[twice]} are the same file`);
  const read = new Set(inputs.map((input) => ifThere(() => realpathSync.native(input))));
  const lost = files.find((_, i) => read.has(places[i]));
  if (lost !== undefined) throw new UsageError(`--format: ${lost} is read by this run; a report would replace it`);
}

function placeOf(file: string): string {
  const place = ifThere(() => realpathSync.native(file));
  if (place !== undefined) return place;
  const folder = realpathSync.native(dirname(file));
  const target = ifThere(() => readlinkSync(file));
  return target === undefined ? join(folder, basename(file)) : placeOf(resolve(folder, target));
}

/** Undefined: it is not there, or is not what was asked for. */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function unwritable(file: string, error: NodeJS.ErrnoException): string {
  return `the report ${file} cannot be written: ${fileReason(error)}`;
}

/** A file that is there may be written in its place where its folder takes no other. */
function checkFile(file: string): void {
  const there = statIfThere(file);
  if (there?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  if (there?.isSocket()) throw Object.assign(new Error(), { code: 'ENXIO' });
  if (there) {
    accessSync(file, constants.W_OK);
    return;
  }
  const folder = dirname(file);
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  if (file.endsWith('/')) throw Object.assign(new Error(), { code: 'EISDIR' });
  const target = ifThere(() => readlinkSync(file));
  if (target !== undefined) {
    checkFile(resolve(realpathSync.native(folder), target));
    return;
  }
  accessSync(folder, constants.W_OK | constants.X_OK);
  // the name that it has until it is whole is longer than its own
  statIfThere(unfinishedName(file));
}

/** @throws what the system says of a path that leads nowhere, such as one below a file */
function statIfThere(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/**
 * Whole or not at all: a reader never sees half a report. What is no file of its own (a pipe, a device, a file that is
 * mounted into a container) or stands in a folder that takes no other file is written in its place.
 */
async function toFile(file: string, body: () => Iterable<Uint8Array>): Promise<void> {
  const there = ifThere(() => lstatSync(file));
  if (there && !there.isFile()) return writeInPlace(file, body());
  const part = unfinishedName(file);
  try {
    removeAbandoned(dirname(file), unfinished, basename(file));
    await writeNewFile(part, body());
    giveToOwner(part, there ?? statSync(dirname(file)));
    renameSync(part, file);
  } catch (error) {
    ifThere(() => rmSync(part, { force: true }));
    if (!there || !inPlace.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await writeInPlace(file, body());
  }
}

const unfinished = '.part';

function unfinishedName(file: string): string {
  return `${file}${writerMark()}${unfinished}`;
}

const inPlace: ReadonlySet<string> = new Set(['EBUSY', 'EXDEV', 'EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG']);

/**
 * What root writes into somebody's folder, as from inside a container, is theirs: they could not even remove it. The file
 * system may not know owners; then it stays as it is.
 */
function giveToOwner(file: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  if (process.getuid?.() !== 0 || (uid === 0 && gid === 0)) return;
  ifThere(() => lchownSync(file, uid, gid));
}

/** The same for a file that is new: it belongs to the owner of its folder. */
export function giveToFolderOwner(file: string): void {
  giveToOwner(file, statSync(dirname(file)));
}

/** What goes wrong here is heard as an event of the stream, where `--version` and every other line is heard too. */
async function toStandardOutput(body: Iterable<Uint8Array>): Promise<void> {
  for (const chunk of body) {
    await new Promise<void>((resolve) => {
      process.stdout.write(chunk, () => resolve());
    });
  }
}
