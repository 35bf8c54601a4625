/**
 * An instruction as the history of an image tells it, in the form in which people write it and without the values that
 * may be secrets: `/bin/sh -c #(nop)  USER app` is `USER app`, `|1 TOKEN=x RUN /bin/sh -c npm ci` (the leading part are
 * build arguments) is `RUN npm ci`, and of ENV and ARG the names alone are left.
 */
export function instructionText(createdBy: string): string {
  const text = withoutBuildArguments(createdBy.trim());
  // before it stands whatever shell a SHELL instruction named
  const nop = /^\S+(?: \S+){0,9} #\(nop\)\s*/.exec(text);
  if (nop !== null) return withoutValues(text.slice(nop[0].length));
  const exposed = /^EXPOSE map\[([^\]]*)\]$/.exec(text);
  if (exposed?.[1] !== undefined) return `EXPOSE ${exposed[1].replaceAll(':{}', '')}`;
  return withoutValues(text.replace(/\s+# buildkit$/, '').replace(/^(?:RUN )?\/bin\/sh -c\s+/, 'RUN '));
}

/** Values may hold spaces, so the arguments end where the command begins; when that is not to be seen, nothing is shown. */
function withoutBuildArguments(text: string): string {
  if (!/^(?:RUN )?\|\d+ /.test(text)) return text;
  const command = / (?:RUN )?(\/(?:usr\/)?bin\/[a-z]+ (?:-[a-z]+ |pipefail ){0,4}-[a-z]*c |RUN )/.exec(text);
  return command === null ? 'RUN …' : `RUN ${text.slice(command.index).trim().replace(/^RUN /, '')}`;
}

function withoutValues(text: string): string {
  const [, keyword, rest] = /^(ENV|ARG)\s(.*)$/s.exec(text) ?? [];
  if (keyword === undefined || rest === undefined) return text;
  const [name = ''] = rest.trim().split(/[=\s]/, 1);
  const names = [...rest.matchAll(/(?:^|\s)([A-Za-z_]\w*)=/g)].map((match) => match[1] ?? '');
  return `${keyword} ${names.length > 0 ? [...new Set(names)].join(' ') : name}`;
}
