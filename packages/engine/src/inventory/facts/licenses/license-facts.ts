import { describeLicense } from '../../../licenses/license.ts';
import { unknownTexts } from '../../../licenses/license-groups.ts';
import { joined, type LicenseNode, leaves, licenseId } from '../../../licenses/license-node.ts';
import { type OwnNames, readLicense, readLicenses } from '../../../licenses/read-license.ts';
import type { LicenseFact, Package } from '../../types.ts';
import type { FactContext, FactGatherer } from '../gatherer.ts';
import { isLicenseName, type LicensesOfFile, licenseBodies } from './license-files.ts';
import { isRuntimeLibrary } from './runtime-libraries.ts';

/** Files of one package that are looked at. */
const maxFiles = 20;

/** Of every package: what it declares, as SPDX has it; where it declares nothing that is known, what its licence files say. */
export const licenseFacts: FactGatherer<'licenses'> = {
  name: 'licenses',
  version: 3,
  bodies: licenseBodies,
  gather(context) {
    const declared = new Map<string, ReturnType<typeof readDeclared>>();
    const holderOf = copyrightHolders(context);
    const facts = context.packages.map((pkg): LicenseFact => {
      const copyright = pkg.type === 'deb' ? holderOf(pkg) : null;
      const files = once(() => filesOf(pkg, copyright, context).slice(0, maxFiles));
      const read = copyright === null ? readDeclaredOnce(pkg, declared) : readDebian(copyright.holder, files);
      const [location] = pkg.locations;
      const subject = {
        purl: pkg.purl,
        path: location?.path ?? null,
        layer: location?.layer ?? null,
        declared: pkg.licenses,
      };
      if (read !== null && !read.says) {
        const elsewhere = copyright !== null && copyright.holder !== pkg ? [`/${copyright.path}`] : [];
        return { ...subject, ...read.license, files: elsewhere };
      }
      const saying = files().filter(({ says }) => says.licenses.length > 0);
      const node = allOf(new Set(saying.flatMap(({ says }) => ofPackage(says, pkg))));
      if (node !== null) return { ...subject, ...describeLicense(node), files: saying.map(({ path }) => `/${path}`) };
      return { ...subject, ...(read?.license ?? nothing), files: [] };
    });
    return { facts };
  },
};

const nothing = { expression: null, ids: [], group: 'unknown', unknown: [] } as const;

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function allOf(ids: Iterable<string>): LicenseNode | null {
  return joined(
    'and',
    [...ids].sort().map((id) => (id.includes(' ') ? readLicense(id) : licenseId(id))),
  );
}

/** A file for all packages of one source may say more of a single one. */
function ofPackage({ licenses, runtime }: LicensesOfFile, { type, name }: Package): readonly string[] {
  const alone = type === 'deb' && runtime !== undefined && isRuntimeLibrary(runtime, name);
  return alone ? [runtime.license] : licenses;
}

type Declared = ReturnType<typeof readDeclared>;

function readDeclaredOnce(pkg: Package, known: Map<string, Declared>): Declared {
  const key = JSON.stringify([pkg.type, pkg.licenses]);
  const read = known.get(key) ?? readDeclared(pkg);
  known.set(key, read);
  return read;
}

/** What its names mean is told by the file that declares them: `BSD-3-clause-zend`, with the text of that licence below. */
function readDebian(pkg: Package, files: () => readonly Found[]): Declared {
  return readDeclared(pkg, (name) => allOf(files().flatMap(({ says }) => ownName(says, name.toLowerCase()))));
}

function ownName({ names }: LicensesOfFile, name: string): readonly string[] {
  return names !== undefined && Object.hasOwn(names, name) ? names[name]! : [];
}

/** `says`: nothing in it is known, so that files may say more. */
function readDeclared({ type, licenses }: Package, own?: OwnNames) {
  const node = readLicenses(type, licenses, own);
  return node && { license: describeLicense(node), says: isAllUnknown(node) };
}

function isAllUnknown(node: LicenseNode): boolean {
  return unknownTexts(node).length > 0 && [...leaves(node)].every((leaf) => unknownTexts(leaf).length > 0);
}

interface Copyright {
  /** whose file it is */
  readonly holder: Package;
  /** real */
  readonly path: string;
}

/**
 * The `copyright` file of a Debian package: its own, else that of another package of the same source. Where a package has no
 * documentation of its own its folder is a link to that of another one of its source (Debian Policy 12.5), and images that are
 * made without documentation lose the link and keep the file.
 */
function copyrightHolders({ packages, view }: FactContext): (pkg: Package) => Copyright | null {
  const keyOf = ({ name, version, source }: Package) =>
    JSON.stringify([source?.name ?? name, source?.version ?? version]);
  const heldBy = (holder: Package): Copyright | null => {
    const found = view.resolve(`usr/share/doc/${holder.name}/copyright`);
    return 'node' in found ? { holder, path: found.node.path } : null;
  };
  const bySource = once(() => {
    const found = new Map<string, Copyright>();
    for (const pkg of packages) {
      if (pkg.type !== 'deb' || found.has(keyOf(pkg))) continue;
      const held = heldBy(pkg);
      if (held !== null) found.set(keyOf(pkg), held);
    }
    return found;
  });
  return (pkg) => heldBy(pkg) ?? bySource().get(keyOf(pkg)) ?? null;
}

interface Found {
  /** real */
  readonly path: string;
  readonly says: LicensesOfFile;
}

/** Licence files of a package that say something, sorted by path. */
function filesOf(pkg: Package, copyright: Copyright | null, { view, analyses }: FactContext): readonly Found[] {
  const found = new Map<string, Found>();
  const look = (path: string) => {
    const resolved = view.resolve(path);
    if (!('node' in resolved)) return;
    const { layer, path: real } = resolved.node;
    const facts = analyses[layer]?.parsed.get('licenses')?.get(real)?.facts;
    if (facts != null) found.set(real, { path: real, says: facts as LicensesOfFile });
  };
  if (copyright !== null) look(copyright.path);
  const places = placesOf(pkg);
  for (const path of places.files) look(path);
  for (const { folder, any } of places.folders) {
    for (const { path } of view.children(folder)) {
      if (any || isLicenseName(path.slice(path.lastIndexOf('/') + 1))) look(path);
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

interface Places {
  readonly files: readonly string[];
  /** any: of its files those too whose name does not say that they hold a licence */
  readonly folders: readonly { readonly folder: string; readonly any: boolean }[];
}

function placesOf({ type, name, version, locations }: Package): Places {
  const path = locations[0]?.path.slice(1) ?? '';
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const among = (...folders: readonly string[]) => ({
    files: [],
    folders: folders.map((each) => ({ folder: each, any: false })),
  });
  switch (type) {
    case 'apk':
    case 'rpm':
    case 'alpm':
      return { files: [], folders: [{ folder: `usr/share/licenses/${name}`, any: true }] };
    case 'npm':
      return among(folder);
    case 'pypi':
      return folder.endsWith('-info') ? among(folder, `${folder}/licenses`) : among();
    case 'gem':
      return among(`${folder.slice(0, folder.lastIndexOf('/'))}/gems/${name}-${version}`);
    case 'maven':
      return { files: path.endsWith('.jar') ? [path] : [], folders: [] };
    default:
      return among();
  }
}
