import { readFile } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { Option } from 'commander';
import { UsageError } from './exit.ts';
import { fileReason, refusePipe } from './files.ts';
import { findSettings } from './find-settings.ts';
import type { SettingsValue } from './settings-file.ts';

/** One option of a command, as data: the flag, its variable `PLIMSOLL_…` and its key in plimsoll.yaml follow from it. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  readonly repeat?: boolean;
  /** it takes a file (or the name of a pack, or `NAME=FILE`), which in a settings file is meant from the folder of that */
  readonly takes?: 'path' | 'pack' | 'report' | 'result';
  /** the values that it knows */
  readonly words?: readonly string[];
  /** why variable and settings file have no say, as the reference prints it */
  readonly flagOnly?: string;
  /** throws `UsageError` when the value is wrong */
  readonly check?: (value: string, name: string) => void;
}

/** Where a value comes from. */
export interface Origin {
  readonly kind: 'flag' | 'variable' | 'file' | 'default';
  /** `--fail-on`, `PLIMSOLL_FAIL_ON`, `plimsoll.yaml:3:10`; null for a default */
  readonly place: string | null;
}

export interface Setting {
  /** the flag without its dashes, as in plimsoll.yaml */
  readonly name: string;
  /** undefined: not given */
  readonly value: unknown;
  readonly origin: Origin;
}

export interface Settings {
  /** by commander's names: `maxDbAge` */
  readonly options: Readonly<Record<string, unknown>>;
  /** one per option of the command, in its order */
  readonly all: readonly Setting[];
  /** the settings file that was read */
  readonly file: string | null;
}

/** What the command line itself gave: commander's values, and which of them are no defaults of its own. */
export interface GivenOptions {
  readonly values: Readonly<Record<string, unknown>>;
  isGiven(key: string): boolean;
}

/**
 * The options of a run: flag, else variable, else settings file. A key that no command knows (`known`) is refused; one of
 * another command is left alone, so that one file serves all of them.
 *
 * @throws UsageError for a wrong value, an unknown key or a settings file that cannot be read
 */
export async function resolveSettings(
  given: GivenOptions,
  specs: readonly OptionSpec[],
  known: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Settings> {
  const asked = given.isGiven('config') ? given.values.config : env.PLIMSOLL_CONFIG || undefined;
  const path = typeof asked === 'string' ? asked : findSettings(process.cwd());
  const file = path === undefined ? undefined : await readSettings(path, known);
  const all = specs.map((spec) => settingOf(spec, given, env, file));
  const options: Record<string, unknown> = { ...given.values };
  for (const [index, { value, origin }] of all.entries()) {
    const { check, flags } = specs[index]!;
    if (origin.kind !== 'default') options[new Option(flags).attributeName()] = value;
    if (check && typeof value === 'string') check(value, origin.place ?? flags);
  }
  return { options, all, file: path ?? null };
}

function settingOf(
  spec: OptionSpec,
  given: GivenOptions,
  env: NodeJS.ProcessEnv,
  file: ReadonlyMap<string, SettingsValue> | undefined,
): Setting {
  const option = new Option(spec.flags);
  const long = option.long ?? '';
  const name = long.slice(2);
  const key = option.attributeName();
  if (given.isGiven(key)) return { name, value: given.values[key], origin: { kind: 'flag', place: long } };
  const byDefault: Setting = { name, value: given.values[key], origin: { kind: 'default', place: null } };
  if (spec.flagOnly) return byDefault;
  const variable = variableOf(long);
  const text = env[variable];
  if (text)
    return { name, value: fromText(option, spec, text, variable), origin: { kind: 'variable', place: variable } };
  const setting = file?.get(name);
  if (!setting) return byDefault;
  return { name, value: fromFile(option, spec, setting), origin: { kind: 'file', place: setting.place } };
}

/** `--max-db-age` → `PLIMSOLL_MAX_DB_AGE` */
export function variableOf(long: string): string {
  return `PLIMSOLL_${long.slice(2).replaceAll('-', '_').toUpperCase()}`;
}

function fromText({ negate, required }: Option, spec: OptionSpec, text: string, where: string): unknown {
  if (spec.repeat)
    return text
      .split(/[,\n]/)
      .map((t) => t.trim())
      .filter(Boolean);
  if (required) return text;
  const on = ['1', 'true', 'yes', 'on'].includes(text.toLowerCase());
  if (!on && !['0', 'false', 'no', 'off'].includes(text.toLowerCase()))
    throw new UsageError(`${where} is "${text}"; say true or false`);
  return negate ? !on : on;
}

function fromFile(option: Option, spec: OptionSpec, { value, place, folder }: SettingsValue): unknown {
  const name = option.long?.slice(2) ?? '';
  // A list where one value is wanted must not be passed over: it may be what closes the gate.
  if (typeof value !== 'string' && !spec.repeat)
    throw new UsageError(`${place}: "${name}" wants one value, not a list`);
  const placed = [value].flat().map((text) => placedIn(folder, text, spec));
  return spec.repeat ? placed : fromText(option, spec, placed[0] ?? '', `${place}: "${name}"`);
}

/** A path of a settings file is meant from the folder of that file, wherever the command runs. */
function placedIn(folder: string, text: string, { takes }: OptionSpec): string {
  const from = (path: string) => (folder === '.' || isAbsolute(path) ? path : join(folder, path));
  if (takes === 'path') return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : from(text);
  // a policy that is no file is a pack
  if (takes === 'pack') return /[/\\.]/.test(text) ? from(text) : text;
  // what is no file is an image, or the base image
  if (takes === 'result') return /^(?:[a-z-]+:|base$)/.test(text) ? text : from(text);
  if (takes === 'report') return text.replace(/(?<==).+$/, from);
  return text;
}

const maxSettingsBytes = 256 * 1024;

async function readSettings(path: string, known: readonly string[]): Promise<ReadonlyMap<string, SettingsValue>> {
  refusePipe(path, 'settings file');
  const text = await promisify(readFile)(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`the settings file ${path} cannot be read: ${fileReason(error)}`);
  });
  if (text.length > maxSettingsBytes) throw new UsageError(`${path}: larger than ${maxSettingsBytes} bytes`);
  const { parseSettings } = await import('./settings-file.ts');
  return parseSettings(text, path, known);
}

export function seconds(value: string, name: string): void {
  const number = Number(value);
  if (!(number > 0 && number <= 7 * 24 * 3600))
    throw new UsageError(`${name} is "${value}"; say a number of seconds, such as 300`);
}
