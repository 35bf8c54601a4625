import { type Purl, parsePurl } from '../purl/parse-purl.ts';

/**
 * Whether a package URL means this package: the same type, namespace and name; the same version and qualifiers as far as it
 * has any. What is no package URL means nothing.
 *
 * @param withVersion false: any version will do
 * @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md (how software identifiers match)
 */
export function matchesPurl(pattern: Purl, purl: Purl, withVersion = true): boolean {
  if (pattern.type !== purl.type || fold(pattern.namespace) !== fold(purl.namespace)) return false;
  if (spelling(pattern) !== spelling(purl)) return false;
  if (withVersion && pattern.version !== null && pattern.version !== purl.version) return false;
  for (const [key, value] of pattern.qualifiers) if (purl.qualifiers.get(key) !== value) return false;
  return pattern.subpath === null || pattern.subpath === purl.subpath;
}

/** As the registry of the type reads a name. */
function spelling({ type, name }: Purl): string {
  if (type === 'pypi') return name.toLowerCase().replace(/[-_.]+/g, '-');
  return type === 'deb' || type === 'apk' || type === 'composer' ? name.toLowerCase() : name;
}

function fold(namespace: string): string {
  return namespace.toLowerCase();
}

const parsed = new Map<string, Purl | null>();
const maxKept = 50_000;

/** Every finding of a package is held against the same few statements: taken apart once. */
export function knownPurl(text: string): Purl | null {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  if (parsed.size >= maxKept) parsed.clear();
  const purl = parsePurl(text);
  parsed.set(text, purl);
  return purl;
}
