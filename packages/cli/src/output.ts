import { constants, type Stats } from 'node:fs';
import { access, lchown, lstat, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { byteChunks, removeAbandoned, writerMark } from '@plimsoll/engine';
import { OutputError, UsageError } from './exit.ts';
import { fileReason } from './files.ts';
import { oneOf } from './values.ts';

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
    const body = () => keep(byteChunks(render(output)), place);
    if (file === undefined) await toStandardOutput(body());
    else await toFile(file, body).catch((error: NodeJS.ErrnoException) => failures.push(unwritable(file, error)));
  }
  if (failures.length > 0) throw new OutputError(failures.join('\n'));
}

/**
 * Whether every file could be written, before the work that it would hold is done.
 *
 * @throws OutputError a line for each that could not
 * @throws UsageError for one file by two names, which links hide from `parseOutputs`: the second report would replace the first
 */
export async function checkOutputs(outputs: readonly Output<string>[]): Promise<void> {
  const failures: string[] = [];
  for (const { file } of outputs) {
    if (file === undefined) continue;
    await checkFile(file).catch((error: NodeJS.ErrnoException) => failures.push(unwritable(file, error)));
  }
  if (failures.length > 0) throw new OutputError(failures.join('\n'));
  const files = outputs.flatMap(({ file }) => file ?? []);
  const places = await Promise.all(files.map(placeOf));
  const twice = files.findIndex((_, i) => places.indexOf(places[i]!) !== i);
  if (twice > 0)
    throw new UsageError(`--format: ${files[places.indexOf(places[twice]!)]} and ${files[twice]} are the same file`);
}

async function placeOf(file: string): Promise<string> {
  return realpath(file).catch(async () => {
    const folder = await realpath(dirname(file));
    const target = await readlink(file).catch(() => undefined);
    return target === undefined ? join(folder, basename(file)) : placeOf(resolve(folder, target));
  });
}

function unwritable(file: string, error: NodeJS.ErrnoException): string {
  return `the report ${file} cannot be written: ${fileReason(error)}`;
}

/** A file that is there may be written in its place where its folder takes no other. */
async function checkFile(file: string): Promise<void> {
  const there = await statIfThere(file);
  if (there?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  if (there?.isSocket()) throw Object.assign(new Error(), { code: 'ENXIO' });
  if (there) return access(file, constants.W_OK);
  const folder = dirname(file);
  if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  if (file.endsWith('/')) throw Object.assign(new Error(), { code: 'EISDIR' });
  const target = await readlink(file).catch(() => undefined);
  if (target !== undefined) return checkFile(resolve(await realpath(folder), target));
  await access(folder, constants.W_OK | constants.X_OK);
  // the name that it has until it is whole is longer than its own
  await statIfThere(unfinishedName(file));
}

async function statIfThere(file: string): Promise<Stats | undefined> {
  return stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
}

/**
 * Whole or not at all: a reader never sees half a report. What is no file of its own (a pipe, a device, a file that is
 * mounted into a container) or stands in a folder that takes no other file is written in its place.
 */
async function toFile(file: string, body: () => Iterable<Uint8Array>): Promise<void> {
  const there = await lstat(file).catch(() => undefined);
  if (there && !there.isFile()) return writeFile(file, body());
  const part = unfinishedName(file);
  try {
    removeAbandoned(dirname(file), unfinished, basename(file));
    await writeFile(part, body(), { flag: 'wx' });
    await giveToOwner(part, there ?? (await stat(dirname(file))));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    if (!there || !inPlace.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await writeFile(file, body());
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
async function giveToOwner(file: string, { uid, gid }: { readonly uid: number; readonly gid: number }): Promise<void> {
  if (process.getuid?.() !== 0 || (uid === 0 && gid === 0)) return;
  await lchown(file, uid, gid).catch(() => undefined);
}

/** The same for a file that is new: it belongs to the owner of its folder. */
export async function giveToFolderOwner(file: string): Promise<void> {
  await giveToOwner(file, await stat(dirname(file)));
}

/** What goes wrong here is heard as an event of the stream, where `--version` and every other line is heard too. */
async function toStandardOutput(body: Iterable<Uint8Array>): Promise<void> {
  for (const chunk of body) {
    await new Promise<void>((resolve) => {
      process.stdout.write(chunk, () => resolve());
    });
  }
}
