import { type CatalogContext, type Cataloger, type Catalogued, type ParsedFile, parsed } from '../cataloger.ts';
import { CatalogError } from '../error.ts';
import { introductions } from '../introduction.ts';
import { isInstalledManifest } from '../npm/npm-path.ts';
import { npmPurl } from '../npm/npm-purl.ts';
import { type NpmManifest, parsePackageJson } from '../npm/package-json.ts';
import type { Package } from '../types.ts';
import { readZipEntry, zipEntries } from '../zip-archive.ts';
import { type PnpPackage, parsePnpData, versionOf } from './pnp-data.ts';

/** A manifest in an archive of Yarn's cache. */
interface ArchivedManifest extends NpmManifest {
  /** `node_modules/x/package.json` */
  readonly inner: string;
}

/** What one file says. */
export type YarnPnpFacts =
  | { readonly kind: 'archive'; readonly manifests: readonly ArchivedManifest[] }
  | { readonly kind: 'project'; readonly packages: readonly PnpPackage[] };

const projectFiles = ['.pnp.cjs', '.pnp.js', '.pnp.data.json'];
const maxManifestBytes = 4 * 1024 * 1024;
/** An archive holds a package and what it bundles. */
const mostManifests = 1000;

/**
 * npm packages of projects with Yarn Plug'n'Play, which has no `node_modules`: a file says which packages the project loads,
 * and each lies in an archive. Archives that no project names are a mere cache. Packages of which there is no archive were
 * not fetched (they are for other systems); where there is none at all, the file is all that says what the project needs.
 */
export const yarnPnp: Cataloger<YarnPnpFacts> = {
  name: 'yarn-pnp',
  version: 2,
  finds: 'language',
  maxBytes: 64 * 1024 * 1024,
  reads: [
    ...projectFiles.map((name) => ({ name })),
    { suffix: '.zip', accepts: (path) => /(?:^|\/)\.yarn\/(?:berry\/)?cache\/[^/]+$/.test(path) },
  ],
  parse: (path, body) => (path.endsWith('.zip') ? readArchive(body) : readProject(body)),
  assemble,
};

function readProject(body: Buffer): ParsedFile<YarnPnpFacts> {
  const packages = parsePnpData(body.toString('utf8'));
  return parsed(packages === null || packages.length === 0 ? null : { kind: 'project', packages });
}

function readArchive(body: Buffer): ParsedFile<YarnPnpFacts> {
  const manifests: ArchivedManifest[] = [];
  for (const entry of zipEntries(body)) {
    if (!entry.name.endsWith('/package.json') || !isInstalledManifest(entry.name)) continue;
    if (entry.size > maxManifestBytes || manifests.length === mostManifests) {
      throw new CatalogError('package-manifest-damaged', 'the archive has manifests that are too large or too many');
    }
    const manifest = parsePackageJson(readZipEntry(body, entry));
    if (manifest !== null) manifests.push({ ...manifest, inner: entry.name });
  }
  return parsed(manifests.length === 0 ? null : { kind: 'archive', manifests });
}

function assemble(context: CatalogContext<YarnPnpFacts>): Catalogued {
  const since = introductions(
    context.history(() => true),
    (facts, path) => (facts.kind === 'archive' ? facts.manifests : statedBy(facts)).map((each) => keyOf(each, path)),
  );
  const archives = new Map(context.files.map((file) => [file.path, file]));
  const found = new Map<string, Package>();
  for (const { path, layer, facts } of context.files) {
    if (facts.kind !== 'project') continue;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const loaded = facts.packages.flatMap(({ archive, inner }) => {
      const place = context.view.resolve(`${folder}${archive}`);
      const file = 'node' in place ? archives.get(place.node.path) : undefined;
      if (file?.facts.kind !== 'archive') return [];
      const own = file.facts.manifests.filter((each) => each.inner.startsWith(`${inner}/`));
      return own.map((each) => ({ each, place: file.path, layer: file.layer }));
    });
    const stated = loaded.length > 0 ? [] : statedBy(facts).map((each) => ({ each, place: path, layer }));
    for (const { each, place, layer: written } of [...loaded, ...stated]) {
      const key = keyOf(each, place);
      const introduced = context.layerId(since.get(key) ?? written);
      found.set(key, packageOf(each, place, introduced));
    }
  }
  return { packages: [...found.values()] };
}

type Stated = NpmManifest & { readonly inner: string };

/** By the references alone, each version once. */
function statedBy({ packages }: Extract<YarnPnpFacts, { kind: 'project' }>): readonly Stated[] {
  const distinct = new Map<string, Stated>();
  for (const { name, reference } of packages) {
    const version = versionOf(reference);
    if (version !== null && /^[^\s\p{C}]{1,512}$/u.test(name)) {
      distinct.set(`${name}@${version}`, { name, version, licenses: [], inner: '' });
    }
  }
  return [...distinct.values()];
}

function keyOf({ inner, name, version }: Stated, path: string): string {
  return `${path}\0${inner}\0${name}\0${version}`;
}

function packageOf({ name, version, licenses, inner }: Stated, path: string, layer: string | null): Package {
  return {
    type: 'npm',
    name,
    version,
    purl: npmPurl(name, version),
    arch: null,
    source: null,
    licenses,
    locations: [{ path: inner === '' ? `/${path}` : `/${path}!/${inner}`, layer }],
    ownedBy: null,
  };
}
