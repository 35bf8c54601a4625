/** Libraries that a `copyright` file puts under a licence of their own. */
export interface RuntimeLibraries {
  /** without version: `libstdc++` */
  readonly names: readonly string[];
  /** an SPDX expression */
  readonly license: string;
}

const maxNames = 100;
/** The words by which every GCC of Debian since 4.4 does it; then a list, its names at the beginning of items. */
const statement =
  /runtime libraries are licensed under the terms of the\s+GNU General Public License \(v3 or later\) with version 3\.1 of the GCC\s+Runtime Library Exception[^\n:]{0,60}:\n((?:[ \t]*\n|[ \t]+[^\n]*\n){1,100})/;

/** Null where the file says no such thing. Takes time linear in it. */
export function runtimeLibrariesIn(text: string): RuntimeLibraries | null {
  const items = statement.exec(text)?.[1];
  if (items === undefined) return null;
  const named = [...items.matchAll(/^[ \t]+- (lib[a-z+]{2,30})(?:-v\d)?(?=[ \n])/gm)].map(([, name = '']) => name);
  if (named.length === 0) return null;
  return { names: [...new Set(named)].slice(0, maxNames), license: 'GPL-3.0-or-later WITH GCC-exception-3.1' };
}

/** Whether a package holds one of these libraries and nothing else: `libstdc++6`, `libgcc-s1`, `lib32gomp1`. */
export function isRuntimeLibrary({ names }: RuntimeLibraries, pkg: string): boolean {
  const bare = /^lib(?:32|64|n32|x32)?([a-z+]+?)(?:-s)?\d+$/.exec(pkg)?.[1];
  return bare !== undefined && names.includes(`lib${bare}`);
}
