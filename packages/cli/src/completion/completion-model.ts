import { Option } from 'commander';
import { packWords } from '../command-options.ts';
import { foreignToolNames } from '../compat/tools.ts';
import type { OptionSpec } from '../settings.ts';

/** One flag as shells complete it. */
export interface CompletedFlag {
  /** `--fail-on` */
  readonly long: string;
  /** first sentence of the help, without its default */
  readonly description: string;
  readonly takesValue: boolean;
  readonly takesFile: boolean;
  /** `NAME=FILE` */
  readonly isReport: boolean;
  readonly words: readonly string[];
  readonly repeat: boolean;
}

export interface CompletedCommand {
  /** `scan`, `db build` */
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  /** its arguments may be files */
  readonly takesFile: boolean;
  /** what its first argument may begin with or be */
  readonly words: readonly string[];
}

/** What a script is made of: the words at the top and below each group, and the commands. */
export interface CompletionModel {
  readonly groups: ReadonlyMap<string, readonly { readonly word: string; readonly description: string }[]>;
  readonly commands: readonly CompletedCommand[];
}

export const shells = ['bash', 'zsh', 'fish'] as const;

const sources = [
  'docker-archive:',
  'oci-archive:',
  'oci-layout:',
  'docker:',
  'podman:',
  'containerd:',
  'registry:',
  'rootfs:',
  'sbom:',
];

interface DescribedCommand {
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionSpec[];
}

export function completionModel(
  specs: readonly DescribedCommand[],
  groupDescriptions: Readonly<Record<string, string>>,
): CompletionModel {
  const commands = specs.map(completedCommand);
  const groups = new Map<string, { word: string; description: string }[]>([['', []]]);
  for (const { name, description } of commands) {
    const [first = '', second] = name.split(' ');
    const top = groups.get('') ?? [];
    if (!top.some(({ word }) => word === first))
      top.push({ word: first, description: second === undefined ? description : (groupDescriptions[first] ?? '') });
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), { word: second, description }]);
  }
  return { groups, commands };
}

function completedCommand({ usage, description, options }: DescribedCommand): CompletedCommand {
  const [name = '', args = ''] = usage.split(/ (?=[<[])(.*)/s);
  const flags = [...options.map(completedFlag), helpFlag];
  return {
    name,
    description,
    flags,
    takesFile: /^[<[](?:image|result|file|policy|a)/.test(args),
    words: argumentWords(args),
  };
}

function argumentWords(args: string): readonly string[] {
  if (args.startsWith('<image>')) return sources;
  if (/^[<[]policy/.test(args)) return packWords;
  if (args.startsWith('<tool>')) return foreignToolNames;
  return args === '<shell>' ? shells : [];
}

function completedFlag({ flags, description, takes, words = [], repeat = false }: OptionSpec): CompletedFlag {
  const option = new Option(flags);
  return {
    long: option.long ?? '',
    description: description.replace(/ \(default: .*\)$/, '').replace(/; repeatable$/, ''),
    takesValue: option.required,
    takesFile: takes === 'path' || takes === 'pack' || takes === 'result',
    isReport: takes === 'report',
    words,
    repeat,
  };
}

const helpFlag: CompletedFlag = {
  long: '--help',
  description: 'show what the command does',
  takesValue: false,
  takesFile: false,
  isReport: false,
  words: [],
  repeat: false,
};
