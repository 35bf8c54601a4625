import type { ParsedFile } from '../cataloger.ts';
import { listed, type PackageList } from '../listed-in.ts';
import { checkCount, type LockedType, linesOf, lockedPackage } from './locked-package.ts';

/**
 * Reads `Gemfile.lock`: the gems below `specs:` by four spaces, from registries and repositories; those of a `PATH` are
 * the application's own. The platform that a version ends in is left out: several are locked, one is installed.
 *
 * @see https://bundler.io/man/bundle-lock.1.html
 */
export function parseGemfileLock(body: Buffer): ParsedFile<PackageList> {
  const specs: string[] = [];
  let isForeign = false;
  for (const line of linesOf(body, 'Gemfile.lock', /^(?:GEM|GIT|PATH|PLATFORMS|DEPENDENCIES)$/)) {
    if (/^\S/.test(line)) isForeign = /^(?:GEM|GIT|PLUGIN SOURCE)$/.test(line);
    else if (isForeign && /^ {4}\S/.test(line)) checkCount(specs.push(line), 'Gemfile.lock');
  }
  const packages = specs.flatMap((spec) => {
    const found = /^ {4}(\S{1,512}) \(([^\s()-]{1,512})(?:-[^\s()]{1,512})?\)$/.exec(spec);
    return lockedPackage('gem', found?.[1], found?.[2]) ?? [];
  });
  return listed(packages, specs.length - packages.length, 'Gemfile.lock');
}

/**
 * Reads `Cargo.lock`. Packages without a source are the application's own.
 *
 * @see https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html
 */
export function parseCargoLock(body: Buffer): ParsedFile<PackageList> {
  return parseTomlLock(body, 'Cargo.lock', 'cargo', (fields) => fields.has('source'));
}

/**
 * Reads `poetry.lock`. Old ones say which packages are for development only.
 *
 * @see https://python-poetry.org/docs/basic-usage/#committing-your-poetrylock-file-to-version-control
 */
export function parsePoetryLock(body: Buffer): ParsedFile<PackageList> {
  return parseTomlLock(body, 'poetry.lock', 'pypi', (fields) => fields.get('category') !== 'dev');
}

type Fields = ReadonlyMap<string, string>;

/** Tables `[[package]]`, whose fields are texts in one line each. */
function parseTomlLock(
  body: Buffer,
  title: string,
  type: LockedType,
  isWanted: (fields: Fields) => boolean,
): ParsedFile<PackageList> {
  const tables: Map<string, string>[] = [];
  let fields: Map<string, string> | null = null;
  for (const line of linesOf(body, title, /^\[\[package\]\]\s*$|^\[(?:root|metadata)\]\s*$|^version = \d/)) {
    if (line.startsWith('[')) {
      fields = /^\[\[package\]\]\s*$/.test(line) ? new Map() : null;
      if (fields !== null) checkCount(tables.push(fields), title);
    }
    const field = fields === null ? null : /^(name|version|source|category) = "([^"\\]{0,2000})"\s*$/.exec(line);
    if (field !== null) fields!.set(field[1]!, field[2]!);
  }
  const wanted = tables.filter(isWanted);
  const packages = wanted.flatMap((each) => lockedPackage(type, each.get('name'), each.get('version')) ?? []);
  return listed(packages, wanted.length - packages.length, title);
}
