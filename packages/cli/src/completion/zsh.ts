import type { CompletedCommand, CompletedFlag, CompletionModel } from './completion-model.ts';

/** A function for zsh, either in a folder of `fpath` as `_plimsoll` or sourced after `compinit`. */
export function zshCompletion({ groups, commands }: CompletionModel): string {
  return `#compdef plimsoll
# zsh completion of plimsoll; source <(plimsoll completion zsh), or a file _plimsoll in a folder of fpath
_plimsoll() {
  local curcontext=$curcontext state line
  local -a entries
  local command=$words[2]
  local -i skip=1
  if (( CURRENT == 2 )); then
${described(groups.get('') ?? [])}
    return
  fi
  case $command in
${[...groups]
  .slice(1)
  .map(
    ([group, entries]) => `    ${group})
      if (( CURRENT == 3 )); then
${described(entries)}
        return
      fi
      command="$words[2] $words[3]"
      skip=2 ;;`,
  )
  .join('\n')}
  esac
  shift $skip words
  (( CURRENT -= skip ))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _plimsoll ]]; then _plimsoll "$@"; else compdef _plimsoll plimsoll; fi
`;
}

function described(entries: readonly { readonly word: string; readonly description: string }[]): string {
  const lines = entries.map(
    ({ word, description }) => `      ${quoted(`${word}:${description.replaceAll(':', '\\:')}`)}`,
  );
  return ['    entries=(', ...lines, '    )', "    _describe -t commands 'plimsoll command' entries"].join('\n');
}

function commandCase({ name, flags, takesFile, words }: CompletedCommand): string {
  const args = flags.map(flagSpec);
  const choices = words.length > 0 ? `compadd -S "" -- ${words.join(' ')}` : '';
  const files = takesFile ? '_files' : '';
  const action = [choices, files].filter(Boolean);
  if (action.length > 0) args.push(quoted(`*:argument:{ ${action.join('; ')} }`));
  return [
    `    ${quoted(name)})`,
    '      _arguments -s \\',
    ...args.map((arg, i) => `        ${arg}${i < args.length - 1 ? ' \\' : ' ;;'}`),
  ].join('\n');
}

function flagSpec({ long, description, takesValue, takesFile, isReport, words, repeat }: CompletedFlag): string {
  const what = description.replace(/[[\]:]/g, (sign) => `\\${sign}`);
  const head = `${repeat ? '*' : ''}${long}[${what}]`;
  if (!takesValue) return quoted(head);
  if (takesFile && words.length > 0) return quoted(`${head}:value:{ compadd -- ${words.join(' ')}; _files }`);
  if (takesFile) return quoted(`${head}:file:_files`);
  if (isReport)
    return quoted(`${head}:report:{ if compset -P "*="; then _files; else compadd -S "" -- ${words.join(' ')}; fi }`);
  return quoted(words.length > 0 ? `${head}:value:(${words.join(' ')})` : `${head}:value: `);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
