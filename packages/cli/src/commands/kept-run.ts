import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import {
  archiveIdentity,
  archiveKey,
  catalogDigest,
  type FileStore,
  type KeptReports,
  keepFacts,
  keepSubjectKey,
  openLayerCache,
  ReportKeeper,
  recallReports,
  recallSubjectKey,
  reportsKey,
} from '@plimsoll/engine';
import { Option } from 'commander';
import { type CommandContext, commands } from '../command-table.ts';
import { jobKind } from '../job/job-kind.ts';
import { checkOutputs, type Output, parseOutputs, writeOutputs } from '../output.ts';
import { type ProgressStream, progressStream } from '../progress.ts';
import { setEngine } from '../set-engine.ts';
import type { OptionSpec } from '../settings.ts';
import { cacheFolder, date, list, size, text } from '../values.ts';
import { programDigest } from '../version.ts';
import { inputFiles } from './input-files.ts';
import type { OpenedRun } from './open-again.ts';
import { screenOptions } from './screen-options.ts';

/**
 * What a command wrote is kept under all that it was made from, so that the same image again costs little more than looking
 * whether it is the same: a result is a function of its inputs.
 */
export interface KeptRun {
  readonly store: FileStore;
  /** digest of the options, of the files that they name, and of the catalog of advisories */
  readonly inputs: string;
  readonly outputs: readonly Output<string>[];
  /** null for a command that looks into no advisories */
  readonly dbDir: string | null;
  /** key of the archive as it was before the run; null: the image is none, or was changed just now */
  readonly archive: string | null;
}

/** How far an earlier run carried: to the end (its exit code), or to the image, which is open now. */
export type Recalled = { readonly exitCode: number } | OpenedRun;

/** They change nothing that is written. */
const silent: ReadonlySet<string> = new Set(['quiet', 'timeout', 'config', 'format']);

/** Undefined where nothing is kept: several platforms, a malware scan, reports of the user's own … */
export function keptRun(
  command: 'scan' | 'sbom',
  reference: string,
  options: Record<string, unknown>,
  { version }: CommandContext,
): KeptRun | undefined {
  const program = programDigest();
  const specs = commands.find(({ usage }) => usage.split(' ')[0] === command)?.options ?? [];
  const outputs = keptOutputs(command, specs, options);
  if (program === null || outputs === undefined || options.cache === false) return undefined;
  if (options.platform === 'all' || options.clamd !== undefined || options.baseCandidate !== undefined)
    return undefined;
  // a registry may have further signatures tomorrow
  if (options.signatureKey !== undefined || options.signatureTrustedRoot !== undefined) return undefined;
  // the log of a job and a comment are written beside the reports
  if (command === 'scan' && (options.comment === true || jobKind(text(options, 'job'), process.env) !== 'none')) {
    return undefined;
  }
  if (/@sha256:[0-9a-f]{64}$/.test(text(options, 'catalog') ?? '')) return undefined;
  const files = hasImageAsBaseline(options) ? undefined : readable(() => filesOf(specs, options));
  if (files === undefined) return undefined;
  const dbDir = command === 'sbom' ? null : (text(options, 'dbDir') ?? cacheFolder('advisories'));
  const given = Object.entries(options).filter(([key]) => !silent.has(key));
  const made = JSON.stringify([
    [program, version, command, date(options, 'at', '--at')],
    given.sort(([a], [b]) => (a < b ? -1 : 1)),
    files,
    dbDir === null ? null : catalogDigest(dbDir),
    outputs.map(({ format, file }) => [format, screenOptions(file === undefined)]),
  ]);
  const directory = text(options, 'cacheDir') ?? cacheFolder('layers');
  const inputs = createHash('sha256').update(`inputs\n${made}`).digest('hex');
  return {
    store: openLayerCache({ directory, maxBytes: size(options, 'cacheSize', '--cache-size') }),
    inputs,
    outputs,
    dbDir,
    archive: archiveNow(inputs, reference, options),
  };
}

/** Key of the archive as it is now; null where that says too little. */
export function archiveNow(inputs: string, reference: string, options: Record<string, unknown>): string | null {
  // another image may stand behind the name of the base tomorrow
  const identity = options.base === undefined ? archiveIdentity(reference) : null;
  return identity === null ? null : archiveKey(inputs, reference, identity);
}

function keptOutputs(
  command: 'scan' | 'sbom',
  specs: readonly OptionSpec[],
  options: Record<string, unknown>,
): readonly Output<string>[] | undefined {
  const known = specs.find(({ takes }) => takes === 'report')?.words ?? [];
  const given = list(options, 'format');
  // bytes ask for more than a text does, and a template is the user's own
  const all = given.every((word) => known.some((name) => name !== 'zip' && name === word.split('=')[0]));
  return all ? parseOutputs(given, known, command === 'scan' ? 'table' : 'json') : undefined;
}

