import { sortedSet } from '../feed.ts';

/** What rpm distros build for today: a statement about all of them is about every architecture. */
const supported: readonly string[] = ['aarch64', 'ppc64le', 's390x', 'x86_64'];

/** Architectures of a statement; undefined: every one. */
export function statedArches(
  arches: Iterable<string>,
  all: readonly string[] = supported,
): readonly string[] | undefined {
  const stated = new Set(arches);
  if (stated.size === 0 || stated.has('noarch') || all.every((arch) => stated.has(arch))) return undefined;
  return sortedSet(stated);
}
