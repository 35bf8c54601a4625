import type {
  CatalogContext,
  Cataloger,
  Catalogued,
  ParsedFile,
  ProofFilter,
  ShippedFile,
  Unlisted,
} from '../cataloger.ts';
import { shippedProofs } from '../dpkg/dpkg-file-list.ts';
import { droppedPackages, sameBuild } from '../dropped-packages.ts';
import { baseName } from '../file-pattern.ts';
import { introductions } from '../introduction.ts';
import { keyOf, nativePurl } from '../native-package.ts';
import { OwnedPaths } from '../owned-paths.ts';
import type { Package } from '../types.ts';
import { type PacmanPackage, parsePacmanDesc } from './pacman-desc.ts';

/** What one file of pacman's local database says. */
export type PacmanFacts =
  | { readonly kind: 'package'; readonly package: PacmanPackage }
  | { readonly kind: 'proofs'; readonly files: readonly ShippedFile[] };

const below = 'var/lib/pacman/local';

/** Packages of Arch Linux and its derivatives: a directory for each, with a description and a list of files. */
export const pacman: Cataloger<PacmanFacts> = {
  name: 'pacman',
  version: 2,
  finds: 'distro',
  // the file list of a package of 300,000 files has 30 MB
  maxBytes: 64 * 1024 * 1024,
  reads: [
    { name: 'desc', below, database: 'pacman database' },
    { name: 'files', below },
  ],
  parse: parsePacmanFile,
  names: (facts) => (facts.kind === 'package' ? [facts.package.name] : []),
  assemble,
};

function parsePacmanFile(path: string, body: Buffer, proofs: ProofFilter): ParsedFile<PacmanFacts> {
  if (baseName(path) === 'files') {
    const files = shippedProofs(body, proofs);
    return { facts: files.length > 0 ? { kind: 'proofs', files } : null, damage: null };
  }
  const { package: found, damage } = parsePacmanDesc(body.toString('utf8'), baseName(directoryOf(path)));
  return {
    facts: found && { kind: 'package', package: found },
    damage:
      damage === null
        ? null
        : { code: 'package-database-damaged', message: `the pacman database is damaged: ${damage.slice(0, 200)}` },
  };
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

function assemble(context: CatalogContext<PacmanFacts>): Catalogued {
  const since = introductions(
    context.history((pattern) => pattern.database !== undefined),
    (facts) => (facts.kind === 'package' ? [keyOf(facts.package)] : []),
  );
  const packages = new Map<string, Package>();
  const byDirectory = new Map<string, Shipper>();
  for (const file of context.files) {
    if (file.facts.kind !== 'package') continue;
    const found = file.facts.package;
    const key = keyOf(found);
    const layer = since.get(key) ?? file.layer;
    byDirectory.set(directoryOf(file.as), { name: found.name, since: layer });
    if (packages.has(key)) continue;
    packages.set(key, {
      type: 'alpm',
      name: found.name,
      version: found.version,
      purl: nativePurl('alpm', found, context.distro, 'arch'),
      arch: found.arch,
      source: { name: found.base, version: found.version },
      licenses: found.licenses,
      locations: [{ path: `/${file.path}`, layer: context.layerId(layer) }],
      ownedBy: null,
    });
  }
  return { packages: [...packages.values()], owners: ownersOf(context, byDirectory), unlisted: unlistedOf(context) };
}

function unlistedOf(context: CatalogContext<PacmanFacts>): readonly Unlisted[] {
  const dropped = droppedPackages(
    context.history((pattern) => pattern.database !== undefined),
    (facts) => (facts.kind === 'package' ? [facts.package] : []),
    keyOf,
  );
  if (dropped.length === 0) return [];
  const lists = new Map<string, { readonly layer: number; readonly files: readonly ShippedFile[] }[]>();
  for (const { layer, path, facts } of context.history((pattern) => pattern.database === undefined)) {
    if (facts?.kind !== 'proofs') continue;
    const directory = directoryOf(path);
    lists.set(directory, [...(lists.get(directory) ?? []), { layer, files: facts.files }]);
  }
  return dropped.map(({ layer, path, before, now }) => ({
    layer,
    path,
    name: before.name,
    version: before.version,
    now: now?.version ?? null,
    files: lists.get(directoryOf(path))?.findLast((each) => each.layer < layer)?.files ?? [],
    mayBeEdit: now === null || sameBuild([before.built, []], [now.built, []]),
  }));
}

interface Shipper {
  readonly name: string;
  /** index of the layer */
  readonly since: number;
}

/** Digests are in another file (`mtree`), which is not read. */
function ownersOf(
  context: CatalogContext<PacmanFacts>,
  byDirectory: ReadonlyMap<string, Shipper>,
): OwnedPaths['owners'] {
  const owned = new OwnedPaths(context.view);
  for (const { as, facts } of context.files) {
    const shipper = byDirectory.get(directoryOf(as));
    if (facts.kind !== 'proofs' || shipper === undefined) continue;
    for (const { path } of facts.files) owned.add(path, { ...shipper, algorithm: 'sha256', digest: null });
  }
  return owned.owners;
}
