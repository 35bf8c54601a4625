import type { ParsedFile } from '../cataloger.ts';
import { isRecord, isWord, jsonOf } from '../declared.ts';
import { CatalogError } from '../error.ts';
import { type ListedPackage, listed, type PackageList } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

export const componentsFile = '.bitnami_components.json';

/**
 * Reads the list of components that were unpacked into the image: name → version, architecture and distro.
 *
 * @throws CatalogError when it is no object
 */
export function parseComponents(body: Buffer): ParsedFile<PackageList> {
  const components = jsonOf(body, componentsFile);
  if (!isRecord(components)) {
    throw new CatalogError('package-manifest-damaged', `the ${componentsFile} is no JSON object`);
  }
  const entries = Object.entries(components);
  const packages = entries.flatMap(([name, component]) => packageOf(name, component) ?? []);
  return listed(packages, entries.length - packages.length, componentsFile);
}

function packageOf(name: string, component: unknown): ListedPackage | null {
  if (!isRecord(component) || !isWord(name) || !isWord(component.version)) return null;
  const { version } = component;
  const [arch, distro] = [component.arch, component.distro].map((value) => (isWord(value) ? value : null));
  const qualifiers = { arch: arch ?? null, distro: distro ?? null };
  return {
    type: 'bitnami',
    name,
    version,
    purl: buildPurl({ type: 'bitnami', name, version, qualifiers }),
    licenses: [],
  };
}
