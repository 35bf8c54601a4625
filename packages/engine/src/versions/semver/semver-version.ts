import { numeral } from '../numeral.ts';
import { maxVersionLength } from '../scheme.ts';
import { parsePrerelease, type SemanticVersion } from './semantic-version.ts';

const pattern = /^[vV]?([0-9]+(?:\.[0-9]+)*)(?:-([0-9A-Za-z.-]+)|([A-Za-z][0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.-]*)?$/;

/**
 * Semantic versions as advisories write them: a leading `v`, any number of parts, numbers of any size, leading zeros and a
 * pre-release without its hyphen (`1.0rc1`) are taken. A further part is a number like the others: 1.1.3.4 comes after 1.1.3.
 * @see https://ossf.github.io/osv-schema/#affectedrangestype-field
 */
export function parseSemver(text: string): SemanticVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const found = pattern.exec(text.trim());
  if (found === null) return undefined;
  const [, numbers = '', hyphenated, attached] = found;
  const pre = hyphenated ?? attached;
  const identifiers = pre === undefined ? [] : parsePrerelease(pre, true);
  return identifiers && { parts: numbers.split('.').map(numeral), pre: identifiers };
}
