/**
 * The inventory in the terms of SPDX 2.3, of which both its formats are written. Values are on one line unless they are said to
 * be text, so that both formats hold the same.
 *
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
import type { Package } from '../../inventory/types.ts';
import { spdxListVersion } from '../../licenses/spdx-license-list.ts';
import type { InventoryResult, ResultImage } from '../../result/types.ts';
import { spdxDeclared, spdxHolds } from './declared-licenses.ts';
import { isPurl } from './purl-check.ts';
import { createSbom, distroRef, imageRef, type Sbom } from './sbom.ts';
import {
  distroProperties,
  documentProperties,
  imageProperties,
  nameText,
  type Property,
  packageProperties,
  seenIncomplete,
  vendorText,
  versionText,
} from './sbom-properties.ts';
import { blockText, lineText, safeJson } from './sbom-text.ts';
import { spdxFindings } from './spdx-findings.ts';

/** Names of the fields are those of the JSON format. */
export interface SpdxDocument {
  readonly name: string;
  readonly namespace: string;
  /** text */
  readonly comment: string;
  readonly created: string;
  readonly creator: string;
  readonly licenseListVersion: string;
  readonly annotations: readonly SpdxAnnotation[];
  /** made one at a time; to be gone through once, before the next two */
  packages(): Generator<SpdxPackage>;
  /** texts of the references that the packages named */
  extractedLicenses(): Generator<SpdxExtractedLicense>;
  relationships(): Generator<SpdxRelationship>;
}

export interface SpdxAnnotation {
  readonly annotationType: 'OTHER';
  readonly annotator: string;
  readonly annotationDate: string;
  /** text */
  readonly comment: string;
}

export interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo: string | undefined;
  readonly supplier: string;
  readonly downloadLocation: 'NOASSERTION';
  readonly filesAnalyzed: false;
  /** text */
  readonly sourceInfo: string | undefined;
  readonly licenseConcluded: 'NOASSERTION';
  readonly licenseDeclared: string;
  readonly copyrightText: 'NOASSERTION';
  /** text */
  readonly summary: string | undefined;
  readonly checksum: string | undefined;
  readonly purl: string | undefined;
  /** what is known against it; empty of an inventory */
  readonly security: readonly SpdxSecurityRef[];
  readonly primaryPackagePurpose: 'CONTAINER' | 'OPERATING_SYSTEM' | 'APPLICATION' | 'LIBRARY';
  readonly annotation: SpdxAnnotation;
}

/** @see https://spdx.github.io/spdx-spec/v2.3/external-repository-identifiers/#f2-security */
export interface SpdxSecurityRef {
  readonly referenceType: 'advisory' | 'fix' | 'url';
  /** without spaces */
  readonly referenceLocator: string;
  /** text; empty: none */
  readonly comment: string;
}

export interface SpdxExtractedLicense {
  readonly licenseId: string;
  /** text */
  readonly extractedText: string;
  readonly name: string;
}

export interface SpdxRelationship {
  readonly spdxElementId: string;
  readonly relationshipType: 'DESCRIBES' | 'CONTAINS';
  readonly relatedSpdxElement: string;
}

export const documentId = 'SPDXRef-DOCUMENT';

/** @param format name of the format, so that each has a document of its own */
export function spdxDocument(result: InventoryResult, format: string): SpdxDocument {
  const sbom = createSbom(result, format);
  const annotate = annotator(sbom);
  const licenses = new Map<string, string | null>();
  const { ofPackage, others } = spdxFindings(sbom);
  return {
    name: sbom.imageName,
    namespace: `urn:uuid:${sbom.uuid}`,
    comment: completenessWords(sbom),
    created: sbom.time,
    creator: toolName(result),
    licenseListVersion: spdxListVersion,
    annotations: [
      annotate(propertiesText(documentProperties(result))),
      ...seenIncomplete(result).map(({ code, message, path }) =>
        annotate(blockText(`incomplete: ${code}: ${path === undefined ? '' : `${path}: `}${message}`)),
      ),
      ...others.map((words) => annotate(blockText(`finding: ${words}`))),
    ],
    *packages() {
      yield imagePackage(sbom, annotate);
      const { distro } = result.image;
      if (distro !== null) yield distroPackage(distro, annotate);
      for (const [index, pkg] of result.packages.entries()) {
        const declared = spdxDeclared(pkg);
        for (const [ref, text] of declared.refs) if (!licenses.has(ref)) licenses.set(ref, text);
        const security = ofPackage(sbom.refs[index]!);
        yield { ...installedPackage(pkg, sbom.refs[index]!, declared.expression, annotate), security };
      }
    },
    *extractedLicenses() {
      for (const [licenseId, text] of [...licenses].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const words = blockText(text ?? '') || `a licence whose text is not known, declared as ${licenseId}`;
        const [name = ''] = words.split('\n', 1);
        yield { licenseId, extractedText: words, name: lineText(name.slice(0, maxNameChars)) };
      }
    },
    relationships: () => relationships(sbom),
  };
}

