import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commands, settingNames } from '../packages/cli/src/command-table.ts';
import { type OptionSpec, resolveSettings } from '../packages/cli/src/settings.ts';
import { scratchFolder } from './program.ts';

const folder = scratchFolder();
afterAll(folder.remove);

const reference = readFileSync(new URL('../docs/reference/cli.md', import.meta.url), 'utf8');
const nameOf = ({ flags }: OptionSpec) => flags.replace(/^--| .*$/g, '');

/** What the reference says of a command. */
function section(command: string): string {
  return reference.split(`\n## plimsoll ${command}\n`)[1]?.split('\n## ')[0] ?? '';
}

/** What the file would say: a word that it knows, a number where one is wanted, true where nothing follows the flag. */
function valueFor({ flags, words, check }: OptionSpec): string {
  if (!flags.includes(' ')) return 'true';
  return words?.[0] ?? (check ? '7' : 'word');
}

describe.each(commands.filter(({ options }) => options.length > 0))('$usage', ({ usage, options }) => {
  const command = usage.replace(/ [<[].*/, '');

  it('takes every flag from plimsoll.yaml, but those that say why not', async () => {
    const path = join(folder.path, `${command.replaceAll(' ', '-')}.yaml`);
    const keys = options.filter((option) => nameOf(option) !== 'config');
    writeFileSync(path, keys.map((option) => `${nameOf(option)}: ${valueFor(option)}\n`).join(''));
    const given = { values: { config: path }, isGiven: (key: string) => key === 'config' };
    const { all } = await resolveSettings(given, options, settingNames, {});
    const taken = all.filter(({ origin }) => origin.kind === 'file').map(({ name }) => name);
    expect(taken).toEqual(keys.filter(({ flagOnly }) => flagOnly === undefined).map(nameOf));
    for (const { value, origin } of all) if (origin.kind === 'file') expect(value).not.toBeUndefined();
  });

  it('has in the reference a variable for every flag, or why it has none', () => {
    const rows = section(command).split('\n');
    for (const option of options) {
      const row = rows.find((line) => line.startsWith(`| \`${option.flags.replaceAll('|', '\\|')}\` |`));
      const variable = `\`PLIMSOLL_${nameOf(option).replaceAll('-', '_').toUpperCase()}\``;
      expect(row?.endsWith(`| ${option.flagOnly === undefined ? variable : `none: ${option.flagOnly}`} |`), row).toBe(
        true,
      );
      if (option.flagOnly !== undefined) expect(option.flagOnly.length).toBeGreaterThan(10);
    }
  });
});
