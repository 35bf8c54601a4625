import { type Executable, executableReader, executables } from '../binary/executable.ts';
import { type CatalogContext, type Cataloger, type Catalogued, type ParsedFile, parsed } from '../cataloger.ts';
import { baseName } from '../file-pattern.ts';
import { listedIn, type PackageList } from '../listed-in.ts';
import { installedPatterns, installedState } from './installed-state.ts';
import { parseComposerLock, parseNpmLock, parseNugetLock, parsePipfileLock } from './json-locks.ts';
import { isProjectLock } from './lock-path.ts';
import { parsePnpmLock, parseYarnLock } from './node-text-locks.ts';
import { parseCargoLock, parseGemfileLock, parsePoetryLock } from './text-locks.ts';

const parsers: ReadonlyMap<string, (body: Buffer) => ParsedFile<PackageList>> = new Map([
  ['package-lock.json', parseNpmLock],
  ['npm-shrinkwrap.json', parseNpmLock],
  ['yarn.lock', parseYarnLock],
  ['pnpm-lock.yaml', parsePnpmLock],
  ['Gemfile.lock', parseGemfileLock],
  ['Cargo.lock', parseCargoLock],
  ['composer.lock', parseComposerLock],
  ['poetry.lock', parsePoetryLock],
  ['Pipfile.lock', parsePipfileLock],
  ['packages.lock.json', parseNugetLock],
]);

/** What an executable says that lists its crates, which the cataloger of Rust reads: that it does. */
const auditable: PackageList = [];
const program = executableReader(inspect);

/**
 * Packages that an application was locked to and whose installation left nothing that says so, as in an image with only a
 * bundle or a compiled program. Where something does, it is the truth and the lock file is silent.
 */
export const lockFiles: Cataloger<PackageList> = {
  name: 'lock-files',
  version: 2,
  finds: 'language',
  digests: isLock,
  maxBytes: 32 * 1024 * 1024,
  reads: [...[...parsers.keys()].map((name) => ({ name, accepts: isProjectLock })), ...installedPatterns, executables],
  parse: (path, body, proofs) => parsers.get(baseName(path))?.(body) ?? program.parse(path, body, proofs),
  inspect,
  assemble,
};

function inspect(_path: string, { elf }: Executable): ParsedFile<PackageList> | null {
  return elf.section('.dep-v0') === undefined ? null : parsed(auditable);
}

function isLock(path: string): boolean {
  return parsers.has(baseName(path));
}

function assemble(context: CatalogContext<PackageList>): Catalogued {
  const isInstalled = installedState(
    context,
    context.files.some(({ facts }) => facts.length === 0),
  );
  return { packages: listedIn(context, (facts, path) => facts.filter((each) => !isInstalled(each, path))) };
}
