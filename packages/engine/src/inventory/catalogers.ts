import { apk } from './apk/apk.ts';
import { executableNeedles, isOwnedExecutablePath } from './binary/executable-path.ts';
import { bitnami } from './bitnami/bitnami.ts';
import type { Cataloger, FileReader, ProofFilter } from './cataloger.ts';
import { chisel } from './chisel/chisel.ts';
import { claims } from './claims/claims.ts';
import { classifier } from './classifier/classifier.ts';
import { conda } from './conda/conda.ts';
import { dart } from './dart/dart.ts';
import { distroReader } from './distro/distro.ts';
import { dotnet } from './dotnet/dotnet.ts';
import { dpkg } from './dpkg/dpkg.ts';
import { egg } from './egg/egg.ts';
import { elixir } from './elixir/elixir.ts';
import {
  baseName,
  compilePatterns,
  type FilePattern,
  keyOfPattern,
  type PatternKey,
  type PatternMatcher,
} from './file-pattern.ts';
import { golang } from './golang/golang.ts';
import { java } from './java/java.ts';
import { julia } from './julia/julia.ts';
import { lockFiles } from './lock-files/lock-files.ts';
import { lua } from './lua/lua.ts';
import { nix } from './nix/nix.ts';
import { npm } from './npm/npm.ts';
import { opkg } from './opkg/opkg.ts';
import { packageNotes } from './package-note/notes.ts';
import { pacman } from './pacman/pacman.ts';
import { pear } from './pear/pear.ts';
import { php } from './php/php.ts';
import { portage } from './portage/portage.ts';
import { python } from './python/python.ts';
import { r } from './r/r.ts';
import { rpm } from './rpm/rpm.ts';
import { ruby } from './ruby/ruby.ts';
import { rust } from './rust/rust.ts';
import { unread } from './unread/unread.ts';
import { wordpress } from './wordpress/wordpress.ts';
import { yarnPnp } from './yarn-pnp/yarn-pnp.ts';

/** All catalogers. A new one is a folder and a line here. */
export const catalogers: readonly Cataloger<unknown>[] = [
  dpkg,
  apk,
  rpm,
  pacman,
  opkg,
  portage,
  chisel,
  npm,
  yarnPnp,
  python,
  java,
  golang,
  rust,
  nix,
  egg,
  ruby,
  php,
  pear,
  dotnet,
  elixir,
  conda,
  r,
  lua,
  dart,
  julia,
  lockFiles,
  wordpress,
  bitnami,
  packageNotes,
  classifier,
  claims,
  unread,
];

/** Everything that reads files of layers. */
export const readers: readonly FileReader<unknown>[] = [distroReader, ...catalogers];

export const readersByName: ReadonlyMap<string, FileReader<unknown>> = new Map(
  readers.map((reader) => [reader.name, reader]),
);

/** Which readers read the file at a path. */
export const matchFile: PatternMatcher = compilePatterns(readers);

/** By what `matchFile` looks files up. */
export const fileKeys: readonly PatternKey[] = readers.flatMap(({ name, reads }) =>
  reads.flatMap((pattern) => keyOfPattern(pattern, name) ?? []),
);

/** By what `matchLinked` does. */
export const linkedKeys: readonly PatternKey[] = readers.flatMap(({ name, linked = [] }) =>
  linked.flatMap((pattern) => keyOfPattern(pattern, name) ?? []),
);

/** Which readers mean the file at a path where a link leads to it. */
export const matchLinked: PatternMatcher = compilePatterns(
  readers.map(({ name, linked = [] }) => ({ name, reads: linked })),
);

/** Name → version of every reader: an input of the result, and part of the key of every kept layer analysis. */
export function catalogerVersions(): Record<string, number> {
  const pairs = readers.map(({ name, version }) => [name, version] as const);
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Those that look into executables. */
export const executableReaders: readonly FileReader<unknown>[] = readers.filter(({ inspect }) => inspect !== undefined);

const languages = catalogers.filter(({ finds }) => finds === 'language');
const matchProof = compilePatterns(languages);

/** The files that prove language packages, and those that are a find where nobody owns them, for catalogers that read file lists of distro packages. */
export const proofFilter: ProofFilter = {
  needles: [
    ...new Set(languages.flatMap(({ reads }) => reads.filter(({ executable }) => !executable).map(needleOf))),
    ...executableNeedles,
  ],
  proves: (path) => isOwnedExecutablePath(path) || matchProof(path).length > 0,
};

/** What stands in the path of every file that matches: never empty, or every line of every file list would be looked at. */
function needleOf({ name, suffix, path, directory = '' }: FilePattern): string {
  return name ?? suffix ?? baseName(path ?? directory);
}
