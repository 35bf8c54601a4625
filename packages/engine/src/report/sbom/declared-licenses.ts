/** Declared licence texts in the terms of each standard, as far as they have them: identifiers and expressions of SPDX, else names. */

import type { Package } from '../../inventory/types.ts';
import { licenseRef } from '../../licenses/license.ts';
import { expressionText, type LicenseNode, leaves } from '../../licenses/license-node.ts';
import { readLicense, readLicenses } from '../../licenses/read-license.ts';
import { readSpdxExpression } from '../../licenses/spdx-expression.ts';
import { spdxLicenseIds } from '../../licenses/spdx-license-list.ts';
import { oncePer } from '../once-per.ts';
import { lineText } from './sbom-text.ts';

type Declaring = Pick<Package, 'type' | 'licenses'>;

export type CycloneDxLicense =
  | { readonly license: { readonly id: string } | { readonly name: string } }
  | { readonly expression: string };

/** One entry a text, or the expression for all of them: the standard allows nothing beside one. */
export const cycloneDxLicenses = oncePer(({ type, licenses }: Declaring): readonly CycloneDxLicense[] => {
  const node = readLicenses(type, licenses);
  if (node === null) return [];
  if (node.kind === 'id' && isListed(node)) return [{ license: { id: node.id } }];
  const [only = ''] = licenses;
  if (licenses.length === 1 && readSpdxExpression(only) !== undefined) return [{ expression: only }];
  if ([...leaves(node)].every(isKnown)) return [{ expression: expressionText(node, licenseRef) }];
  return licenses.map((text) => {
    const each = readLicense(text);
    return { license: each.kind === 'id' && isListed(each) ? { id: each.id } : { name: lineText(text) } };
  });
});

function isListed(node: LicenseNode): boolean {
  return node.kind === 'id' && !node.orLater && node.exception === null && spdxLicenseIds.has(node.id);
}

function isKnown(node: LicenseNode): boolean {
  return node.kind === 'id' && spdxLicenseIds.has(node.id);
}

/** Whether the texts can be read back from what `cycloneDxLicenses` gives. */
export function cycloneDxHolds(declaring: Declaring): boolean {
  const held = cycloneDxLicenses(declaring).map((entry) =>
    'expression' in entry ? entry.expression : 'id' in entry.license ? entry.license.id : entry.license.name,
  );
  return JSON.stringify(held) === JSON.stringify(declaring.licenses);
}

export interface SpdxDeclared {
  readonly expression: string;
  /** `LicenseRef-…` of the expression → the text that it stands for; null where that is not known */
  readonly refs: ReadonlyMap<string, string | null>;
}

/** What was declared as an expression stays as it was written. */
export const spdxDeclared = oncePer(({ type, licenses }: Declaring): SpdxDeclared => {
  const node = readLicenses(type, licenses);
  if (node === null) return { expression: 'NOASSERTION', refs: new Map() };
  const [only = ''] = licenses;
  const exact = licenses.length === 1 ? readSpdxExpression(only) : undefined;
  const refs = new Map<string, string | null>();
  for (const leaf of leaves(exact ?? node)) {
    if (leaf.kind === 'text') refs.set(licenseRef(leaf.text), leaf.text);
    else if (leaf.id.startsWith('LicenseRef-')) refs.set(leaf.id, null);
  }
  return { expression: exact ? only : expressionText(node, licenseRef), refs };
});

/** Whether the texts can be read back from the expression. */
export function spdxHolds(declaring: Declaring): boolean {
  return (
    declaring.licenses.length === 0 ||
    (declaring.licenses.length === 1 && spdxDeclared(declaring).expression === declaring.licenses[0])
  );
}
