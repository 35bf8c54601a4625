import { numeral } from '../numeral.ts';
import { parsePrerelease, type SemanticVersion } from '../semver/semantic-version.ts';

/** npm's own limit, in UTF-16 code units. */
const maxNpmVersionLength = 256;

/**
 * Strict semantic versions as the npm registry demands: three numbers up to 2^53-1 without leading zeros; a `v` before them is
 * the only liberty.
 * @see https://github.com/npm/node-semver#versions
 */
export function parseNpmVersion(text: string): SemanticVersion | undefined {
  if (text.length > maxNpmVersionLength) return undefined;
  const found =
    /^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.exec(
      text.trim(),
    );
  if (found === null) return undefined;
  const parts = [numeral(found[1]!), numeral(found[2]!), numeral(found[3]!)];
  if (parts.some((part) => part > Number.MAX_SAFE_INTEGER)) return undefined;
  const pre = found[4] === undefined ? [] : parsePrerelease(found[4], false);
  return pre === undefined ? undefined : { parts, pre };
}
