import { describeLicense } from '../../../licenses/license.ts';
import { unknownTexts } from '../../../licenses/license-groups.ts';
import { joined, type LicenseNode, leaves, licenseId } from '../../../licenses/license-node.ts';
import { readLicenses } from '../../../licenses/read-license.ts';
import type { LicenseFact, Package } from '../../types.ts';
import type { FactContext, FactGatherer } from '../gatherer.ts';
import { isLicenseName, type LicensesOfFile, licenseBodies } from './license-files.ts';

/** Files of one package that are looked at. */
const maxFiles = 20;

/** Of every package: what it declares, as SPDX has it; where it declares nothing that is known, what its licence files say. */
export const licenseFacts: FactGatherer<'licenses'> = {
  name: 'licenses',
  version: 1,
  bodies: licenseBodies,
  gather(context) {
    const declared = new Map<string, ReturnType<typeof readDeclared>>();
    const facts = context.packages.map((pkg): LicenseFact => {
      const key = JSON.stringify([pkg.type, pkg.licenses]);
      const read = declared.get(key) ?? readDeclared(pkg);
      declared.set(key, read);
      const [location] = pkg.locations;
      const subject = {
        purl: pkg.purl,
        path: location?.path ?? null,
        layer: location?.layer ?? null,
        declared: pkg.licenses,
      };
      if (read !== null && !read.says) return { ...subject, ...read.license, files: [] };
      const files = filesOf(pkg, context).slice(0, maxFiles);
      const ids = new Set(files.flatMap(({ licenses }) => licenses));
      const node = joined(
        'and',
        [...ids].sort().map((id) => licenseId(id)),
      );
      if (node !== null) return { ...subject, ...describeLicense(node), files: files.map(({ path }) => `/${path}`) };
      return { ...subject, ...(read?.license ?? nothing), files: [] };
    });
    return { facts };
  },
};

const nothing = { expression: null, ids: [], group: 'unknown', unknown: [] } as const;

/** `says`: nothing in it is known, so that files may say more. */
function readDeclared({ type, licenses }: Package) {
  const node = readLicenses(type, licenses);
  return node && { license: describeLicense(node), says: isAllUnknown(node) };
}

function isAllUnknown(node: LicenseNode): boolean {
  return unknownTexts(node).length > 0 && [...leaves(node)].every((leaf) => unknownTexts(leaf).length > 0);
}

interface Found {
  /** real */
  readonly path: string;
  readonly licenses: LicensesOfFile;
}

/** Licence files of a package that say something, sorted by path. */
function filesOf(pkg: Package, { view, analyses }: FactContext): readonly Found[] {
  const found = new Map<string, Found>();
  const look = (path: string) => {
    const resolved = view.resolve(path);
    if (!('node' in resolved)) return;
    const { layer, path: real } = resolved.node;
    const facts = analyses[layer]?.parsed.get('licenses')?.get(real)?.facts;
    if (facts != null) found.set(real, { path: real, licenses: facts as LicensesOfFile });
  };
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
    case 'deb':
      return { files: [`usr/share/doc/${name}/copyright`], folders: [] };
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
