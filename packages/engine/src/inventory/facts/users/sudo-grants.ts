import type { UserFact } from '../../types.ts';
import type { Sudoers } from './sudoers.ts';

export type SudoOf = (user: Pick<UserFact, 'name' | 'uid' | 'gid' | 'groups'>) => UserFact['sudo'];

/** Aliases may name aliases; those of a circle end here. */
const maxAliasSteps = 10_000;

/** Puts the grants of all sudoers files together. */
export function grantsOf(files: readonly Sudoers[]): SudoOf {
  const expand = expander(new Map(files.flatMap(({ aliases }) => aliases)));
  const granted = new Set(expand(files.flatMap(({ grants }) => grants.flatMap(({ to }) => to))));
  const free = new Set(
    expand(files.flatMap(({ grants }) => grants.filter((each) => each.withoutPassword).flatMap(({ to }) => to))),
  );
  const trusted = new Set(expand(files.flatMap((each) => each.trusted)));
  return ({ name, uid, gid, groups }) => {
    const words = [name, `#${uid}`, `%#${gid}`, 'ALL', ...groups.map((group) => `%${group}`)];
    const among = (set: ReadonlySet<string>) => words.some((word) => set.has(word));
    if (!among(granted)) return 'none';
    return among(free) || among(trusted) ? 'no-password' : 'password';
  };
}

function expander(aliases: ReadonlyMap<string, readonly string[]>): (words: readonly string[]) => Iterable<string> {
  return (words) => {
    const seen = new Set(words);
    let steps = 0;
    // a set that grows is walked to its end
    for (const word of seen) {
      for (const member of aliases.get(word) ?? []) seen.add(member);
      steps += 1;
      if (steps > maxAliasSteps) break;
    }
    return seen;
  };
}
