import type { CompletedCommand, CompletedFlag, CompletionModel } from './completion-model.ts';

/** A script for fish 3 or later. */
export function fishCompletion({ groups, commands }: CompletionModel): string {
  const [top = [], ...below] = groups.values();
  const names = [...groups.keys()].slice(1);
  const lines = [
    '# fish completion of plimsoll; plimsoll completion fish > ~/.config/fish/completions/plimsoll.fish',
    'complete -c plimsoll -f',
    ...top.map(
      ({ word, description }) => `complete -c plimsoll -n __fish_use_subcommand -a ${word} -d ${quoted(description)}`,
    ),
    ...below.flatMap((entries, index) => {
      const words = entries.map(({ word }) => word).join(' ');
      const when = quoted(`__fish_seen_subcommand_from ${names[index]}; and not __fish_seen_subcommand_from ${words}`);
      return entries.map(
        ({ word, description }) => `complete -c plimsoll -n ${when} -a ${word} -d ${quoted(description)}`,
      );
    }),
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines({ name, flags, takesFile, words }: CompletedCommand): string[] {
  const when = quoted(
    name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and '),
  );
  const lines = flags.map(
    (flag) =>
      `complete -c plimsoll -n ${when} -l ${flag.long.slice(2)} ${flagValue(flag)}-d ${quoted(flag.description)}`,
  );
  if (words.length > 0) lines.push(`complete -c plimsoll -n ${when} -a ${quoted(words.join(' '))}`);
  if (takesFile) lines.push(`complete -c plimsoll -n ${when} -F`);
  return lines;
}

function flagValue({ takesValue, takesFile, isReport, words }: CompletedFlag): string {
  if (!takesValue) return '';
  const files = takesFile ? ' -F' : '';
  const all = isReport ? words.flatMap((word) => [word, `${word}=`]) : words;
  return `-r${files}${all.length > 0 ? ` -a ${quoted(all.join(' '))}` : ''} `;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
