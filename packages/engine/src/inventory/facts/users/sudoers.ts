/** Whom one line of sudoers lets run something. */
export interface SudoGrant {
  /** as written: `app`, `%wheel`, `#1000`, `%#10`, `ALL`, or an alias */
  readonly to: readonly string[];
  readonly withoutPassword: boolean;
}

export interface Sudoers {
  readonly grants: readonly SudoGrant[];
  readonly aliases: readonly (readonly [name: string, members: readonly string[]])[];
  /** those whom a Defaults entry frees from passwords */
  readonly trusted: readonly string[];
  /** files and folders that are read too, absolute or beside this file */
  readonly includes: readonly string[];
}

/**
 * What a sudoers file grants to whom; which commands, on which hosts and as whom does not matter here.
 *
 * @see https://manpages.debian.org/sudoers.5
 */
export function parseSudoers(text: string): Sudoers {
  const found = {
    grants: [] as SudoGrant[],
    aliases: [] as [string, readonly string[]][],
    trusted: [] as string[],
    includes: [] as string[],
  };
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const included = /^\s*[@#]include(?:dir)?\s+(.*)$/.exec(line)?.[1];
    if (included !== undefined) {
      found.includes.push(included.trim().replace(/^"(.*)"$/, '$1'));
      continue;
    }
    const entry = withoutComment(line).trim();
    const words = /^(\S+)(?:\s+(.*))?$/s.exec(entry);
    const [, first = '', rest = ''] = words ?? [];
    if (first.startsWith('Defaults')) {
      if (/(?:^|[\s,])!authenticate(?:$|[\s,])/.test(rest)) found.trusted.push(...listed(trustedBy(first)));
    } else if (first === 'User_Alias') {
      for (const definition of rest.split(':')) {
        const [name = '', members] = halves(definition);
        if (members !== null) found.aliases.push([name.trim(), listed(members)]);
      }
    } else if (!/^(?:Runas|Host|Cmnd|Cmd)_Alias$/.test(first)) {
      const [who, what] = halves(entry);
      if (what !== null) found.grants.push({ to: grantees(who), withoutPassword: isFree(what) });
    }
  }
  return found;
}

/** `Defaults:app`, `Defaults`; of a host, command or run-as user it may be anyone. */
function trustedBy(word: string): string {
  return word.startsWith('Defaults:') ? word.slice('Defaults:'.length) : 'ALL';
}

/** `#` begins a comment unless a number follows (a user ID). */
function withoutComment(line: string): string {
  for (let at = line.indexOf('#'); at >= 0; at = line.indexOf('#', at + 1)) {
    if (!/[0-9]/.test(line[at + 1] ?? '') && line[at - 1] !== '\\') return line.slice(0, at);
  }
  return line;
}

function halves(text: string): readonly [string, string | null] {
  const at = text.indexOf('=');
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** The users of `alice, bob hosts`: all up to the first space that follows no comma. */
function grantees(who: string): readonly string[] {
  const [users = ''] = listed(who).join(',').split(/\s/, 1);
  return listed(users);
}

function listed(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('!'));
}

function isFree(what: string): boolean {
  return /(?:^|[\s:,=)])NOPASSWD[ \t]*:/.test(what);
}
