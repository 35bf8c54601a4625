import { columns } from '../columns.ts';
import { type CommandContext, commands, settingNames } from '../command-table.ts';
import { UsageError } from '../exit.ts';
import { parseOutputs, writeOutputs } from '../output.ts';
import { type OptionSpec, resolveSettings } from '../settings.ts';
import { list, text } from '../values.ts';
import { settingProblem } from './setting-problem.ts';

/**
 * `plimsoll config [COMMAND]`: each setting of the command, its value, and the variable or line of the file that gave it.
 *
 * @throws UsageError with one line for each value that the command would refuse
 */
export async function runConfig(
  words: string[],
  options: Record<string, unknown>,
  _context: CommandContext,
): Promise<number> {
  const outputs = parseOutputs(list(options, 'format'), ['table', 'json'], 'table');
  const name = words.join(' ') || 'scan';
  const command = commands.find(({ usage }) => usage.replace(/ [<[].*/, '') === name);
  if (!command) throw new UsageError(`there is no command "${name}"; see plimsoll --help`);
  const asked = text(options, 'config');
  const given = { values: { config: asked }, isGiven: (key: string) => key === 'config' && asked !== undefined };
  const { all, file } = await resolveSettings(given, command.options, settingNames, process.env);
  // What a run would refuse is no setting to be shown as one.
  const problems = all.flatMap((setting, index) => settingProblem(command.options[index]!, setting) ?? []);
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  const settings = all
    .filter((setting) => setting.name !== 'config')
    .map((setting) => ({
      ...setting,
      value: safe(asGiven(setting.name, setting.value)),
      byDefault: defaultOf(command.options, setting.name),
    }));
  await writeOutputs(outputs, ({ format }) => {
    if (format === 'json') {
      const rows = settings.map(({ name, value, byDefault, origin }) => ({ name, value: value ?? byDefault, origin }));
      return `${JSON.stringify({ schemaVersion: '1', command: name, file, settings: rows }, null, 2)}\n`;
    }
    const rows = settings.map(({ name, value, byDefault, origin }) => [
      name,
      value === undefined ? (byDefault ?? '-') : [value].flat().join(', '),
      origin.place ?? 'default',
    ]);
    return `settings of plimsoll ${name}, ${file === null ? 'no settings file' : `settings file ${file}`}\n\n${columns([['setting', 'value', 'from'], ...rows])}\n`;
  });
  return 0;
}

/** What the command's help says of it. */
function defaultOf(specs: readonly OptionSpec[], name: string): string | null {
  const spec = specs.find(({ flags }) => flags.startsWith(`--${name} `) || flags === `--${name}`);
  if (spec?.flags === `--${name}`) return 'false';
  return /\(default: (.*)\)$/.exec(spec?.description ?? '')?.[1] ?? null;
}

/** `--no-gate` is kept as `gate: false`. */
function asGiven(name: string, value: unknown): unknown {
  return name.startsWith('no-') && typeof value === 'boolean' ? !value : value;
}

/** A mirror's address may hold a password. */
function safe(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(safe);
  return typeof value === 'string' ? value.replace(/(?<=:\/\/)[^/@\s]+@/g, '***@') : value;
}
