/** Directories whose files are run. */
export const runDirectories: readonly string[] = ['bin', 'sbin', 'libexec', 'games', 'tool', 'cli-plugins'];
export const inRunDirectory: RegExp = new RegExp(`(?:^|/)(?:${runDirectories.join('|')})(?:/|$)`);
const sharedLibrary = /\.so(?:\.|$)/;

/** Ends of names of what is marked executable by the hundred thousand and is text: scripts of packages, mostly. */
const textSuffixes: ReadonlySet<string> = new Set(
  (
    '.js .mjs .cjs .ts .mts .cts .jsx .tsx .map .json .py .pyc .pyi .sh .bash .pl .pm .rb .lua .php .md .txt .html .css ' +
    '.xml .yml .yaml .toml .h .c .cc .cpp .hpp .go .rs .java .jar .war .class .svg .png .jpg .gif .gz .zip .ttf .po .mo'
  ).split(' '),
);

/** The smallest ELF header. */
export const leastExecutableBytes = 52;

/** Whether the first bytes of a file are worth a look; path relative, as in layer entries. */
export function maybeExecutable(path: string, size: number, mode: number): boolean {
  if (size < leastExecutableBytes) return false;
  const name = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  if (dot > name && textSuffixes.has(path.slice(dot))) return false;
  return (mode & 0o111) !== 0 || path.includes('.so', name) || path.endsWith('.node') || inRunDirectory.test(path);
}

/** Whether a package's file list need tell of this file: an executable that no package owns is a find. */
export function isOwnedExecutablePath(path: string): boolean {
  const slash = path.lastIndexOf('/');
  return isOwnedExecutable(path.slice(0, Math.max(slash, 0)), path.slice(slash + 1));
}

export function isOwnedExecutable(directory: string, name: string): boolean {
  return sharedLibrary.test(name) || inRunDirectory.test(directory);
}

/** What stands in every line of a file list that `isOwnedExecutablePath` accepts. */
export const executableNeedles: readonly string[] = [...runDirectories.map((name) => `${name}/`), '.so'];

/** Whether `.so` is in a base name. */
export function hasSo(name: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + 2 < end; at += 1) {
    if (name[at] === 0x2e && name[at + 1] === 0x73 && name[at + 2] === 0x6f) return true;
  }
  return false;
}
