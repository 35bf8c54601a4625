import {
  type CatalogContext,
  type Cataloger,
  type Catalogued,
  type ParsedFile,
  type ProofFilter,
  parsed,
  type ShippedFile,
} from '../cataloger.ts';
import { shippedProofs } from '../dpkg/dpkg-file-list.ts';
import { baseName } from '../file-pattern.ts';
import { introductions } from '../introduction.ts';
import { keyOf, nativePurl } from '../native-package.ts';
import { OwnedPaths } from '../owned-paths.ts';
import type { Package } from '../types.ts';
import { type OpkgPackage, parseOpkgControl, parseOpkgStatus } from './opkg-status.ts';

/** What one file of opkg says. */
export type OpkgFacts =
  | { readonly kind: 'status'; readonly packages: readonly OpkgPackage[] }
  | { readonly kind: 'control'; readonly source: string | null; readonly license: string | null }
  | { readonly kind: 'proofs'; readonly files: readonly ShippedFile[] };

/** Of OpenWrt, Yocto, and Entware, which lives beside the firmware of a device. */
const directories = ['usr/lib/opkg', 'var/lib/opkg', 'opt/lib/opkg'];

/** Packages of OpenWrt, Yocto and other small systems. */
export const opkg: Cataloger<OpkgFacts> = {
  name: 'opkg',
  version: 2,
  finds: 'distro',
  maxBytes: 64 * 1024 * 1024,
  reads: directories.flatMap((directory) => [
    { path: `${directory}/status`, database: 'opkg status' },
    { directory: `${directory}/info`, suffix: '.control' },
    { directory: `${directory}/info`, suffix: '.list' },
  ]),
  parse: parseOpkgFile,
  names: (facts) => (facts.kind === 'status' ? facts.packages.map(({ name }) => name) : []),
  assemble,
};

function parseOpkgFile(path: string, body: Buffer, proofs: ProofFilter): ParsedFile<OpkgFacts> {
  if (path.endsWith('.list')) {
    // a path, and behind tabs the mode and where a link leads
    const files = shippedProofs(body, { needles: proofs.needles, proves: (line) => proofs.proves(firstField(line)) });
    if (files.length === 0) return parsed<OpkgFacts>(null);
    return parsed({ kind: 'proofs', files: files.map((file) => ({ ...file, path: firstField(file.path) })) });
  }
  if (path.endsWith('.control')) return parsed({ kind: 'control', ...parseOpkgControl(body) });
  const { packages, damage } = parseOpkgStatus(body);
  return {
    facts: packages.length > 0 ? { kind: 'status', packages } : null,
    damage:
      damage === null ? null : { code: 'package-database-damaged', message: `the opkg database is damaged: ${damage}` },
  };
}

function firstField(line: string): string {
  const tab = line.indexOf('\t');
  return tab < 0 ? line : line.slice(0, tab);
}

function assemble(context: CatalogContext<OpkgFacts>): Catalogued {
  const since = introductions(
    context.history((pattern) => pattern.database !== undefined),
    (facts) => (facts.kind === 'status' ? facts.packages.map(keyOf) : []),
  );
  const controls = new Map<string, Extract<OpkgFacts, { kind: 'control' }>>();
  for (const { as, facts } of context.files) if (facts.kind === 'control') controls.set(stemOf(as), facts);
  const packages = new Map<string, Package>();
  const installed = new Map<string, number>();
  for (const file of context.files) {
    if (file.facts.kind !== 'status') continue;
    for (const found of file.facts.packages) {
      const key = keyOf(found);
      if (packages.has(key)) continue;
      const control = controls.get(found.name);
      const layer = since.get(key) ?? file.layer;
      installed.set(found.name, layer);
      packages.set(key, {
        type: 'opkg',
        name: found.name,
        version: found.version,
        purl: nativePurl('opkg', found, context.distro, null),
        arch: found.arch,
        source: { name: control?.source ?? found.name, version: found.version },
        licenses: control?.license ? [control.license] : [],
        locations: [{ path: `/${file.path}`, layer: context.layerId(layer) }],
        ownedBy: null,
      });
    }
  }
  return { packages: [...packages.values()], owners: ownersOf(context, installed) };
}

/** `info/NAME.list` */
function stemOf(path: string): string {
  const name = baseName(path);
  return name.slice(0, name.lastIndexOf('.'));
}

function ownersOf(context: CatalogContext<OpkgFacts>, installed: ReadonlyMap<string, number>): OwnedPaths['owners'] {
  const owned = new OwnedPaths(context.view);
  for (const { as, facts } of context.files) {
    const name = stemOf(as);
    const since = installed.get(name);
    if (facts.kind !== 'proofs' || since === undefined) continue;
    for (const { path } of facts.files) owned.add(path, { name, algorithm: 'sha256', digest: null, since });
  }
  return owned.owners;
}