/** What cannot be read is no matter here: who needs it says so in better words. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** A baseline may be an image, which is scanned as well: what that holds is in no digest here. */
function hasImageAsBaseline(options: Record<string, unknown>): boolean {
  const given = text(options, 'baseline');
  return given !== undefined && readable(() => statSync(given).isFile()) !== true;
}

/** Digests of what stands in the files that options name; undefined where one can be read but once (a pipe). */
function filesOf(specs: readonly OptionSpec[], options: Record<string, unknown>): readonly unknown[] | undefined {
  const found: unknown[] = [];
  for (const spec of specs.filter(
    ({ flags, takes }) => takes === 'path' || takes === 'pack' || flags.startsWith('--baseline'),
  )) {
    const key = new Option(spec.flags).attributeName();
    if (silent.has(key)) continue;
    for (const path of list(options, key)) {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat === undefined || stat.isDirectory()) continue;
      if (!stat.isFile()) return undefined;
      found.push([key, path, createHash('sha256').update(readFileSync(path)).digest('hex')]);
    }
  }
  return found;
}

/**
 * Writes what an earlier run with the same inputs wrote about the same image. An archive that nobody has changed since is not
 * even opened as an image, and what can do so is not loaded. Undefined: there was no such run.
 */
export async function recallRun(
  kept: KeptRun,
  reference: string,
  options: Record<string, unknown>,
  context: CommandContext,
): Promise<Recalled | undefined> {
  const { store, archive } = kept;
  const known = archive === null ? undefined : recallSubjectKey(store, archive);
  const reports = known === undefined ? undefined : reportsAbout(kept, known);
  if (reports === undefined) {
    setEngine();
    return (await import('./open-again.ts')).openAgain(kept, reference, options, context);
  }
  checkOutputs(kept.outputs, inputFiles(reference, options));
  const progress = progressStream(process.stderr, process.env, options.quiet === true);
  return writeAgain(kept, reports, progress, context);
}

export function reportsAbout({ store, inputs, dbDir }: KeptRun, subjectKey: string): KeptReports | undefined {
  return recallReports(store, reportsKey(inputs, subjectKey), dbDir);
}

export async function writeAgain(
  { outputs }: KeptRun,
  kept: KeptReports,
  progress: ProgressStream,
  context: CommandContext,
): Promise<Recalled> {
  const { reports, notes, exitCode } = kept;
  try {
    progress.clear();
    context.stopIfOver();
    const written = new Map(outputs.map((output, place) => [output, reports[place] ?? []]));
    await writeOutputs(outputs, (output) => written.get(output) ?? []);
  } finally {
    kept.close();
  }
  for (const note of notes) progress.note(note);
  return { exitCode };
}

/** What of a run matters to whoever keeps it. */
interface Made {
  readonly subjectKey: string | null;
  readonly facts: Parameters<typeof keepFacts>[2];
  /** null: the next run may see others */
  readonly shards: ReadonlyMap<string, string> | null;
  readonly exitCode: number;
  readonly notes: readonly string[];
}

/**
 * Writes reports, and keeps what is written.
 *
 * @param lookAgain the same run, looked at once more: a file that changed meanwhile may have been read before or after
 * @param write told who keeps; undefined: nobody may
 */
export async function keptWhile(
  before: KeptRun | undefined,
  lookAgain: () => KeptRun | undefined,
  made: Made | undefined,
  write: (keeper: ReportKeeper | undefined) => Promise<void>,
): Promise<void> {
  const { subjectKey = null, shards = null } = made ?? {};
  if (!before || !made || subjectKey === null || shards === null) return write(undefined);
  const { store, inputs, outputs } = before;
  const keeper = new ReportKeeper(store, reportsKey(inputs, subjectKey), outputs.length);
  try {
    await write(keeper);
    const again = lookAgain();
    if (again?.inputs !== inputs) return;
    const { exitCode, notes, facts } = made;
    keeper.keep({ exitCode, notes, shards: [...shards] });
    keepFacts(store, inputs, facts);
    keepArchive(before, again.archive, subjectKey);
  } finally {
    keeper.drop();
  }
}

/** @param now key of the archive after it was read: what was read is what is in it if nobody has changed it meanwhile */
export function keepArchive({ store, archive }: KeptRun, now: string | null, subjectKey: string): void {
  if (archive !== null && archive === now) keepSubjectKey(store, archive, subjectKey);
}
