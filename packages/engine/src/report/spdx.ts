/** The inventory as SPDX 2.3 JSON. What its fields cannot hold is in annotations (docs/reference/sbom.md). */
import type { InventoryResult } from '../result/types.ts';
import { jsonPieces, Listed, type Section } from './sbom/json-pieces.ts';
import { documentId, type SpdxPackage, spdxDocument } from './sbom/spdx-document.ts';
import type { InventoryFormat } from './types.ts';

function* sections(result: InventoryResult): Generator<Section> {
  const document = spdxDocument(result, spdx.name);
  const { created, creator, licenseListVersion } = document;
  yield ['spdxVersion', 'SPDX-2.3'];
  yield ['dataLicense', 'CC0-1.0'];
  yield ['SPDXID', documentId];
  yield ['name', document.name];
  yield ['documentNamespace', document.namespace];
  yield ['comment', document.comment];
  yield ['creationInfo', { created, creators: [creator], licenseListVersion }];
  yield ['annotations', new Listed(document.annotations)];
  yield ['packages', new Listed(document.packages().map(packageEntry))];
  yield ['hasExtractedLicensingInfos', new Listed(document.extractedLicenses())];
  yield ['relationships', new Listed(document.relationships())];
}

function packageEntry({ purl, checksum, annotation, security, ...fields }: SpdxPackage): unknown {
  const purlRef = { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl };
  const refs = [
    ...(purl === undefined ? [] : [purlRef]),
    ...security.map((ref) => ({ referenceCategory: 'SECURITY', ...ref })),
  ];
  return {
    ...fields,
    checksums: checksum === undefined ? undefined : [{ algorithm: 'SHA256', checksumValue: checksum }],
    externalRefs: refs.length === 0 ? undefined : refs,
    annotations: [annotation],
  };
}

export const spdx: InventoryFormat = {
  name: 'spdx',
  isJudgedLater: true,
  extension: 'spdx.json',
  mediaType: 'application/spdx+json',
  render: (result) => jsonPieces(sections(result)),
};
