import { CatalogError } from '../error.ts';

export interface NpmManifest {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly string[];
}

/** npm's own limit of a name is 214; versions are not longer than 256. */
const longestWord = 512;
const longestLicense = 200;
const mostLicenses = 20;

/**
 * Reads the manifest of an installed package. Null when it is a mere marker without name or version (`{"type":"module"}`).
 *
 * @throws CatalogError when it is no JSON object, and when name and version are there but cannot be read
 * @see https://docs.npmjs.com/cli/configuring-npm/package-json
 */
export function parsePackageJson(body: Buffer): NpmManifest | null {
  const manifest = parseObject(body);
  const [name, version] = [trimmed(manifest.name), trimmed(manifest.version)];
  if (name === '' || version === '') return null;
  // Node loads it all the same, so that it is no marker: the package is there, and which it is cannot be told
  if (!isWord(name) || !isWord(version)) {
    throw new CatalogError('package-manifest-damaged', 'the package.json has no readable name and version');
  }
  return { name, version, licenses: licensesOf(manifest) };
}

function parseObject(body: Buffer): Readonly<Record<string, unknown>> {
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch (cause) {
    throw new CatalogError('package-manifest-damaged', 'the package.json cannot be parsed as JSON', { cause });
  }
  if (!isRecord(value)) throw new CatalogError('package-manifest-damaged', 'the package.json is no JSON object');
  return value;
}

/** `license` as text, or in the old forms: an object with `type`, or a list `licenses` of those. */
function licensesOf(manifest: Readonly<Record<string, unknown>>): readonly string[] {
  const declared = [manifest.license, manifest.licenses].flatMap((value) => (Array.isArray(value) ? value : [value]));
  const found = new Set<string>();
  for (const value of declared.slice(0, mostLicenses)) {
    const license = isRecord(value) ? value.type : value;
    if (typeof license === 'string' && license.trim() !== '' && license.length <= longestLicense)
      found.add(license.trim());
  }
  return [...found];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As npm takes them; empty where there is no text. */
function trimmed(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** Names and versions have neither white space nor control characters. */
function isWord(text: string): boolean {
  return text.length <= longestWord && !/[\s\u0000-\u001f\u007f\ufffd]/.test(text);
}
