import { hash } from 'node:crypto';
import { groupOf, type LicenseGroup, unknownTexts } from './license-groups.ts';
import { expressionText, type LicenseNode, leaves } from './license-node.ts';

/** What is known of the licence of a package. */
export interface License {
  /** of SPDX; words that name no licence of its list stand in it as `LicenseRef-…` */
  readonly expression: string;
  /** identifiers in the expression, each once, sorted */
  readonly ids: readonly string[];
  readonly group: LicenseGroup;
  /** what stands for no known licence, as declared */
  readonly unknown: readonly string[];
}

export function describeLicense(node: LicenseNode): License {
  const ids = [...leaves(node)].map((leaf) => (leaf.kind === 'id' ? leaf.id : licenseRef(leaf.text)));
  return {
    expression: expressionText(node, licenseRef),
    ids: [...new Set(ids)].sort(),
    group: groupOf(node),
    unknown: unknownTexts(node),
  };
}

/** The identifier of SPDX for words that are none of its own: their first ones, and part of a digest of all. */
export function licenseRef(text: string): string {
  const words = text.slice(0, 40).match(/[A-Za-z0-9.]+/g) ?? [];
  return ['LicenseRef', ...words, hash('sha256', text.toWellFormed(), 'hex').slice(0, 12)].join('-');
}
