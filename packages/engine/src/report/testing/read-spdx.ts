/** Reads our own SPDX documents: the tag-value format into what the JSON format says, and that as docs/reference/sbom.md says. */
import type { ReadElement, ReadSbom } from './read-back.ts';

interface Annotated {
  readonly SPDXID: string;
  readonly annotations?: readonly { readonly comment: string }[];
}

interface SpdxJsonPackage extends Annotated {
  readonly name: string;
  readonly versionInfo?: string;
  readonly supplier: string;
  readonly licenseDeclared: string;
  readonly primaryPackagePurpose: string;
  readonly externalRefs?: readonly { readonly referenceLocator: string }[];
}

export interface SpdxJson extends Annotated {
  readonly documentNamespace: string;
  readonly comment: string;
  readonly packages: readonly SpdxJsonPackage[];
  readonly hasExtractedLicensingInfos: readonly { readonly licenseId: string }[];
  readonly relationships: readonly {
    readonly spdxElementId: string;
    readonly relationshipType: string;
    readonly relatedSpdxElement: string;
  }[];
}

export function readSpdx(document: SpdxJson): ReadSbom {
  const described = document.relationships.find(({ relationshipType }) => relationshipType === 'DESCRIBES');
  const image = described!.relatedSpdxElement;
  const distro = document.packages.find(({ primaryPackagePurpose }) => primaryPackagePurpose === 'OPERATING_SYSTEM');
  const contains = document.relationships.filter(({ relationshipType }) => relationshipType === 'CONTAINS');
  return {
    document: ownProperties(document),
    image: element(document.packages.find(({ SPDXID }) => SPDXID === image)!),
    distro: distro ? element(distro) : null,
    packages: document.packages.filter((each) => each.SPDXID !== image && each !== distro).map(element),
    owners: contains
      .filter(({ spdxElementId }) => spdxElementId !== image)
      .map(({ spdxElementId, relatedSpdxElement }) => [spdxElementId, relatedSpdxElement] as const),
  };
}

function ownProperties({ annotations = [] }: Annotated): ReadElement['properties'] {
  const own = annotations.map(({ comment }) => comment).find((comment) => comment.startsWith('plimsoll:'));
  return JSON.parse(own!.slice('plimsoll:'.length)) as ReadElement['properties'];
}

function element(pkg: SpdxJsonPackage): ReadElement {
  const { supplier, licenseDeclared } = pkg;
  return {
    ref: pkg.SPDXID,
    name: pkg.name,
    version: pkg.versionInfo ?? '',
    purl: pkg.externalRefs?.[0]?.referenceLocator ?? null,
    vendor: supplier === 'NOASSERTION' ? null : supplier.replace(/^Organization: /, ''),
    licenses: licenseDeclared === 'NOASSERTION' ? [] : [licenseDeclared],
    properties: ownProperties(pkg),
  };
}

/** Tag → the field of the JSON format, where they differ in more than their first letter and `Package`. */
const fields: Readonly<Record<string, string>> = {
  SPDXVersion: 'spdxVersion',
  SPDXID: 'SPDXID',
  DocumentName: 'name',
  DocumentComment: 'comment',
  PackageVersion: 'versionInfo',
  LicenseID: 'licenseId',
  LicenseName: 'name',
};

type Fields = Record<string, unknown>;

/** Tags and values in the order of the file. @throws Error for a line that is neither, or a text without end */
function readTags(text: string): readonly (readonly [string, string])[] {
  const tags: [string, string][] = [];
  const line = /(?:([A-Za-z]+): ?(<text>.*?<\/text>|[^\n]*))?\n/sy;
  while (line.lastIndex < text.length) {
    const start = line.lastIndex;
    const [, tag, value] = line.exec(text) ?? [];
    if (line.lastIndex === 0) throw new Error(`no tag: ${text.slice(start, start + 80)}`);
    if (tag === undefined || value === undefined) continue;
    if (value.includes('<text>') !== value.endsWith('</text>')) throw new Error(`no end of text: ${tag}`);
    tags.push([tag, value.replace(/^<text>(.*)<\/text>$/s, '$1')]);
  }
  return tags;
}

/** The document that the JSON format would hold. */
export function readTagValue(text: string): SpdxJson {
  const document: Fields & { annotations: Fields[]; packages: Fields[] } = { annotations: [], packages: [] };
  const licenses: Fields[] = [];
  const relationships: Fields[] = [];
  const creation: Fields = {};
  const packages = new Map<unknown, Fields>();
  let current: Fields = document;
  for (const [tag, value] of readTags(text)) {
    if (tag === 'PackageName' || tag === 'LicenseID') {
      current = {};
      (tag === 'LicenseID' ? licenses : document.packages).push(current);
    }
    if (tag === 'SPDXID') packages.set(value, current);
    if (tag === 'Annotator') current = { annotator: value };
    else if (tag === 'SPDXREF') {
      const of = value === 'SPDXRef-DOCUMENT' ? document : packages.get(value)!;
      of.annotations = [...((of.annotations as Fields[] | undefined) ?? []), current];
    } else if (tag === 'AnnotationComment') current.comment = value;
    else if (tag === 'Creator') creation.creators = [value];
    else if (tag === 'Created' || tag === 'LicenseListVersion') creation[lowerFirst(tag)] = value;
    else if (tag === 'ExternalRef') {
      const [referenceCategory, referenceType, referenceLocator] = value.split(' ');
      const before = (current.externalRefs as Fields[] | undefined) ?? [];
      current.externalRefs = [...before, { referenceCategory, referenceType, referenceLocator }];
    } else if (tag === 'ExternalRefComment') {
      (current.externalRefs as Fields[]).at(-1)!.comment = value;
    } else if (tag === 'PackageChecksum') {
      const [algorithm, checksumValue] = value.split(': ');
      current.checksums = [{ algorithm, checksumValue }];
    } else if (tag === 'Relationship') {
      const [spdxElementId, relationshipType, relatedSpdxElement] = value.split(' ');
      relationships.push({ spdxElementId, relationshipType, relatedSpdxElement });
    } else if (tag === 'FilesAnalyzed') current.filesAnalyzed = value === 'true';
    else if (tag === 'PrimaryPackagePurpose') current.primaryPackagePurpose = value.replace('-', '_');
    else current[fields[tag] ?? lowerFirst(tag.replace(/^Package/, ''))] = value;
  }
  return {
    ...document,
    creationInfo: creation,
    hasExtractedLicensingInfos: licenses,
    relationships,
  } as unknown as SpdxJson;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
