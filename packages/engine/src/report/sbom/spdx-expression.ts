import { spdxExceptionIds, spdxLicenseIds } from './spdx-license-list.ts';

/** Characters; a longer text is no expression that anybody wrote. */
const maxExpressionChars = 2000;
const maxDepth = 50;

export interface SpdxExpression {
  /** it has operators, and needs parentheses where it is a part of another */
  readonly compound: boolean;
  /** `LicenseRef-…` that it names, each once */
  readonly refs: readonly string[];
}

/**
 * Reads a licence expression of identifiers of the SPDX list, as written there. Undefined: the text is none.
 *
 * @see https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
 */
export function readSpdxExpression(text: string): SpdxExpression | undefined {
  if (text.length > maxExpressionChars || !/^[\w.+() -]+$/.test(text) || text !== text.trim()) return undefined;
  const words = text.match(/[()]|[^() ]+/g) ?? [];
  const refs = new Set<string>();
  let at = 0;
  const anyOf = (depth: number): boolean => {
    if (depth > maxDepth || !single(depth)) return false;
    while (words[at] === 'AND' || words[at] === 'OR') {
      at++;
      if (!single(depth)) return false;
    }
    return true;
  };
  const single = (depth: number): boolean => {
    const word = words[at++] ?? '';
    if (word === '(') return anyOf(depth + 1) && words[at++] === ')';
    if (/^LicenseRef-[A-Za-z0-9.-]+$/.test(word)) refs.add(word);
    else if (!spdxLicenseIds.has(word.endsWith('+') ? word.slice(0, -1) : word)) return false;
    if (words[at] !== 'WITH') return true;
    at += 2;
    return spdxExceptionIds.has(words[at - 1] ?? '');
  };
  return anyOf(0) && at === words.length ? { compound: words.length > 1, refs: [...refs] } : undefined;
}
