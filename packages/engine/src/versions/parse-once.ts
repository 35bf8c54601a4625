import type { VersionScheme } from './scheme.ts';

/** Versions of one scheme that are remembered; then it is begun anew. */
const maxRemembered = 4096;

/** Nearly every version is shorter (UTF-16 code units); hostile ones take no memory. */
const maxLength = 64;

const remembered = new WeakMap<VersionScheme, Map<string, unknown>>();

/**
 * What `scheme.parse` gives. The bounds of advisories' ranges are few and are compared with thousands of packages: 2,246 of
 * Go's in a large image are 170 texts.
 */
export function parseOnce<V>(scheme: VersionScheme<V>, text: string): V | undefined {
  let known = remembered.get(scheme as VersionScheme);
  if (known === undefined) {
    known = new Map();
    remembered.set(scheme as VersionScheme, known);
  }
  const found = known.get(text) as V | undefined;
  if (found !== undefined) return found;
  const parsed = scheme.parse(text);
  if (text.length > maxLength) return parsed;
  if (known.size === maxRemembered) known.clear();
  known.set(text, parsed);
  return parsed;
}