/** Characters of the name of a licence, whose text is beside it. */
const maxNameChars = 200;

type Annotate = (comment: string) => SpdxAnnotation;

function annotator({ result, time }: Sbom): Annotate {
  const annotator = toolName(result);
  return (comment) => ({ annotationType: 'OTHER', annotator, annotationDate: time, comment });
}

function toolName({ inputs }: InventoryResult): string {
  return `Tool: plimsoll-${inputs.product.version}`;
}

function propertiesText(properties: readonly Property[]): string {
  return `plimsoll:${safeJson(properties)}`;
}

function completenessWords({ result, completeness }: Sbom): string {
  if (completeness === 'complete') return 'Complete: nothing was left out that is known of.';
  if (completeness === 'unknown') {
    return result.facts.coverage === null
      ? 'Not known to be complete: what belongs to no listed package was not looked at.'
      : 'Not known to be complete: some executables or libraries belong to no listed package.';
  }
  const { length } = seenIncomplete(result);
  const things = length === 1 ? 'one thing was' : `${length} things were`;
  return `Incomplete: ${things} not seen or not understood, as annotations of this document say.`;
}

const nothingStated = {
  supplier: 'NOASSERTION',
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
  versionInfo: undefined,
  sourceInfo: undefined,
  summary: undefined,
  checksum: undefined,
  purl: undefined,
  security: [],
} as const;

function imagePackage({ result, imageName }: Sbom, annotate: Annotate): SpdxPackage {
  const { id, digest } = result.image;
  const version = digest ?? id;
  return {
    ...nothingStated,
    SPDXID: `SPDXRef-${imageRef}`,
    name: imageName,
    versionInfo: version === null ? undefined : versionText(version) || undefined,
    checksum: id === null ? undefined : /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1],
    primaryPackagePurpose: 'CONTAINER',
    annotation: annotate(propertiesText(imageProperties(result))),
  };
}

function distroPackage(distro: NonNullable<ResultImage['distro']>, annotate: Annotate): SpdxPackage {
  return {
    ...nothingStated,
    SPDXID: `SPDXRef-${distroRef}`,
    name: nameText(distro.id),
    versionInfo: versionText(distro.version ?? '') || undefined,
    summary: blockText(distro.prettyName ?? '') || undefined,
    primaryPackagePurpose: 'OPERATING_SYSTEM',
    annotation: annotate(propertiesText(distroProperties(distro))),
  };
}

function installedPackage(pkg: Package, ref: string, licenseDeclared: string, annotate: Annotate): SpdxPackage {
  const vendor = vendorText(pkg.vendor);
  const paths = [...new Set(pkg.locations.map(({ path }) => lineText(path)))];
  return {
    ...nothingStated,
    SPDXID: `SPDXRef-${ref}`,
    name: nameText(pkg.name),
    versionInfo: versionText(pkg.version) || undefined,
    supplier: vendor === null ? 'NOASSERTION' : `Organization: ${vendor}`,
    sourceInfo: paths.length === 0 ? undefined : `found in ${paths.join(', ')}`,
    licenseDeclared,
    purl: isPurl(pkg.purl) ? pkg.purl : undefined,
    primaryPackagePurpose: pkg.type === 'generic' ? 'APPLICATION' : 'LIBRARY',
    annotation: annotate(propertiesText(packageProperties(pkg, spdxHolds(pkg)))),
  };
}

function* relationships({ result, refs, owned }: Sbom): Generator<SpdxRelationship> {
  const image = `SPDXRef-${imageRef}`;
  yield { spdxElementId: documentId, relationshipType: 'DESCRIBES', relatedSpdxElement: image };
  const contains = (spdxElementId: string, ref: string): SpdxRelationship => ({
    spdxElementId,
    relationshipType: 'CONTAINS',
    relatedSpdxElement: `SPDXRef-${ref}`,
  });
  if (result.image.distro !== null) yield contains(image, distroRef);
  for (const ref of refs) yield contains(image, ref);
  for (const [owner, list] of owned) for (const index of list) yield contains(`SPDXRef-${refs[owner]}`, refs[index]!);
}
