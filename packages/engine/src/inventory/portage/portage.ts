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
import { OwnedPaths } from '../owned-paths.ts';
import { buildPurl } from '../purl.ts';
import type { Package } from '../types.ts';
import { type EbuildName, parseEbuildName } from './ebuild-name.ts';

/** What one file in the directory of an installed package says. */
export type PortageFacts =
  | { readonly kind: 'package'; readonly package: EbuildName; readonly files: readonly ShippedFile[] }
  | { readonly kind: 'value'; readonly text: string };

const below = 'var/db/pkg';
/** files of one value each */
const values = ['SLOT', 'LICENSE', 'repository'];

/** Packages of Gentoo: a directory for each, named after it, with a file list and a file for each value. */
export const portage: Cataloger<PortageFacts> = {
  name: 'portage',
  version: 1,
  finds: 'distro',
  maxBytes: 64 * 1024 * 1024,
  reads: [{ name: 'CONTENTS', below, database: 'portage database' }, ...values.map((name) => ({ name, below }))],
  parse: parsePortageFile,
  names: (facts) => (facts.kind === 'package' ? [`${facts.package.category}/${facts.package.name}`] : []),
  assemble,
};

function parsePortageFile(path: string, body: Buffer, proofs: ProofFilter): ParsedFile<PortageFacts> {
  const [category, directory] = path.split('/').slice(-3, -1);
  if (values.includes(baseName(path))) {
    const text = body.length > 64 * 1024 ? '' : body.toString('utf8').trim();
    return parsed<PortageFacts>(text === '' ? null : { kind: 'value', text });
  }
  const found = parseEbuildName(category ?? '', directory ?? '');
  if (found === null) {
    const message = `the portage database is damaged: ${JSON.stringify(directory?.slice(0, 60))} names no package`;
    return { facts: null, damage: { code: 'package-database-damaged', message } };
  }
  const files = shippedProofs(body, { needles: proofs.needles, proves: (line) => proves(line, proofs) });
  return {
    // lists of virtual packages are empty
    facts: { kind: 'package', package: found, files: files.map((file) => objectOf(file.path) ?? file) },
    damage:
      body.length === 0 || body.at(-1) === 0x0a
        ? null
        : { code: 'package-database-damaged', message: 'the portage database is damaged: a file list is cut short' },
  };
}

function proves(line: string, proofs: ProofFilter): boolean {
  const object = objectOf(line);
  return object !== null && proofs.proves(object.path);
}

/** `obj PATH MD5 MTIME`; directories and links prove nothing. */
function objectOf(line: string): ShippedFile | null {
  if (!line.startsWith('obj /')) return null;
  const time = line.lastIndexOf(' ');
  const digest = line.lastIndexOf(' ', time - 1);
  return digest < 5 ? null : { path: line.slice(5, digest), digest: line.slice(digest + 1, time) };
}

function assemble(context: CatalogContext<PortageFacts>): Catalogued {
  const since = introductions(
    context.history((pattern) => pattern.database !== undefined),
    (facts) => (facts.kind === 'package' ? [keyOf(facts.package)] : []),
  );
  const stated = new Map<string, string>();
  for (const { as, facts } of context.files) if (facts.kind === 'value') stated.set(as, facts.text);
  const packages = new Map<string, Package>();
  const owned = new OwnedPaths(context.view);
  for (const file of context.files) {
    if (file.facts.kind !== 'package') continue;
    const found = file.facts.package;
    const key = keyOf(found);
    if (packages.has(key)) continue;
    const layer = since.get(key) ?? file.layer;
    const directory = file.as.slice(0, file.as.lastIndexOf('/'));
    const name = `${found.category}/${found.name}`;
    const license = stated.get(`${directory}/LICENSE`);
    packages.set(key, {
      type: 'ebuild',
      name,
      version: found.version,
      purl: buildPurl({
        type: 'ebuild',
        namespace: found.category,
        name: found.name,
        version: found.version,
        qualifiers: {
          distro: context.distro?.id ?? null,
          repository: stated.get(`${directory}/repository`) ?? null,
          slot: stated.get(`${directory}/SLOT`) ?? null,
        },
      }),
      arch: null,
      source: { name, version: found.version },
      licenses: license === undefined ? [] : [license],
      locations: [{ path: `/${file.path}`, layer: context.layerId(layer) }],
      ownedBy: null,
    });
    for (const { path, digest } of file.facts.files) {
      owned.add(path, { name, algorithm: 'md5', digest, since: layer });
    }
  }
  return { packages: [...packages.values()], owners: owned.owners };
}

function keyOf(found: EbuildName): string {
  return `${found.category}/${found.name} ${found.version}`;
}
