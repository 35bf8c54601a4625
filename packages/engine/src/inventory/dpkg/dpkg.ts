import {
  type CatalogContext,
  type Cataloger,
  type Catalogued,
  type LiveFile,
  type ParsedFile,
  parsed,
  type ShippedFile,
} from '../cataloger.ts';
import { baseName } from '../file-pattern.ts';
import { introductions } from '../introduction.ts';
import { OwnedPaths } from '../owned-paths.ts';
import { buildPurl } from '../purl.ts';
import type { Package } from '../types.ts';
import { parseDebCopyright } from './deb-copyright.ts';
import { shippedProofs } from './dpkg-file-list.ts';
import { type DebPackage, parseDpkgStatus } from './dpkg-status.ts';

/** What one file of dpkg says. */
export type DpkgFacts =
  | { readonly kind: 'status'; readonly packages: readonly DebPackage[] }
  | { readonly kind: 'proofs'; readonly files: readonly ShippedFile[] }
  | { readonly kind: 'licenses'; readonly licenses: readonly string[] };

const statusDirectory = 'var/lib/dpkg/status.d';
const lists = ['.list', '.md5sums'];

/** Packages of Debian and its derivatives, also of images without dpkg (`status.d`, one file per package). */
export const dpkg: Cataloger<DpkgFacts> = {
  name: 'dpkg',
  version: 2,
  finds: 'distro',
  maxBytes: 64 * 1024 * 1024,
  reads: [
    { path: 'var/lib/dpkg/status', database: 'dpkg status' },
    { directory: statusDirectory, accepts: (path) => !path.endsWith('.md5sums'), database: 'dpkg status.d' },
    { directory: statusDirectory, suffix: '.md5sums' },
    { directory: 'var/lib/dpkg/info', suffix: '.list' },
    { directory: 'var/lib/dpkg/info', suffix: '.md5sums' },
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
  if (lists.some((suffix) => name.endsWith(suffix))) {
    const files = shippedProofs(body, proofs);
    return parsed(files.length > 0 ? { kind: 'proofs', files } : null);
  }
  const inDirectory = path.startsWith(`${statusDirectory}/`);
  const { packages, damage } = parseDpkgStatus(body.toString('utf8'), inDirectory ? 'status.d' : 'status');
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
        purl: debPurl(found, context),
        arch: found.arch,
        source: found.source,
        licenses: licensesOf(found.name, context, licenses),
        locations: [{ path: `/${file.path}`, layer: context.layerId(since.get(key) ?? file.layer) }],
        ownedBy: null,
      });
    }
  }
  return { packages: [...packages.values()], owners: ownersOf(context, since) };
}

function keysOf(facts: DpkgFacts): string[] {
  return facts.kind === 'status' ? facts.packages.map(keyOf) : [];
}

/** Neither names, versions nor architectures hold white space. */
function keyOf(found: DebPackage): string {
  return `${found.name} ${found.version} ${found.arch ?? ''}`;
}

function debPurl(found: DebPackage, { distro }: CatalogContext<DpkgFacts>): string {
  return buildPurl({
    type: 'deb',
    namespace: distro?.id ?? 'debian',
    name: found.name,
    version: found.version,
    qualifiers: {
      arch: found.arch,
      distro: distro && [distro.id, distro.version ?? distro.codename].filter(Boolean).join('-'),
    },
  });
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
