import type { ParsedFile } from '../cataloger.ts';
import { declaredLicenses, isRecord, jsonOf } from '../declared.ts';
import { CatalogError } from '../error.ts';
import { type ListedPackage, listed, type PackageList } from '../listed-in.ts';
import { lockedPackage } from './locked-package.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads `package-lock.json` and `npm-shrinkwrap.json`: `packages`, which is flat (versions 2 and 3), or the tree
 * `dependencies` (1). What is needed only for development, is a link or comes from no registry is left out.
 *
 * @see https://docs.npmjs.com/cli/configuring-npm/package-lock-json
 */
export function parseNpmLock(body: Buffer): ParsedFile<PackageList> {
  const lock = objectIn(body, npmTitle);
  if (isRecord(lock.packages)) return ofEntries(npmTitle, Object.entries(lock.packages), ofNpmPath);
  return ofEntries(npmTitle, tree(lock.dependencies), ofNpmNode);
}

const npmTitle = 'package-lock.json';

/** An entry that is no package to be listed. */
const passed = 'passed';

function ofNpmPath([path, entry]: Entry): Found {
  const at = path.lastIndexOf('node_modules/');
  if (at < 0) return passed;
  if (!isRecord(entry)) return null;
  if (entry.dev === true || entry.link === true) return passed;
  return lockedPackage('npm', entry.name ?? path.slice(at + 'node_modules/'.length), entry.version);
}

function ofNpmNode([name, entry]: Entry): Found {
  if (!isRecord(entry)) return null;
  const { version } = entry;
  if (entry.dev === true) return passed;
  if (typeof version !== 'string') return null;
  const alias = /^npm:(.[^@]{0,512})@(.{1,512})$/.exec(version);
  if (alias !== null) return lockedPackage('npm', alias[1], alias[2]);
  return version.includes(':') || version.includes('/') ? passed : lockedPackage('npm', name, version);
}

/** Every entry of the tree, by a list of what is left to do: a hostile one is as deep as it is long. */
function tree(root: unknown): readonly Entry[] {
  const found: Entry[] = [];
  const left: unknown[] = [root];
  while (left.length > 0) {
    const dependencies = left.pop();
    if (!isRecord(dependencies)) continue;
    for (const entry of Object.entries(dependencies)) {
      found.push(entry);
      if (isRecord(entry[1])) left.push(entry[1].dependencies);
    }
  }
  return found;
}

/**
 * Reads `composer.lock`, without what is for development.
 *
 * @see https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control
 */
export function parseComposerLock(body: Buffer): ParsedFile<PackageList> {
  const { packages } = objectIn(body, 'composer.lock');
  if (!Array.isArray(packages)) throw damaged('the composer.lock has no list of packages');
  return ofEntries('composer.lock', packages as readonly unknown[], (entry) => {
    if (!isRecord(entry)) return null;
    const licenses = declaredLicenses(Array.isArray(entry.license) ? entry.license : [entry.license]);
    return lockedPackage('composer', entry.name, entry.version, licenses);
  });
}

/**
 * Reads `Pipfile.lock`, without what is for development. What comes from a repository or a folder has no version.
 *
 * @see https://pipenv.pypa.io/en/latest/pipfile.html
 */
export function parsePipfileLock(body: Buffer): ParsedFile<PackageList> {
  const lock = objectIn(body, 'Pipfile.lock');
  if (!isRecord(lock.default)) throw damaged('the Pipfile.lock has no default packages');
  return ofEntries('Pipfile.lock', Object.entries(lock.default), ([name, entry]) => {
    if (!isRecord(entry)) return null;
    const { version } = entry;
    if (version === undefined) return passed;
    return lockedPackage('pypi', name, typeof version === 'string' ? version.replace(/^={2,3}/, '') : null);
  });
}

/**
 * Reads `packages.lock.json` of NuGet: packages for every target framework. Projects are the application itself.
 *
 * @see https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies
 */
export function parseNugetLock(body: Buffer): ParsedFile<PackageList> {
  const { dependencies } = objectIn(body, 'packages.lock.json');
  if (!isRecord(dependencies)) throw damaged('the packages.lock.json has no dependencies');
  const entries = Object.values(dependencies).flatMap((each) => (isRecord(each) ? Object.entries(each) : []));
  return ofEntries('packages.lock.json', entries, ([name, entry]) => {
    if (!isRecord(entry)) return null;
    return entry.type === 'Project' ? passed : lockedPackage('nuget', name, entry.resolved);
  });
}

type Entry = readonly [key: string, value: unknown];
/** Null: it should be a package, and cannot be read. */
type Found = ListedPackage | typeof passed | null;

function ofEntries<E>(title: string, entries: readonly E[], read: (entry: E) => Found): ParsedFile<PackageList> {
  const packages: ListedPackage[] = [];
  let unreadable = 0;
  for (const entry of entries) {
    const found = read(entry);
    if (found === null) unreadable += 1;
    else if (found !== passed) packages.push(found);
  }
  return listed(packages, unreadable, title);
}

function objectIn(body: Buffer, title: string): JsonObject {
  const value = jsonOf(body, title);
  if (!isRecord(value)) throw damaged(`the ${title} is no JSON object`);
  return value;
}

function damaged(message: string): CatalogError {
  return new CatalogError('package-manifest-damaged', message);
}
