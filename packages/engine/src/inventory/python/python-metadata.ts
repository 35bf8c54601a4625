import { CatalogError } from '../error.ts';

export interface PythonMetadata {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly string[];
}

const longestWord = 512;
const longestLicense = 200;
const mostLicenses = 20;

/**
 * Reads `METADATA` or `PKG-INFO`: header lines up to the first blank one; the description behind it is not decoded.
 *
 * @throws CatalogError when name or version is missing
 * @see https://packaging.python.org/en/latest/specifications/core-metadata/
 */
export function parsePythonMetadata(body: Buffer): PythonMetadata {
  const headers = parseHeaders(body);
  const name = headers.get('name')?.[0];
  const version = headers.get('version')?.[0];
  if (!isWord(name) || !isWord(version)) {
    throw new CatalogError('package-manifest-damaged', 'the Python package metadata has no readable name and version');
  }
  return { name, version, licenses: licensesOf(headers) };
}

type Headers = ReadonlyMap<string, readonly string[]>;

const wanted: ReadonlySet<string> = new Set(['name', 'version', 'license', 'license-expression', 'classifier']);

function parseHeaders(body: Buffer): Headers {
  const headers = new Map<string, string[]>();
  let last: string[] | null = null;
  for (let start = 0; start < body.length; ) {
    const newline = body.indexOf(0x0a, start);
    const end = newline < 0 ? body.length : newline;
    const first = body[start];
    const blank = end === start || (end === start + 1 && first === 0x0d);
    if (blank) break;
    if (first === 0x20 || first === 0x09) {
      // a licence text folded over several lines is no name of a licence
      if (last !== null && body.toString('utf8', start, end).trim() !== '') last[last.length - 1] = '';
    } else {
      last = null;
      const colon = body.indexOf(0x3a, start);
      if (colon > start && colon < end && colon - start <= 32) {
        const key = body.toString('latin1', start, colon).trim().toLowerCase();
        if (wanted.has(key)) {
          last = headers.get(key) ?? [];
          last.push(end - colon > longestWord * 2 ? '' : body.toString('utf8', colon + 1, end).trim());
          headers.set(key, last);
        }
      }
    }
    start = end + 1;
  }
  return headers;
}

/** An SPDX expression where there is one, else the free field, else what the classifiers say. */
function licensesOf(headers: Headers): readonly string[] {
  const expressions = declared(headers.get('license-expression'));
  if (expressions.length > 0) return expressions;
  const free = declared(headers.get('license'));
  if (free.length > 0) return free;
  const classifiers = (headers.get('classifier') ?? []).filter((text) => text.startsWith('License ::'));
  return declared(classifiers.map((text) => text.slice(text.lastIndexOf('::') + 2).trim()));
}

function declared(texts: readonly string[] | undefined): readonly string[] {
  const meant = (texts ?? []).filter((text) => text !== '' && text !== 'UNKNOWN' && text.length <= longestLicense);
  return [...new Set(meant)].slice(0, mostLicenses);
}

function isWord(value: string | undefined): value is string {
  return (
    value !== undefined &&
    value.length > 0 &&
    value.length <= longestWord &&
    !/[\s\u0000-\u001f\u007f\ufffd]/.test(value)
  );
}
