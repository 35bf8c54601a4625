import type { SquashedView } from '../../image/squash.ts';
import type { CatalogContext, ReadPattern } from '../cataloger.ts';
import { baseName } from '../file-pattern.ts';
import type { ListedPackage, PackageList } from '../listed-in.ts';

/** Files whose mere presence says what is installed; their own catalogers read them. */
export const installedPatterns: readonly ReadPattern[] = [
  { suffix: '.gemspec', inside: 'specifications', presence: true },
  { name: 'METADATA', parentSuffix: '.dist-info', presence: true },
  { name: 'PKG-INFO', parentSuffix: '.egg-info', presence: true },
  { name: 'PKG-INFO', parentSuffix: 'EGG-INFO', presence: true },
  { suffix: '.egg-info', presence: true },
  { suffix: '.egg', presence: true },
  { suffix: '.json', accepts: (path) => path.endsWith('.deps.json'), presence: true },
];

/** Whether the image has, apart from a lock file at this path, the state of installation that says more than it. */
export type IsInstalled = (each: ListedPackage, lockPath: string) => boolean;

/** @param hasAuditable whether a Rust program of the image says what it was built from */
export function installedState(context: CatalogContext<PackageList>, hasAuditable: boolean): IsInstalled {
  const gems = new Set<string>();
  const distributions = new Set<string>();
  let hasDotnet = false;
  for (const { path } of context.present) {
    if (path.endsWith('.gemspec')) gems.add(baseName(path).slice(0, -'.gemspec'.length));
    else if (path.endsWith('.json')) hasDotnet = true;
    else distributions.add(distributionName(path));
  }
  const isFilled = remembered((directory) => hasNodePackages(context.view, directory));
  const isComposed = remembered((directory) => isThere(context.view, `${directory}vendor/composer/installed.json`));
  const hasGem = gemFinder(gems);
  return ({ type, name, version }, lockPath) => {
    const directory = lockPath.slice(0, lockPath.lastIndexOf('/') + 1);
    if (type === 'npm') return isFilled(directory);
    if (type === 'composer') return isComposed(directory);
    if (type === 'gem') return hasGem(name, version);
    if (type === 'pypi') return distributions.has(normalised(name));
    return type === 'cargo' ? hasAuditable : hasDotnet;
  };
}

/** `six-1.16.0.dist-info/METADATA`, `x.egg-info`, `a-1-py3.egg/EGG-INFO/PKG-INFO` → the name, which has no hyphen there. */
function distributionName(path: string): string {
  const part = path.split('/').findLast((each) => /\.(?:dist-info|egg-info|egg)$/.test(each)) ?? '';
  const stem = part.slice(0, part.lastIndexOf('.'));
  const hyphen = /-\d/.exec(stem);
  return normalised(hyphen === null ? stem : stem.slice(0, hyphen.index));
}

/** @see https://packaging.python.org/en/latest/specifications/name-normalization/ */
function normalised(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}

/** Specifications are `NAME-VERSION.gemspec`, with the platform behind where there is one. */
function gemFinder(stems: ReadonlySet<string>): (name: string, version: string) => boolean {
  const withoutPlatform = new Set<string>(stems);
  for (const stem of stems) {
    const found = /^(.+?-\d[^-]*)-/s.exec(stem);
    if (found !== null) withoutPlatform.add(found[1]!);
  }
  return (name, version) => withoutPlatform.has(`${name}-${version}`);
}

/**
 * Whether `node_modules` beside the lock holds packages, not only what tools keep there (`.cache`, `.package-lock.json`), or
 * Yarn's Plug'n'Play says what is loaded in its stead.
 */
function hasNodePackages(view: SquashedView, directory: string): boolean {
  if (['.pnp.cjs', '.pnp.js'].some((name) => isThere(view, `${directory}${name}`))) return true;
  const found = view.resolve(`${directory}node_modules`);
  if (!('node' in found) || found.node.entry.type !== 'directory') return false;
  for (const { path } of view.children(found.node.path)) if (!baseName(path).startsWith('.')) return true;
  return false;
}

function isThere(view: SquashedView, path: string): boolean {
  return 'node' in view.resolve(path);
}

function remembered(ask: (directory: string) => boolean): (directory: string) => boolean {
  const known = new Map<string, boolean>();
  return (directory) => {
    const answer = known.get(directory) ?? ask(directory);
    known.set(directory, answer);
    return answer;
  };
}
