import { commands, groupDescriptions } from '../command-table.ts';
import { bashCompletion } from '../completion/bash.ts';
import { completionModel, shells } from '../completion/completion-model.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { oneOf } from '../values.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `plimsoll completion SHELL`: the script, made of the table of commands. */
export async function runCompletion([shell = '']: string[]): Promise<number> {
  const script = scripts[oneOf(shell, shells, 'the shell')];
  process.stdout.write(script(completionModel(commands, groupDescriptions)));
  return 0;
}
