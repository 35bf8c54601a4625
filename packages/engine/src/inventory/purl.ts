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
  const isCaseless = caseless.has(type);
  const namespace = namespaceText(parts.namespace ?? '', isCaseless);
  const name = segmentText(registryName(type, parts.name), isCaseless);
  const version = parts.version ? `@${encode(parts.version)}` : '';
  return `pkg:${type}/${namespace}${name}${version}${parts.qualifiers ? qualifiersText(parts.qualifiers) : ''}`;
}

function segmentText(text: string, isCaseless: boolean): string {
  return encode(isCaseless ? text.toLowerCase() : text);
}

/** With a `/` behind each segment. */
function namespaceText(namespace: string, isCaseless: boolean): string {
  // one segment, as nearly all have, is not taken apart: there is a package URL for every package
  if (!namespace.includes('/')) return namespace === '' ? '' : `${segmentText(namespace, isCaseless)}/`;
  const segments = namespace.split('/').filter((segment) => segment !== '');
  return segments.map((segment) => `${segmentText(segment, isCaseless)}/`).join('');
}

/** With the `?` before them; empty where there are none. */
function qualifiersText(qualifiers: Readonly<Record<string, string | null>>): string {
  const keys = Object.keys(qualifiers).filter((key) => qualifiers[key] !== null && qualifiers[key] !== '');
  keys.sort((a, b) => compare(a.toLowerCase(), b.toLowerCase()));
  let text = '';
  for (const key of keys) text += `${text === '' ? '?' : '&'}${key.toLowerCase()}=${encode(qualifiers[key]!)}`;
  return text;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
