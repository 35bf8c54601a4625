import {
  type CatalogContext,
  type Cataloger,
  type Catalogued,
  type LiveFile,
  type ParsedFile,
  parsed,
  type ShippedFile,
  type Unlisted,
} from '../cataloger.ts';
import { type Dropped, droppedPackages } from '../dropped-packages.ts';
import { baseName } from '../file-pattern.ts';
import { introductions } from '../introduction.ts';
import { keyOf, nativePurl } from '../native-package.ts';
import { OwnedPaths } from '../owned-paths.ts';
import type { Package } from '../types.ts';
import { isDataOnly } from './data-only.ts';
import { parseDebCopyright } from './deb-copyright.ts';
import { parseDiversions } from './dpkg-diversions.ts';
import { shippedProofs } from './dpkg-file-list.ts';
import { type DebPackage, parseDpkgStatus } from './dpkg-status.ts';

/** What one file of dpkg says. */
export type DpkgFacts =
  | { readonly kind: 'status'; readonly packages: readonly DebPackage[] }
  | { readonly kind: 'proofs'; readonly files: readonly ShippedFile[]; readonly dataOnly: boolean }
  | { readonly kind: 'diversions'; readonly paths: readonly string[] }
  | { readonly kind: 'licenses'; readonly licenses: readonly string[] };

const statusDirectory = 'var/lib/dpkg/status.d';
const diversions = 'var/lib/dpkg/diversions';
const lists = ['.list', '.md5sums'];
/** Changes that dpkg had not merged into the status when it was killed, a numbered file each. */
const journal = 'var/lib/dpkg/updates';

/** Packages of Debian and its derivatives, also of images without dpkg (`status.d`, one file per package). */
export const dpkg: Cataloger<DpkgFacts> = {
  name: 'dpkg',
  version: 5,
  finds: 'distro',
  maxBytes: 64 * 1024 * 1024,
  reads: [
    { path: 'var/lib/dpkg/status', database: 'dpkg status' },
    { directory: statusDirectory, accepts: (path) => !path.endsWith('.md5sums'), database: 'dpkg status.d' },
    { directory: statusDirectory, suffix: '.md5sums' },
    { directory: 'var/lib/dpkg/info', suffix: '.list' },
    { directory: 'var/lib/dpkg/info', suffix: '.md5sums' },
    { path: diversions },
    { directory: journal, accepts: (path) => /\/\d+$/.test(path) },
    { name: 'copyright', below: 'usr/share/doc' },
  ],
  parse: parseDpkgFile,
  names: (facts) => (facts.kind === 'status' ? facts.packages.map(({ name }) => name) : []),
  assemble,
};

function parseDpkgFile(path: string, body: Buffer, proofs: Parameters<typeof dpkg.parse>[2]): ParsedFile<DpkgFacts> {
  const name = baseName(path);
  if (name === 'copyright') {
    const licenses = parseDebCopyright(body);
    return parsed(licenses.length > 0 ? { kind: 'licenses', licenses } : null);
  }
  if (path.startsWith(`${journal}/`)) {
    const message = 'the dpkg database is damaged: its last changes are in a journal that dpkg has not merged';
    return { facts: null, damage: body.length === 0 ? null : { code: 'package-database-damaged', message } };
  }
  if (path === diversions) {
    const paths = parseDiversions(body.toString('utf8'));
    return parsed(paths.length > 0 ? { kind: 'diversions', paths } : null);
  }
  if (lists.some((suffix) => name.endsWith(suffix))) {
    const files = shippedProofs(body, proofs);
    // where there is no list, in status.d, the digests name all files
    const dataOnly = (name.endsWith('.list') || path.startsWith(`${statusDirectory}/`)) && isDataOnly(body);
    return parsed(files.length > 0 || dataOnly ? { kind: 'proofs', files, dataOnly } : null);
  }
  const inDirectory = path.startsWith(`${statusDirectory}/`);
  const { packages, damage } = parseDpkgStatus(body, inDirectory ? 'status.d' : 'status');
  return { facts: packages.length > 0 ? { kind: 'status', packages } : null, damage };
}

function assemble(context: CatalogContext<DpkgFacts>): Catalogued {
  const since = introductions(
    context.history((pattern) => pattern.database !== undefined),
    keysOf,
  );
  const licenses = new Map<string, readonly string[]>();
  for (const { path, facts } of context.files) if (facts.kind === 'licenses') licenses.set(path, facts.licenses);
  const packages = new Map<string, Package>();
  for (const file of context.files) {
    if (file.facts.kind !== 'status') continue;
    for (const found of file.facts.packages) {
      const key = keyOf(found);
      if (packages.has(key)) continue;
      packages.set(key, {
        type: 'deb',
        name: found.name,
        version: found.version,
        purl: nativePurl('deb', found, context.distro, 'debian'),
        arch: found.arch,
        source: found.source,
        licenses: licensesOf(found.name, context, licenses),
        locations: [{ path: `/${file.path}`, layer: context.layerId(since.get(key) ?? file.layer) }],
        ownedBy: null,
      });
    }
  }
  return {
    packages: [...packages.values()],
    owners: ownersOf(context, since),
    unlisted: unlistedOf(context),
    code: dataOnlyPackages(context),
  };
}

