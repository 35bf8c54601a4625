import type { ParsedFile } from '../cataloger.ts';
import { declaredLicenses, isRecord, isWord, jsonOf } from '../declared.ts';
import { CatalogError } from '../error.ts';
import { type ListedPackage, listed, type PackageList } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/** What the format says where nothing is stated. */
const unstated: readonly unknown[] = ['NONE', 'NOASSERTION', undefined];

/**
 * Reads the SPDX document (JSON) of a component: it and what it was built from, each of the type that its purl has.
 *
 * @throws CatalogError when it has no packages
 * @see https://spdx.github.io/spdx-spec/v2.3/package-information/
 */
export function parseBitnamiSpdx(body: Buffer): ParsedFile<PackageList> {
  const document = jsonOf(body, 'SPDX document');
  const entries = isRecord(document) ? document.packages : undefined;
  if (!Array.isArray(entries)) throw new CatalogError('package-manifest-damaged', 'the SPDX document has no packages');
  const versioned = entries.filter((entry) => !isRecord(entry) || !unstated.includes(entry.versionInfo));
  const packages = versioned.flatMap((entry) => packageOf(entry) ?? []);
  return listed(packages, versioned.length - packages.length, 'SPDX document');
}

function packageOf(entry: unknown): ListedPackage | null {
  if (!isRecord(entry)) return null;
  const { name, versionInfo: version, licenseDeclared } = entry;
  if (!isWord(name) || !isWord(version)) return null;
  const licenses = declaredLicenses(unstated.includes(licenseDeclared) ? [] : [licenseDeclared]);
  const { type, namespace, last, qualifiers } = statedPurl(entry.externalRefs) ?? nothingStated;
  // a component's purl has `_` for the `-` of its name, which is what Bitnami's advisories have
  const parts = type === 'bitnami' || last === null ? { name } : { namespace, name: last };
  return { type, name, version, purl: buildPurl({ type, ...parts, version, qualifiers }), licenses };
}

interface StatedPurl {
  readonly type: string;
  readonly namespace: string;
  readonly last: string | null;
  readonly qualifiers: Readonly<Record<string, string>>;
}

const nothingStated: StatedPurl = { type: 'generic', namespace: '', last: null, qualifiers: {} };

/** The parts of the purl among the references of a package. */
function statedPurl(references: unknown): StatedPurl | null {
  for (const reference of Array.isArray(references) ? references.slice(0, 100) : []) {
    const purl = isRecord(reference) && reference.referenceType === 'purl' ? reference.referenceLocator : null;
    const found = isWord(purl) ? /^pkg:([a-z]{1,32})\/([^@?#]+)(?:@[^?#]*)?(?:\?([^#]*))?/.exec(purl) : null;
    if (found === null) continue;
    const segments = found[2]!.split('/').map(decoded);
    const stated = new URLSearchParams(found[3]);
    const qualifiers = ['arch', 'distro'].flatMap((key) => {
      const value = stated.get(key);
      return isWord(value) ? [[key, value] as const] : [];
    });
    const last = segments.pop()!;
    return {
      type: found[1]!,
      namespace: segments.join('/'),
      last: isWord(last) ? last : null,
      qualifiers: Object.fromEntries(qualifiers),
    };
  }
  return null;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
