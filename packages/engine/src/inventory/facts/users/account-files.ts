import { type Password, passwordKind } from './password-kind.ts';

/*
 * passwd, shadow and group, as the C library reads them: a line that does not fit is no account. Values of password fields
 * are told by their kind and kept nowhere.
 */

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  /** null: it stands in shadow */
  readonly password: Password | null;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** @see https://manpages.debian.org/passwd.5 */
export function parsePasswd(text: string): readonly Account[] {
  return records(text, 7).flatMap(([name = '', secret = '', uid = '', gid = '', , home = '', shell = '']) => {
    const ids = [idOf(uid), idOf(gid)] as const;
    if (ids[0] === null || ids[1] === null) return [];
    const password = secret === 'x' ? null : passwordKind(secret);
    return [{ name, uid: ids[0], gid: ids[1], home, shell, password }];
  });
}

/** @see https://manpages.debian.org/shadow.5 */
export function parseShadow(text: string): readonly (readonly [name: string, password: Password])[] {
  return records(text, 2).map(([name = '', secret = '']) => [name, passwordKind(secret)] as const);
}

/** @see https://manpages.debian.org/group.5 */
export function parseGroup(text: string): readonly Group[] {
  return records(text, 3).flatMap(([name = '', , id = '', members = '']) => {
    const gid = idOf(id);
    return gid === null ? [] : [{ name, gid, members: members.split(',').filter((each) => each !== '') }];
  });
}

/** Names that begin with a sign are of NIS: accounts that stand elsewhere. */
function records(text: string, atLeast: number): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^[#+-]/.test(line))
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= atLeast && fields[0] !== '');
}

function idOf(text: string): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}