function dataOnlyPackages({ files }: CatalogContext<DpkgFacts>): NonNullable<Catalogued['code']> {
  const byFile = new Map(
    files.flatMap(({ as, facts }) =>
      facts.kind === 'status' && facts.packages.length === 1 ? [[baseName(as), facts.packages[0]!.name] as const] : [],
    ),
  );
  return files.flatMap((file) =>
    file.facts.kind === 'proofs' && file.facts.dataOnly
      ? [{ kind: 'data-only', type: 'deb', name: listOwner(file, byFile).replace(/:.*$/, '') } as const]
      : [],
  );
}

function keysOf(facts: DpkgFacts): string[] {
  return facts.kind === 'status' ? facts.packages.map(keyOf) : [];
}

function licensesOf(
  name: string,
  { view }: CatalogContext<DpkgFacts>,
  licenses: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  if (licenses.size === 0) return [];
  const found = view.resolve(`usr/share/doc/${name}/copyright`);
  return ('node' in found && licenses.get(found.node.path)) || [];
}

/**
 * Only packages that are installed own files: a removed one leaves a list of its configuration files. `.list` comes before
 * `.md5sums`, which adds the digests; files of status.d have the latter alone.
 */
function ownersOf(context: CatalogContext<DpkgFacts>, since: ReadonlyMap<string, number>): OwnedPaths['owners'] {
  const owned = new OwnedPaths(context.view);
  const installed = new Map<string, number>();
  const byFile = new Map<string, string>();
  for (const { as, layer, facts } of context.files) {
    if (facts.kind !== 'status') continue;
    for (const found of facts.packages) {
      const [name, at] = [found.name, since.get(keyOf(found)) ?? layer];
      // architectures that are installed side by side may come one after the other
      installed.set(name, Math.max(at, installed.get(name) ?? 0));
      installed.set(`${name}:${found.arch}`, at);
    }
    if (facts.packages.length === 1) byFile.set(baseName(as), facts.packages[0]!.name);
  }
  for (const file of context.files) {
    if (file.facts.kind !== 'proofs') continue;
    const stem = listOwner(file, byFile);
    const name = stem.replace(/:.*$/, '');
    const at = installed.get(stem) ?? installed.get(name);
    if (at === undefined) continue;
    for (const { path, digest } of file.facts.files) owned.add(path, { name, algorithm: 'md5', digest, since: at });
  }
  return owned.owners;
}

/** `info/NAME.list`, `info/NAME:ARCH.list`, or `status.d/FILE.md5sums` beside the `status.d/FILE` that has the name. */
function listOwner(file: LiveFile<DpkgFacts>, byFile: ReadonlyMap<string, string>): string {
  const name = baseName(file.as);
  const stem = name.slice(0, name.lastIndexOf('.'));
  return (file.as.startsWith(`${statusDirectory}/`) ? byFile.get(stem) : undefined) ?? stem;
}

/** What one layer said of a package's files. */
interface ListState {
  readonly layer: number;
  readonly path: string;
  readonly files: readonly ShippedFile[];
}

/**
 * dpkg writes the list of a package's files whenever it installs or upgrades it, and when it leaves configuration files
 * behind: a list that a layer wrote says that dpkg was at work. Diverted files are not where the list says.
 */
function unlistedOf(context: CatalogContext<DpkgFacts>): readonly Unlisted[] {
  const dropped = droppedPackages(
    context.history((pattern) => pattern.database !== undefined),
    (facts) => (facts.kind === 'status' ? facts.packages : []),
    keyOf,
  );
  if (dropped.length === 0) return [];
  const states = new Map<string, ListState[]>();
  const diverted = new Set<string>();
  for (const { layer, path, facts } of context.history((pattern) => pattern.database === undefined)) {
    if (facts?.kind === 'diversions') for (const each of facts.paths) diverted.add(each);
    if (!lists.some((suffix) => path.endsWith(suffix))) continue;
    const stem = path.slice(0, path.lastIndexOf('.'));
    const state = { layer, path, files: facts?.kind === 'proofs' ? facts.files : [] };
    states.set(stem, [...(states.get(stem) ?? []), state]);
  }
  return dropped.map((each): Unlisted => {
    const known = stemsOf(each).flatMap((stem) => states.get(stem) ?? []);
    const { layer, path, before, now } = each;
    return {
      layer,
      path,
      name: before.name,
      version: before.version,
      now: now?.version ?? null,
      files: lists
        .flatMap((suffix) => known.findLast((state) => state.layer < layer && state.path.endsWith(suffix))?.files ?? [])
        .filter((file) => !diverted.has(file.path)),
      mayBeEdit: !known.some((state) => wasWritten(context, state.path, layer)),
    };
  });
}

/** Without suffix: beside the status, or beside the file of status.d. */
function stemsOf({ path, before }: Dropped<DebPackage>): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  if (folder.endsWith('status.d/')) return [path];
  return [`${folder}info/${before.name}`, `${folder}info/${before.name}:${before.arch}`];
}

function wasWritten({ view }: CatalogContext<DpkgFacts>, path: string, layer: number): boolean {
  return view.history(path).some((event) => event.layer === layer && event.event === 'added');
}
