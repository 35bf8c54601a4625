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
  // asked of every package.json: nothing is taken apart that need not be
  const isFirst = path.startsWith(folder);
  const innermost = path.lastIndexOf(`/${folder}`);
  if (innermost < 0 && !isFirst) return false;
  const name = innermost + 1 + folder.length;
  const first = path[name];
  if (first === '.') return false;
  const scope = first === '@' ? path.indexOf('/', name) : name;
  const end = scope < 0 ? -1 : path.indexOf('/', scope + 1);
  if (end < 0 || path.indexOf('/', end + 1) >= 0) return false;
  const outermost = isFirst ? -1 : path.indexOf(`/${folder}`);
  if (outermost === innermost) return true;
  const between = path.slice(outermost + 1 + folder.length, innermost).split('/');
  return !between.some((part, index, all) => testDirectories.has(part) && !isName(all, index));
}

const folder = 'node_modules/';

/** The part is itself a package's name or scope (`node_modules/test`), not a folder of one. */
function isName(parts: readonly string[], index: number): boolean {
  const before = parts[index - 1];
  return index === 0 || before === 'node_modules' || (before?.startsWith('@') ?? false);
}
