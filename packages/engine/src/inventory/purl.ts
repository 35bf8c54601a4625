/**
 * The parts of a package URL that we build. `namespace` may have several segments joined with `/`; qualifiers that are
 * null or empty are left out.
 */
export interface PurlParts {
  readonly type: string;
  readonly namespace?: string | null;
  readonly name: string;
  readonly version?: string | null;
  readonly qualifiers?: Readonly<Record<string, string | null>> | null;
}

/** Types whose namespace and name are not case sensitive and are written in lower case. */
const caseless: ReadonlySet<string> = new Set([
  'deb',
  'apk',
  'alpm',
  'pypi',
  'composer',
  'bitnami',
  'otp',
  'hex',
  'luarocks',
  'pub',
]);

/**
 * Builds a canonical package URL.
 *
 * @see https://github.com/package-url/purl-spec/blob/main/docs/how-to-build.md
 */
export function buildPurl(parts: PurlParts): string {
  const type = parts.type.toLowerCase();
  const fold = caseless.has(type) ? (text: string) => text.toLowerCase() : (text: string) => text;
  const segments = (parts.namespace ?? '').split('/').filter((segment) => segment !== '');
  const name = registryName(type, parts.name);
  const path = [...segments, name].map((segment) => encode(fold(segment))).join('/');
  const version = parts.version ? `@${encode(parts.version)}` : '';
  const qualifiers = Object.entries(parts.qualifiers ?? {})
    .filter((pair): pair is [string, string] => pair[1] !== null && pair[1] !== '')
    .map(([key, value]) => [key.toLowerCase(), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, value]) => `${key}=${value}`);
  return `pkg:${type}/${path}${version}${qualifiers.length > 0 ? `?${qualifiers.join('&')}` : ''}`;
}

/** The one spelling of a name that a registry takes in several. */
function registryName(type: string, name: string): string {
  if (type === 'pypi') return name.replaceAll('_', '-');
  return type === 'pub' ? name.replace(/[^A-Za-z0-9_]/g, '_') : name;
}

/** Letters, digits, `.`, `-`, `_`, `~` and `:` stand for themselves; all else is percent-encoded UTF-8. */
function encode(text: string): string {
  if (/^[\w.~:-]*$/.test(text)) return text;
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%3A', ':')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
