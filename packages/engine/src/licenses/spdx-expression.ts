import { joined, type LicenseNode, licenseId } from './license-node.ts';
import { spdxExceptionIds, spdxLicenseIds } from './spdx-license-list.ts';

/** Characters; a longer text is no expression that anybody wrote. */
const maxExpressionChars = 2000;
const maxDepth = 50;

/**
 * Reads a licence expression of identifiers of the SPDX list, as written there. Undefined: the text is none.
 *
 * @see https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
 */
export function readSpdxExpression(text: string): LicenseNode | undefined {
  if (text.length > maxExpressionChars || !/^[\w.+() -]+$/.test(text) || text !== text.trim()) return undefined;
  const words = text.match(/[()]|[^() ]+/g) ?? [];
  let at = 0;
  const anyOf = (depth: number): LicenseNode | undefined => {
    if (depth > maxDepth) return undefined;
    const choices: LicenseNode[] = [];
    do {
      const choice = allOf(depth);
      if (choice === undefined) return undefined;
      choices.push(choice);
    } while (words[at] === 'OR' && at++ >= 0);
    return joined('or', choices) ?? undefined;
  };
  const allOf = (depth: number): LicenseNode | undefined => {
    const parts: LicenseNode[] = [];
    do {
      const part = single(depth);
      if (part === undefined) return undefined;
      parts.push(part);
    } while (words[at] === 'AND' && at++ >= 0);
    return joined('and', parts) ?? undefined;
  };
  const single = (depth: number): LicenseNode | undefined => {
    const word = words[at++] ?? '';
    if (word === '(') {
      const inner = anyOf(depth + 1);
      return words[at++] === ')' ? inner : undefined;
    }
    const orLater = word.endsWith('+');
    const id = orLater ? word.slice(0, -1) : word;
    const isRef = /^LicenseRef-[A-Za-z0-9.-]+$/.test(word);
    if (isRef ? orLater : !spdxLicenseIds.has(id)) return undefined;
    let exception: string | null = null;
    if (words[at] === 'WITH') {
      exception = words[at + 1] ?? '';
      at += 2;
      if (!spdxExceptionIds.has(exception)) return undefined;
    }
    return licenseId(id, exception, orLater);
  };
  const node = anyOf(0);
  return at === words.length ? node : undefined;
}
