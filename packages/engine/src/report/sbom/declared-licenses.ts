/** Declared licence texts in the terms of each standard, as far as they have them: identifiers and expressions of SPDX, else names. */
import { hash } from 'node:crypto';
import { lineText } from './sbom-text.ts';
import { readSpdxExpression } from './spdx-expression.ts';
import { spdxLicenseIds } from './spdx-license-list.ts';

export type CycloneDxLicense =
  | { readonly license: { readonly id: string } | { readonly name: string } }
  | { readonly expression: string };

/** One entry a text; an expression stands alone, since the standard allows no other beside it. */
export function cycloneDxLicenses(texts: readonly string[]): readonly CycloneDxLicense[] {
  const [only = ''] = texts;
  if (texts.length === 1 && !spdxLicenseIds.has(only) && readSpdxExpression(only)) return [{ expression: only }];
  return texts.map((text) => ({ license: spdxLicenseIds.has(text) ? { id: text } : { name: lineText(text) } }));
}

/** Whether the texts can be read back from what `cycloneDxLicenses` gives. */
export function cycloneDxHolds(texts: readonly string[]): boolean {
  return texts.every((text) => lineText(text) === text);
}

export interface SpdxDeclared {
  readonly expression: string;
  /** `LicenseRef-…` of the expression → the text that it stands for; null where that is not known */
  readonly refs: ReadonlyMap<string, string | null>;
}

/** All of them apply, as far as anybody knows. */
export function spdxDeclared(texts: readonly string[]): SpdxDeclared {
  const refs = new Map<string, string | null>();
  const parts = texts.map((text) => {
    const read = readSpdxExpression(text);
    for (const ref of read?.refs ?? []) refs.set(ref, null);
    if (read) return read.compound && texts.length > 1 ? `(${text})` : text;
    const ref = licenseRef(text);
    refs.set(ref, text);
    return ref;
  });
  return { expression: [...new Set(parts)].join(' AND ') || 'NOASSERTION', refs };
}

/** Whether the texts can be read back from the expression. */
export function spdxHolds(texts: readonly string[]): boolean {
  return texts.length === 0 || (texts.length === 1 && readSpdxExpression(texts[0]!) !== undefined);
}

function licenseRef(text: string): string {
  const words = text.slice(0, 40).match(/[A-Za-z0-9.]+/g) ?? [];
  return ['LicenseRef', ...words, hash('sha256', text.toWellFormed(), 'hex').slice(0, 12)].join('-');
}
