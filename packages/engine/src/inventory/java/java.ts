import type { FileParts } from '../../image/types.ts';
import type { CatalogContext, Cataloger, Catalogued, ParsedFile } from '../cataloger.ts';
import { introducedAt } from '../introduction.ts';
import { buildPurl } from '../purl.ts';
import type { Incomplete, Package } from '../types.ts';
import { ArchiveParts } from './archive-parts.ts';
import { archiveSuffixes, type JavaArchive, type JavaPackage, readJavaArchive } from './java-archive.ts';

/**
 * Libraries in Java archives, nested and shaded ones too: by the `pom.properties` that Maven leaves in them, else by
 * `pom.xml`, manifest or file name.
 */
export const java: Cataloger<JavaArchive> = {
  name: 'java',
  version: 3,
  finds: 'language',
  // large files, and a distro ships its own nowhere else: what lies in /opt or /app is judged by its ecosystem, owned or not
  digests: (path) => path.startsWith('usr/'),
  maxBytes: 256 * 1024 * 1024,
  // Java's class paths take `.JAR` as well
  reads: archiveSuffixes.flatMap((suffix) => [{ suffix }, { suffix: suffix.toUpperCase() }]),
  parse: (path, body) => readJavaArchive(path, body),
  parseParts,
  assemble,
};

function parseParts(path: string, parts: FileParts): ParsedFile<JavaArchive> {
  const archive = new ArchiveParts(parts);
  try {
    return readJavaArchive(path, archive);
  } finally {
    archive.close();
  }
}

function assemble(context: CatalogContext<JavaArchive>): Catalogued {
  const since = introducedAt(context, ({ packages }, path) => packages.map((each) => keyOf(each, path)));
  const packages = context.files.flatMap(({ path, layer, facts }) =>
    facts.packages.map((each): Package => {
      const introduced = context.layerId(since(keyOf(each, path), { layer }));
      return {
        type: 'maven',
        name: each.name,
        version: each.version,
        purl: mavenPurl(each),
        arch: null,
        source: null,
        licenses: each.licenses,
        locations: [{ path: placeOf(path, each.inner), layer: introduced }],
        ownedBy: null,
      };
    }),
  );
  const code = context.files.flatMap(({ path, facts }) =>
    facts.packages.flatMap(({ inner, classes }) =>
      classes === undefined ? [] : [{ kind: 'java-classes', path: placeOf(path, inner), classes } as const],
    ),
  );
  return { packages, code, incompleteOf: (isOwned) => unnamedArchives(context, isOwned) };
}

/** The archive that proves it, `/opt/a.war!/WEB-INF/lib/b.jar`. */
function placeOf(path: string, inner: string): string {
  return inner === '' ? `/${path}` : `/${path}!/${inner}`;
}

function keyOf({ inner, name, version }: JavaPackage, path: string): string {
  return `${path}\0${inner}\0${name}\0${version}`;
}

function mavenPurl({ name, version }: JavaPackage): string {
  const colon = name.indexOf(':');
  return buildPurl({
    type: 'maven',
    namespace: name.slice(0, Math.max(colon, 0)),
    name: name.slice(colon + 1),
    version,
  });
}

/** One entry for all: a library that says nothing of itself cannot be judged, and there may be many of them. */
function unnamedArchives(
  { files, layerId }: CatalogContext<JavaArchive>,
  isOwned: (path: string) => boolean,
): readonly Incomplete[] {
  const places = files.flatMap(({ path, layer, facts }) =>
    isOwned(path) ? [] : facts.unnamed.map((inner) => ({ path: placeOf(path, inner), layer: layerId(layer) })),
  );
  const [first] = places;
  if (first === undefined) return [];
  const count = `${places.length} ${places.length === 1 ? 'file' : 'files'}`;
  const message = `Java archive: ${count} with classes say neither what they are nor which version, so they are not listed`;
  return [
    { code: 'application-unread', message, path: first.path, ...(first.layer === null ? {} : { layer: first.layer }) },
  ];
}
