/** The inventory as SPDX 2.3 in the tag-value format: the same as in the JSON format, field by field. */
import type { InventoryResult } from '../result/types.ts';
import { documentId, type SpdxAnnotation, type SpdxPackage, spdxDocument } from './sbom/spdx-document.ts';
import type { InventoryFormat } from './types.ts';

type Tag = readonly [tag: string, value: string | undefined];

function* pieces(result: InventoryResult): Generator<string> {
  const document = spdxDocument(result, spdxTagValue.name);
  yield block([
    ['SPDXVersion', 'SPDX-2.3'],
    ['DataLicense', 'CC0-1.0'],
    ['SPDXID', documentId],
    ['DocumentName', document.name],
    ['DocumentNamespace', document.namespace],
    ['DocumentComment', text(document.comment)],
  ]);
  yield `\n${block([
    ['Creator', document.creator],
    ['Created', document.created],
    ['LicenseListVersion', document.licenseListVersion],
  ])}`;
  for (const each of document.annotations) yield `\n${annotation(documentId, each)}`;
  for (const each of document.packages()) yield `\n${packageBlock(each)}\n${annotation(each.SPDXID, each.annotation)}`;
  for (const { licenseId, extractedText, name } of document.extractedLicenses()) {
    yield `\n${block([
      ['LicenseID', licenseId],
      ['ExtractedText', text(extractedText)],
      ['LicenseName', name],
    ])}`;
  }
  yield '\n';
  for (const { spdxElementId, relationshipType, relatedSpdxElement } of document.relationships()) {
    yield `Relationship: ${spdxElementId} ${relationshipType} ${relatedSpdxElement}\n`;
  }
}

function packageBlock(pkg: SpdxPackage): string {
  const { checksum, purl, security, summary, sourceInfo } = pkg;
  return block([
    ['PackageName', pkg.name],
    ['SPDXID', pkg.SPDXID],
    ['PackageVersion', pkg.versionInfo],
    ['PackageSupplier', pkg.supplier],
    ['PackageDownloadLocation', pkg.downloadLocation],
    ['FilesAnalyzed', String(pkg.filesAnalyzed)],
    ['PackageChecksum', checksum && `SHA256: ${checksum}`],
    ['PackageSourceInfo', sourceInfo && text(sourceInfo)],
    ['PackageLicenseConcluded', pkg.licenseConcluded],
    ['PackageLicenseDeclared', pkg.licenseDeclared],
    ['PackageCopyrightText', pkg.copyrightText],
    ['PackageSummary', summary && text(summary)],
    ['ExternalRef', purl && `PACKAGE-MANAGER purl ${purl}`],
    ...security.flatMap(({ referenceType, referenceLocator, comment }): Tag[] => [
      ['ExternalRef', `SECURITY ${referenceType} ${referenceLocator}`],
      ['ExternalRefComment', text(comment)],
    ]),
    ['PrimaryPackagePurpose', pkg.primaryPackagePurpose.replace('_', '-')],
  ]);
}

function annotation(of: string, { annotator, annotationDate, annotationType, comment }: SpdxAnnotation): string {
  return block([
    ['Annotator', annotator],
    ['AnnotationDate', annotationDate],
    ['AnnotationType', annotationType],
    ['SPDXREF', of],
    ['AnnotationComment', text(comment)],
  ]);
}

/** What comes here holds no end of a text. */
function text(value: string): string {
  return `<text>${value}</text>`;
}

function block(tags: readonly Tag[]): string {
  return tags.map(([tag, value]) => (value === undefined ? '' : `${tag}: ${value}\n`)).join('');
}

export const spdxTagValue: InventoryFormat = {
  name: 'spdx-tag-value',
  isJudgedLater: true,
  extension: 'spdx',
  mediaType: 'text/spdx; charset=utf-8',
  render: (result) => pieces(result),
};
