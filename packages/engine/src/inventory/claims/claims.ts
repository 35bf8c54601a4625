import { ImageError } from '../../image/error.ts';
import type { CatalogContext, Cataloger, Catalogued, ParsedFile } from '../cataloger.ts';
import { CatalogError } from '../error.ts';
import { listedIn, type PackageList } from '../listed-in.ts';
import { distroTypes } from '../sbom/package-draft.ts';
import { SbomDocument } from '../sbom/sbom-document.ts';

const endings: readonly string[] = ['.cdx.json', '.spdx.json', '.sbom.json'];
/** What lies there belongs to somebody's tests or is read by somebody else. */
const passedOver = /(?:^|\/)(?:node_modules|tests?|testdata|fixtures|opt\/bitnami)\//;

/**
 * SBOMs that lie in the image, as build tools leave them. What they list is a claim: it counts only where nothing of the
 * kind was found, and not for packages of the distro, whose database says what is installed.
 */
export const claims: Cataloger<PackageList> = {
  name: 'claims',
  version: 3,
  finds: 'language',
  maxBytes: 64 * 1024 * 1024,
  reads: [{ suffix: '.json', accepts: isClaim }],
  parse: (path, body) => readClaims(path, body),
  assemble,
};

function isClaim(path: string): boolean {
  return endings.some((ending) => path.endsWith(ending)) && !passedOver.test(path);
}

/** @throws CatalogError when it is no SBOM that can be read */
function readClaims(path: string, body: Buffer): ParsedFile<PackageList> {
  const inventory = contentOf(path, body);
  const packages = inventory.packages.filter(({ type }) => !distroTypes.has(type));
  const unread = inventory.incomplete.find(
    ({ code }) => code === 'sbom-component-unread' || code === 'application-unread',
  );
  return {
    facts:
      packages.length === 0
        ? null
        : packages.map(({ type, name, version, purl, licenses }) => ({ type, name, version, purl, licenses })),
    damage: unread === undefined ? null : { code: 'application-unread', message: unread.message },
  };
}

function contentOf(path: string, body: Buffer) {
  const document = new SbomDocument(path);
  try {
    document.push(body);
    return document.end().inventory;
  } catch (cause) {
    if (!(cause instanceof ImageError)) throw cause;
    throw new CatalogError('application-unread', `an SBOM in the image cannot be read: ${cause.message}`, { cause });
  }
}

function assemble(context: CatalogContext<PackageList>): Catalogued {
  const listed = listedIn(context, (facts) => facts);
  return { packages: [], unowned: listed.map((pkg) => ({ ...pkg, claimedBy: pkg.locations[0]!.path })) };
}
