import { type Executable, executableReader } from '../binary/executable.ts';
import { type BuiltIn, builtInto } from '../binary/installed-executable.ts';
import { type CatalogContext, type Cataloger, type Catalogued, type ParsedFile, parsed } from '../cataloger.ts';
import { CatalogError } from '../error.ts';
import { buildPurl } from '../purl.ts';
import { readGoBuildInfo } from './go-build-info.ts';
import { goFunctions } from './go-functions.ts';
import { mainVersion } from './go-main-version.ts';
import { type GoModule, parseGoModules } from './go-modules.ts';

/** What one Go binary was built from, the main module first, the standard library last. */
export interface GoFacts {
  readonly modules: readonly GoModule[];
  /** the linked packages and functions, see `goFunctions`; null: not known, or nobody asks */
  readonly functions: string | null;
}

/** Modules of Go binaries, with the standard library that was linked in. */
export const golang: Cataloger<GoFacts> = {
  name: 'golang',
  version: 6,
  finds: 'language',
  ...executableReader(inspect),
  assemble,
};

/** One module has no longer path or version. */
const longestName = 1024;

function inspect(_path: string, executable: Executable): ParsedFile<GoFacts> | null {
  if (isPacked(executable)) {
    throw new CatalogError('application-unread', 'packed with UPX: what this executable was built from cannot be seen');
  }
  const info = readGoBuildInfo(executable);
  if (info === null) return null;
  const { main, path, modules, settings } = parseGoModules(info.modules ?? '');
  const version = main === null ? null : mainVersion(main, settings);
  const library = libraryVersion(info.goVersion ?? '');
  const all = [
    ...(main === null || version === null ? [] : [{ name: main.name, version }]),
    ...modules,
    ...(library === null ? [] : [{ name: 'stdlib', version: library }]),
  ];
  const named = all.filter(isNamed);
  if (named.length === 0) return null;
  // functions of a main package that the build does not name cannot be told from those of others
  const known = executable.judged && path !== '' && path !== 'command-line-arguments';
  return parsed({ modules: named, functions: known ? goFunctions(executable, path) : null });
}

const packedBytes = 1024;

/** UPX leaves its mark behind the program headers, and no section headers. */
function isPacked({ elf, parts }: Executable): boolean {
  return elf.sectionTable === 0 && parts.read(0, Math.min(packedBytes, parts.size))?.includes('UPX!') === true;
}

/** A module in a local folder (`(devel)`) has no version that an advisory could mean. */
function isNamed({ name, version }: GoModule): boolean {
  const text = `${name}${version}`;
  return (
    name !== '' && version !== '' && version !== '(devel)' && text.length <= longestName && !/[\s\p{C}]/u.test(text)
  );
}

/** `go1.22.0 X:boringcrypto` → `1.22.0`; null for a toolchain that is no release. */
function libraryVersion(goVersion: string): string | null {
  return /^go(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)(?![\w.])/.exec(goVersion)?.[1] ?? null;
}

function assemble(context: CatalogContext<GoFacts>): Catalogued {
  return {
    packages: builtInto(context, 'golang', ({ modules }) => modules.map(withPurl)),
    code: context.files.flatMap(({ path, facts: { functions } }) =>
      functions === null ? [] : [{ kind: 'go-functions', path: `/${path}`, functions } as const],
    ),
  };
}

/** The path of a module is namespace and name: `golang.org/x/sys` → `pkg:golang/golang.org/x/sys`. */
function withPurl({ name, version }: GoModule): BuiltIn {
  const slash = name.lastIndexOf('/');
  const parts = { type: 'golang', namespace: name.slice(0, Math.max(slash, 0)), name: name.slice(slash + 1), version };
  return { name, version, purl: buildPurl(parts) };
}
