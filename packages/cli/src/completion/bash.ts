import type { CompletedCommand, CompletedFlag, CompletionModel } from './completion-model.ts';

/** A script for bash 4 or later, which needs no package of completions. */
export function bashCompletion({ groups, commands }: CompletionModel): string {
  const known = [...groups].flatMap(([group, entries]) =>
    entries.map(({ word }) => (group ? `${group} ${word}` : word)),
  );
  return `# bash completion of plimsoll; source <(plimsoll completion bash)
_plimsoll() {
  local cur prev command word i
  # "=" and ":" divide words in bash and are part of ours
  local line=\${COMP_LINE:0:COMP_POINT}
  cur=\${line##*[[:space:]]}
  local whole=$cur
  line=\${line%"$cur"}
  local -a words
  read -ra words <<< "$line"
  prev=\${words[-1]:-}
  command=
  for word in "\${words[@]:1}"; do
    case "\${command:+$command }$word" in
      ${known.map((name) => `'${name}'`).join('|')}) command="\${command:+$command }$word" ;;
    esac
  done
  local flags= choices= files= report=
  case "$command" in
${commands.map(commandCase).join('\n')}
${[...groups].map(([group, entries]) => `    '${group}') choices='${entries.map(({ word }) => word).join(' ')}' ;;`).join('\n')}
  esac
  COMPREPLY=()
  if [[ -n $report && $cur == *=* ]]; then
    local name=\${cur%%=*}
    mapfile -t COMPREPLY < <(compgen -f -- "\${cur#*=}")
    COMPREPLY=("\${COMPREPLY[@]/#/$name=}")
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$cur"; [[ -z $files ]] || compgen -f -- "$cur")
  fi
  [[ $COMP_WORDBREAKS != *:* || $whole != *:* ]] || COMPREPLY=("\${COMPREPLY[@]#"\${whole%"\${whole##*:}"}"}")
  [[ $COMP_WORDBREAKS != *=* || $whole != *=* ]] || COMPREPLY=("\${COMPREPLY[@]#"\${whole%"\${whole##*=}"}"}")
  [[ \${#COMPREPLY[@]} -ne 1 || \${COMPREPLY[0]} != *[:=] ]] || compopt -o nospace 2> /dev/null
}
complete -o filenames -F _plimsoll plimsoll
`;
}

function commandCase({ name, flags, takesFile, words }: CompletedCommand): string {
  const valued = flags.filter(({ takesValue }) => takesValue).map(flagCase);
  const rest = `        *) flags='${flags.map(({ long }) => long).join(' ')}' choices='${words.join(' ')}'${takesFile ? ' files=1' : ''} ;;`;
  return [`    '${name}')`, '      case "$prev" in', ...valued, rest, '      esac ;;'].join('\n');
}

function flagCase({ long, words, takesFile, isReport }: CompletedFlag): string {
  const what = [
    words.length > 0 ? `choices='${words.join(' ')}'` : '',
    takesFile ? 'files=1' : '',
    isReport ? 'report=1' : '',
  ].filter(Boolean);
  return `        ${long}) ${what.length > 0 ? what.join(' ') : ':'} ;;`;
}
