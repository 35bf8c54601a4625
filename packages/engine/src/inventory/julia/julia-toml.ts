import { type ParsedFile, parsed } from '../cataloger.ts';
import { isWord } from '../declared.ts';
import { type ListedPackage, listed, type PackageList } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/** A package of a depot, `packages/NAME/SLUG/Project.toml`, or of the standard library, `stdlib/v1.9/NAME/Project.toml`. */
export function isInstalledProject(path: string): boolean {
  const parts = path.split('/');
  if (/^v\d/.test(parts.at(-3) ?? '')) return parts.at(-4) === 'stdlib';
  return parts.at(-4) === 'packages' && /^[A-Za-z0-9]{4,6}$/.test(parts.at(-2)!);
}

/** Reads what a package says of itself: the fields before the first table. Without name, UUID and version it says nothing. */
export function parseProject(body: Buffer): ParsedFile<PackageList> {
  const fields = new Map<string, string>();
  for (const line of body.toString('utf8').split('\n')) {
    if (line.startsWith('[')) break;
    take(fields, line);
  }
  const found = packageOf(fields.get('name'), fields);
  return parsed(found === null ? null : [found]);
}

/**
 * Reads the packages that a project was resolved to, `[[deps.NAME]]` (before Julia 1.7 `[[NAME]]`). Those without a version
 * are parts of Julia itself; a file without a UUID is of some other tool.
 */
export function parseManifest(body: Buffer): ParsedFile<PackageList> {
  const entries: { readonly name: string; readonly fields: Map<string, string> }[] = [];
  for (const line of body.toString('utf8').split('\n')) {
    const head = /^\[\[(?:deps\.)?([^\]."]{1,512})\]\]\s*$/.exec(line);
    if (head !== null) entries.push({ name: head[1]!, fields: new Map() });
    else if (!line.startsWith('[') && entries.length > 0) take(entries.at(-1)!.fields, line);
  }
  const versioned = entries.filter(({ fields }) => fields.has('uuid') && fields.has('version'));
  const packages = versioned.flatMap(({ name, fields }) => packageOf(name, fields) ?? []);
  return listed(packages, versioned.length - packages.length, manifestTitle);
}

const manifestTitle = 'Manifest.toml of Julia';

function take(fields: Map<string, string>, line: string): void {
  const found = /^\s{0,16}(name|uuid|version) {0,16}= {0,16}"([^"\\]{0,512})"/.exec(line);
  if (found !== null && !fields.has(found[1]!)) fields.set(found[1]!, found[2]!);
}

function packageOf(name: string | undefined, fields: ReadonlyMap<string, string>): ListedPackage | null {
  const [uuid, version] = [fields.get('uuid'), fields.get('version')];
  if (!isWord(name) || !isWord(uuid) || !isWord(version)) return null;
  const purl = buildPurl({ type: 'julia', name, version, qualifiers: { uuid } });
  return { type: 'julia', name, version, purl, licenses: [] };
}
