import type { CatalogContext, Cataloger, Catalogued, ParsedFile, ProofFilter } from '../cataloger.ts';
import { introductions } from '../introduction.ts';
import { keyOf, nativePurl } from '../native-package.ts';
import { OwnedPaths } from '../owned-paths.ts';
import type { Incomplete, Package } from '../types.ts';
import { type ChiselManifest, parseChiselManifest } from './chisel-manifest.ts';

export type ChiselFacts = Pick<ChiselManifest, 'packages' | 'files'>;

/** Where Ubuntu's slices have it written; a release of slices may name any folder, and several. */
const usual = 'var/lib/chisel/manifest.wall';
const database = 'chisel manifest';

/** Packages of which slices were laid down by chisel: Ubuntu's images without dpkg. */
export const chisel: Cataloger<ChiselFacts> = {
  name: 'chisel',
  version: 2,
  finds: 'distro',
  maxBytes: 16 * 1024 * 1024,
  reads: [
    { path: usual, database },
    { name: 'manifest.wall', accepts: (path) => path !== usual, database },
  ],
  parse: parseChiselFile,
  names: ({ packages }) => packages.map(({ name }) => name),
  assemble,
};

function parseChiselFile(_path: string, body: Buffer, proofs: ProofFilter): ParsedFile<ChiselFacts> {
  const { packages, files, damage } = parseChiselManifest(body, proofs);
  return {
    facts: packages.length > 0 ? { packages, files } : null,
    damage:
      damage === null
        ? null
        : { code: 'package-database-damaged', message: `the chisel manifest is damaged: ${damage}` },
  };
}

function assemble(context: CatalogContext<ChiselFacts>): Catalogued {
  // images that keep a list of dpkg say the same there, with source packages
  const [first] = context.files;
  if (first === undefined || hasDpkg(context)) return { packages: [] };
  const since = introductions(
    context.history(() => true),
    ({ packages }) => packages.map(keyOf),
  );
  const packages = new Map<string, Package>();
  const owned = new OwnedPaths(context.view);
  for (const file of context.files) {
    for (const found of file.facts.packages) {
      const key = keyOf(found);
      if (packages.has(key)) continue;
      packages.set(key, {
        type: 'deb',
        name: found.name,
        version: found.version,
        purl: nativePurl('deb', found, context.distro, 'ubuntu'),
        arch: found.arch,
        source: null,
        licenses: [],
        locations: [{ path: `/${file.path}`, layer: context.layerId(since.get(key) ?? file.layer) }],
        ownedBy: null,
      });
    }
    // of all files in one manifest, the layer of the manifest is the one that laid them down
    for (const { path, digest, owner } of file.facts.files) {
      owned.add(path, { name: owner, algorithm: 'sha256', digest, since: file.layer });
    }
  }
  return { packages: [...packages.values()], owners: owned.owners, incomplete: [withoutSources(first, context)] };
}

function hasDpkg({ view }: CatalogContext<ChiselFacts>): boolean {
  return ['var/lib/dpkg/status', 'var/lib/dpkg/status.d'].some((path) => {
    const found = view.resolve(path);
    return 'node' in found && (found.node.entry.type === 'directory' || found.node.entry.size > 0);
  });
}

/** Ubuntu's advisories speak of source packages, and the manifest does not say from which one a package was built. */
function withoutSources(
  { path, layer }: { path: string; layer: number },
  context: CatalogContext<ChiselFacts>,
): Incomplete {
  const id = context.layerId(layer);
  return {
    code: 'package-database-unread',
    message:
      'the chisel manifest does not name source packages: its packages are listed, and judged by advisories that name them alone',
    path: `/${path}`,
    ...(id === null ? {} : { layer: id }),
  };
}
