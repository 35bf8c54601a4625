import { CatalogError } from './error.ts';

const longestWord = 512;
const longestLicense = 200;
const mostLicenses = 20;
/** Objects and arrays of one JSON file. Empty ones take twenty times their bytes of memory, and no manifest has as many. */
const mostJsonContainers = 500_000;

/** Whether a value can be a name or a version: text without white space and control characters, not longer than any registry takes. */
export function isWord(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= longestWord &&
    !/[\s\u0000-\u001f\u007f\ufffd]/.test(value)
  );
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Declared licences in their order, each once; what is no short text (a whole licence, an object) is none. */
export function declaredLicenses(values: readonly unknown[]): readonly string[] {
  const texts = values.slice(0, mostLicenses).flatMap((value) => (typeof value === 'string' ? [value.trim()] : []));
  return [...new Set(texts.filter((text) => text !== '' && text.length <= longestLicense))];
}

/**
 * The JSON value in a file.
 *
 * @param title what the file is, for the message: `installed.json`
 * @throws CatalogError when it is no JSON, or one that takes far more memory than it is long
 */
export function jsonOf(body: Buffer, title: string): unknown {
  if (hasMoreContainers(body, mostJsonContainers)) {
    throw new CatalogError(
      'package-manifest-damaged',
      `the ${title} holds more than ${mostJsonContainers} objects and lists`,
    );
  }
  const text = body.toString('utf8');
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch (cause) {
    throw new CatalogError('package-manifest-damaged', `the ${title} cannot be parsed as JSON`, { cause });
  }
}

function hasMoreContainers(json: Buffer, most: number): boolean {
  let count = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if ((byte === 0x7b || byte === 0x5b) && ++count > most) return true;
  }
  return false;
}
