import type { ParsedFile } from '../cataloger.ts';
import { isRecord, isWord, jsonOf } from '../declared.ts';
import { CatalogError } from '../error.ts';
import { type ListedPackage, listed, type PackageList } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/** The runtime of a self-contained application is the NuGet package of this name behind the prefix. */
const runtimePack = 'runtimepack.';

/**
 * Reads the libraries of a `deps.json`. The application's own projects are no packages; all else is listed.
 *
 * @throws CatalogError when it has no libraries
 * @see https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
 */
export function parseDepsJson(body: Buffer): ParsedFile<PackageList> {
  const value = jsonOf(body, 'deps.json');
  const libraries = isRecord(value) ? value.libraries : undefined;
  if (!isRecord(libraries)) throw new CatalogError('package-manifest-damaged', 'the deps.json has no libraries');
  const foreign = Object.entries(libraries).filter(([, library]) => !isRecord(library) || library.type !== 'project');
  const packages = foreign.flatMap(([key]) => packageOf(key) ?? []);
  return listed(packages, foreign.length - packages.length, 'deps.json');
}

/** `NAME/VERSION` */
function packageOf(key: string): ListedPackage | null {
  const slash = key.indexOf('/');
  const full = key.slice(0, Math.max(slash, 0));
  const name = full.startsWith(runtimePack) ? full.slice(runtimePack.length) : full;
  const version = key.slice(slash + 1);
  if (!isWord(name) || !isWord(version)) return null;
  return { type: 'nuget', name, version, purl: buildPurl({ type: 'nuget', name, version }), licenses: [] };
}
