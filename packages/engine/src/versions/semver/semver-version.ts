import { numeral } from '../numeral.ts';
import { maxVersionLength } from '../scheme.ts';
import { parsePrerelease, type SemanticVersion } from './semantic-version.ts';

/**
 * Semantic versions as advisories write them: a leading `v`, any number of parts, numbers of any size, leading zeros and a
 * pre-release without its hyphen (`1.0rc1`) are taken. A further part is a number like the others: 1.1.3.4 comes after 1.1.3.
 * @see https://ossf.github.io/osv-schema/#affectedrangestype-field
 */
export function parseSemver(text: string): SemanticVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const found = /^[vV]?([0-9]+(?:\.[0-9]+)*)(?:-?([0-9A-Za-z-][0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.-]*)?$/.exec(
    text.trim(),
  );
  if (found === null) return undefined;
  const pre = found[2] === undefined ? [] : parsePrerelease(found[2], true);
  return pre === undefined ? undefined : { parts: found[1]!.split('.').map(numeral), pre };
}
