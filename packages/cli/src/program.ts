import { Command, CommanderError, Option } from 'commander';
import { run } from './command-options.ts';
import { type CommandSpec, commands, groupDescriptions, settingNames } from './command-table.ts';
import { exitCodes, TimedOut, UsageError } from './exit.ts';
import { misspeltVariables } from './misspelt-variables.ts';
import { oneLine } from './one-line.ts';
import { type GivenOptions, type OptionSpec, resolveSettings } from './settings.ts';

/** Builds the command tree. `run` parses the arguments and does the work; it throws `UsageError` for a wrong command line. */
export function buildProgram(
  control: AbortController,
  version: string,
): { run(argv: readonly string[]): Promise<number> } {
  let exitCode = 0;
  const program = new Command('plimsoll');
  program
    .description(
      'Draws the load line for container images: what is inside, what is wrong with it, whether it may pass.',
    )
    .version(`plimsoll ${version}`, '-V, --version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText('after', () => `\nExit codes:\n${exitCodes.map(exitCodeLine).join('\n')}`);

  function add(spec: CommandSpec): void {
    const words = spec.usage.split(' ');
    const parent = words[1] && /^[a-z]/.test(words[1]) ? group(program, words.shift() ?? '') : program;
    const command = parent
      .command(words.join(' '))
      .description(spec.description)
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    for (const option of spec.options) command.addOption(commanderOption(option));
    command.addHelpText('after', () => `\nExamples:\n${spec.examples.map((e) => `  ${e}`).join('\n')}`);
    command.action(async (...given: unknown[]) => {
      const args = given
        .slice(0, command.registeredArguments.length)
        .flat()
        .filter((word) => word !== undefined)
        .map(String);
      const onLine = {
        values: command.opts(),
        isGiven: (key: string) => command.getOptionValueSource(key) === 'cli',
      };
      exitCode = await execute(spec, spec.options, onLine, args);
    });
  }

  /** Runs a command with what the line, variables and settings file give its options. */
  async function execute(
    spec: CommandSpec,
    optionSpecs: readonly OptionSpec[],
    onLine: GivenOptions,
    args: string[],
  ): Promise<number> {
    const { options } = await resolveSettings(onLine, optionSpecs, settingNames, process.env);
    if (options.quiet !== true)
      for (const note of misspeltVariables(process.env)) process.stderr.write(`plimsoll: ${oneLine(note)}\n`);
    const limit = limitTime(control, options.timeout);
    try {
      const work = await spec.load();
      const code = await work(args, options, { signal: control.signal, version, stopIfOver: limit.stopIfOver });
      // A run that was told to stop has not done its work, whatever it returned; one whose codes are another tool's says so itself.
      if (!spec.wordsAsTheyAre) control.signal.throwIfAborted();
      return code;
    } finally {
      limit.clear();
    }
  }

  return {
    async run(argv) {
      const [first, second] = argv;
      const asTheyAre = commands.find(({ usage, wordsAsTheyAre }) => wordsAsTheyAre && usage.split(' ')[0] === first);
      if (asTheyAre && second !== undefined && !second.startsWith('-'))
        return execute(asTheyAre, run, { values: {}, isGiven: () => false }, argv.slice(1));
      // who names a command needs no other: with all of their options they cost as much as all else that starts
      const named = commands.filter(({ usage }) => usage.split(' ')[0] === first);
      for (const spec of named.length > 0 ? named : commands) add(spec);
      try {
        await program.parseAsync(['node', 'plimsoll', ...argv]);
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return 0;
        const command = commandOf(program, argv);
        if (error.code === 'commander.help') {
          process.stderr.write(command.helpInformation());
          return 2;
        }
        throw new UsageError(usageMessage(error.message, fullName(command)));
      }
      return exitCode;
    },
  };
}

function exitCodeLine({ code, meaning }: (typeof exitCodes)[number]): string {
  return `  ${String(code).padEnd(5)}${meaning}`;
}

/** The command that these arguments reach, or the group in which they get lost. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((c) => c.name() === word);
    if (!next) break;
    command = next;
  }
  return command;
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

/** One line, in the words of our other messages. */
function usageMessage(message: string, name: string): string {
  const [what = '', hint = ''] = message.replace(/^error: /, '').split('\n');
  const near = /^\(Did you mean (one of )?(.*)\?\)$/.exec(hint);
  const advice = near ? `did you mean ${near[1] ?? ''}${near[2]}?` : `see ${name} --help`;
  return `${what.replace(/\.$/, '')}; ${advice}`;
}

function commanderOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.repeat) option.argParser((value: string, all: string[] | undefined) => [...(all ?? []), value]);
  return option;
}

/** The parent of `db build`: made once. */
function group(program: Command, name: string): Command {
  return (
    program.commands.find((c) => c.name() === name) ??
    program
      .command(name)
      .description(groupDescriptions[name] ?? '')
      .helpCommand(false)
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
  );
}

/** The clock of `--timeout`: aborts the run, and says at the end whether the time was over. */
function limitTime(control: AbortController, timeout: unknown): { stopIfOver(): void; clear(): void } {
  const stopIfOver = () => control.signal.throwIfAborted();
  if (typeof timeout !== 'string') return { stopIfOver, clear: () => {} };
  const milliseconds = Number(timeout) * 1000;
  const end = performance.now() + milliseconds;
  const stop = () => control.abort(new TimedOut(`not done within ${timeout} s (--timeout)`));
  const timer = setTimeout(stop, milliseconds).unref();
  return {
    stopIfOver() {
      if (performance.now() > end) stop();
      stopIfOver();
    },
    clear: () => clearTimeout(timer),
  };
}
