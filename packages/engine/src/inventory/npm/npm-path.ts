/** Directories of a package that hold its tests; what lies in a `node_modules` below them was not installed. */
const testDirectories: ReadonlySet<string> = new Set([
  'test',
  'tests',
  '__tests__',
  'fixtures',
  '__fixtures__',
  'testdata',
  'spec',
]);

/**
 * Whether a `package.json` is that of an installed package: it lies in `node_modules/NAME` or `node_modules/@SCOPE/NAME`,
 * which is also what pnpm's store (`node_modules/.pnpm/NAME@1/node_modules/NAME`) ends in. Deeper ones describe a folder
 * of the package (`esm/package.json`), and names that begin with a dot are npm's and pnpm's own.
 */
export function isInstalledManifest(path: string): boolean {
  const parts = path.split('/');
  const at = parts.lastIndexOf('node_modules');
  const below = parts.length - 1 - at - 1;
  const name = parts[at + 1];
  if (at < 0 || name === undefined || name.startsWith('.')) return false;
  if (below !== (name.startsWith('@') ? 2 : 1)) return false;
  const outermost = parts.indexOf('node_modules');
  return !parts.slice(outermost + 1, at).some((part, index, all) => testDirectories.has(part) && !isName(all, index));
}

/** The part is itself a package's name or scope (`node_modules/test`), not a folder of one. */
function isName(parts: readonly string[], index: number): boolean {
  const before = parts[index - 1];
  return index === 0 || before === 'node_modules' || (before?.startsWith('@') ?? false);
}
