/** A package URL taken apart and decoded. Namespace and name are spelt as stated: `buildPurl` knows the canonical spelling. */
export interface Purl {
  /** lower case */
  readonly type: string;
  /** segments joined with `/`; empty where there is none */
  readonly namespace: string;
  readonly name: string;
  readonly version: string | null;
  /** those with an empty value are left out */
  readonly qualifiers: ReadonlyMap<string, string>;
  readonly subpath: string | null;
}

const longestPurl = 8192;
const typeForm = /^[a-z][a-z0-9.-]*$/;
const keyForm = /^[a-z][a-z0-9._-]*$/;

/** What the definitions of types ask for. */
const namespaces: Readonly<Record<string, 'required' | 'none'>> = {
  otp: 'none',
  vcpkg: 'none',
  swift: 'required',
  'vscode-extension': 'required',
};

/**
 * Takes a package URL apart; null for what is none, also where the definition of its type forbids it.
 *
 * @see https://github.com/package-url/purl-spec/blob/main/docs/how-to-parse.md
 */
export function parsePurl(text: string): Purl | null {
  if (text.length > longestPurl || !/^pkg:/i.test(text)) return null;
  const [beforeHash, subpath] = splitAt(text.slice(4), '#');
  const [beforeQuery, query] = splitAt(beforeHash, '?');
  const path = trimSlashes(beforeQuery);
  const slash = path.indexOf('/');
  const type = path.slice(0, Math.max(slash, 0)).toLowerCase();
  if (!typeForm.test(type)) return null;
  const [names, version] = splitVersion(trimSlashes(path.slice(slash + 1)));
  const segments = names.split('/').filter((segment) => segment !== '');
  if (names.endsWith('/')) return null;
  try {
    const decoded = segments.map(decodeURIComponent);
    const name = decoded.pop() ?? '';
    const qualifiers = qualifiersOf(query ?? '');
    const purl: Purl = {
      type,
      namespace: decoded.join('/'),
      name,
      version: version ? decodeURIComponent(version) : null,
      qualifiers: qualifiers ?? new Map(),
      subpath: subpath ? decodeURIComponent(trimSlashes(subpath)) : null,
    };
    return name === '' || qualifiers === null || !fitsType(purl) ? null : purl;
  } catch {
    return null; // a percent sign that begins no UTF-8
  }
}

function splitAt(text: string, mark: string): readonly [before: string, after: string | null] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** A version may hold anything; the `@` of `@babel/core` begins a segment. */
function splitVersion(path: string): readonly [names: string, version: string | null] {
  const at = path.lastIndexOf('@');
  return at <= 0 || path[at - 1] === '/' ? noVersion(path, at) : [path.slice(0, at), path.slice(at + 1)];
}

/** `/@1.0` is a version without a name. */
function noVersion(path: string, at: number): readonly [names: string, version: string | null] {
  return at >= 0 && /^@\d/.test(path.slice(at)) ? [path.slice(0, at), path.slice(at + 1)] : [path, null];
}

function trimSlashes(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === '/') start += 1;
  while (end > start && text[end - 1] === '/') end -= 1;
  return text.slice(start, end);
}

function qualifiersOf(query: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [key, value] = splitAt(pair, '=');
    if (!keyForm.test(key) || found.has(key)) return null;
    if (value) found.set(key, decodeURIComponent(value));
  }
  return found;
}

function fitsType({ type, namespace, name, qualifiers, version }: Purl): boolean {
  const rule = Object.hasOwn(namespaces, type) ? namespaces[type] : undefined;
  if (rule !== undefined && (namespace === '') !== (rule === 'none')) return false;
  if (type === 'julia') return qualifiers.has('uuid');
  if (type === 'cpan') return !name.includes('::');
  return type !== 'chrome-extension' || (/^[a-p]{32}$/.test(name) && /^\d+(?:\.\d+){0,3}$/.test(version ?? '0'));
}
