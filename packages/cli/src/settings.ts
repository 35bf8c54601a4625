import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UsageError } from './exit.ts';
import { fileReason } from './files.ts';
import type { SettingsValue } from './settings-file.ts';

/** One option of a command, as data: the flag, its variable `PLIMSOLL_…` and its key in plimsoll.yaml follow from it. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  readonly repeat?: boolean;
  /** throws `UsageError` when the value is wrong */
  readonly check?: (value: string, name: string) => void;
}

/**
 * The options of a run: flag, else variable, else settings file. A key that no command knows (`known`) is refused; one of
 * another command is left alone, so that one file serves all of them.
 *
 * @throws UsageError for a wrong value, an unknown key or a settings file that cannot be read
 */
export async function applySettings(
  command: Command,
  specs: readonly OptionSpec[],
  known: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Record<string, unknown>> {
  const options: Record<string, unknown> = { ...command.opts() };
  const given = (key: string) => command.getOptionValueSource(key) === 'cli';
  for (const spec of specs) {
    const option = command.options.find((o) => o.flags === spec.flags);
    if (!option) continue;
    const key = option.attributeName();
    const variable = env[variableOf(option.long ?? '')];
    if (!given(key) && variable !== undefined && variable !== '')
      options[key] = fromText(option.negate, option.required, spec, variable, variableOf(option.long ?? ''));
  }
  const file = await settingsFile(typeof options.config === 'string' ? options.config : undefined, known);
  if (file) {
    for (const spec of specs) {
      const option = command.options.find((o) => o.flags === spec.flags);
      const name = option?.long?.slice(2) ?? '';
      const setting = file.get(name);
      if (!option || !setting) continue;
      const key = option.attributeName();
      if (given(key) || env[variableOf(option.long ?? '')]) continue;
      const { value, place } = setting;
      // A list where one value is wanted must not be passed over: it may be what closes the gate.
      if (typeof value !== 'string' && !spec.repeat)
        throw new UsageError(`${place}: "${name}" wants one value, not a list`);
      options[key] =
        typeof value === 'string' && !spec.repeat
          ? fromText(option.negate, option.required, spec, value, `${place}: "${name}"`)
          : [value].flat();
    }
  }
  for (const spec of specs) {
    const option = command.options.find((o) => o.flags === spec.flags);
    const value = option && options[option.attributeName()];
    if (spec.check && typeof value === 'string') spec.check(value, option?.long ?? '');
  }
  return options;
}

/** `--max-db-age` → `PLIMSOLL_MAX_DB_AGE` */
export function variableOf(long: string): string {
  return `PLIMSOLL_${long.slice(2).replaceAll('-', '_').toUpperCase()}`;
}

function fromText(negate: boolean, required: boolean, spec: OptionSpec, text: string, where: string): unknown {
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

const maxSettingsBytes = 256 * 1024;

async function settingsFile(
  asked: string | undefined,
  knownKeys: readonly string[],
): Promise<ReadonlyMap<string, SettingsValue> | undefined> {
  const path = asked ?? 'plimsoll.yaml';
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && asked === undefined) return undefined;
    throw new UsageError(`the settings file ${path} cannot be read: ${fileReason(error)}`);
  });
  if (text === undefined) return undefined;
  if (text.length > maxSettingsBytes) throw new UsageError(`${path}: larger than ${maxSettingsBytes} bytes`);
  const { parseSettings } = await import('./settings-file.ts');
  return parseSettings(text, path, knownKeys);
}

export function seconds(value: string, name: string): void {
  const number = Number(value);
  if (!(number > 0 && number <= 7 * 24 * 3600))
    throw new UsageError(`${name} is "${value}"; say a number of seconds, such as 300`);
}
