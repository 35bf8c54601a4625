import type { UserFact } from '../../types.ts';

/** What a password field says without its value. */
export type Password = Pick<UserFact, 'password' | 'hash'>;

/** Prefixes of crypt(5), longest first where one begins another. */
const hashKinds: readonly (readonly [prefix: string, kind: NonNullable<UserFact['hash']>])[] = [
  ['$argon2', 'argon2'],
  ['$sha1', 'sha1'],
  ['$md5', 'sun-md5'],
  ['$gy$', 'gost-yescrypt'],
  ['$sm3', 'sm3'],
  ['$y$', 'yescrypt'],
  ['$7$', 'scrypt'],
  ['$6$', 'sha512'],
  ['$5$', 'sha256'],
  ['$3$', 'nt'],
  ['$2', 'bcrypt'],
  ['$1$', 'md5'],
];

/**
 * The password field of passwd or shadow. Everything that no password can have as its hash locks it.
 *
 * @see https://manpages.debian.org/crypt.5
 */
export function passwordKind(field: string): Password {
  if (field === '') return { password: 'empty', hash: null };
  const known = hashKinds.find(([prefix]) => field.startsWith(prefix));
  if (known !== undefined) return { password: 'hashed', hash: known[1] };
  if (/^[./0-9A-Za-z]{13}$/.test(field)) return { password: 'hashed', hash: 'des' };
  if (/^_[./0-9A-Za-z]{19}$/.test(field)) return { password: 'hashed', hash: 'bsdi-des' };
  return { password: 'locked', hash: null };
}
