import { CatalogError } from '../error.ts';

const [colon, quote, open, close, semicolon] = [0x3a, 0x22, 0x7b, 0x7d, 0x3b];
const title = 'the file of PEAR’s registry';
/** Deeper than PEAR writes any; what lies deeper is passed over. */
const deepest = 2;

/** Texts of a serialized PHP array, by the keys that lead to them, `version/release`; numbers and deeper arrays are left out. */
export type SerializedTexts = ReadonlyMap<string, string>;

/**
 * Reads what PHP's `serialize` wrote of an array of texts, numbers and arrays. Nothing is built of it but the texts in the
 * upper two arrays.
 *
 * @throws CatalogError when it is something else, or cut short
 * @see https://www.php.net/manual/en/function.serialize.php
 */
export function serializedTexts(body: Buffer): SerializedTexts {
  const texts = new Map<string, string>();
  /** the key that an open array waits with for its value; null: for the next key */
  const keys: (string | null)[] = [];
  let at = 0;
  do {
    if (body[at] === close && keys.length > 0 && keys.at(-1) === null) {
      keys.pop();
      at += 1;
      finishValue(keys);
      continue;
    }
    const kind = body[at] ?? 0;
    if (kind === 0x61 /* a */) {
      if (keys.length > 0 && keys.at(-1) === null) throw damaged();
      const start = endOf(body, at + 2, colon) + 1;
      if (body[at + 1] !== colon || body[start] !== open) throw damaged();
      keys.push(null);
      at = start + 1;
      continue;
    }
    if (keys.length === 0) throw damaged();
    const { text, end } = scalarAt(body, at, kind);
    at = end;
    const key = keys.at(-1);
    if (key === null) keys[keys.length - 1] = keys.length > deepest ? '' : (text ?? '');
    else {
      if (kind === 0x73 && keys.length <= deepest && text !== null) texts.set(keys.join('/'), text);
      finishValue(keys);
    }
  } while (keys.length > 0);
  return texts;
}

function finishValue(keys: (string | null)[]): void {
  if (keys.length > 0) keys[keys.length - 1] = null;
}

/** `s:5:"bytes";`, or `i:1;`, `d:0.5;`, `b:1;` and `N;`. */
function scalarAt(body: Buffer, at: number, kind: number): { readonly text: string | null; readonly end: number } {
  if (kind === 0x73 /* s */) {
    const start = endOf(body, at + 2, colon) + 2;
    const length = Number(body.toString('latin1', at + 2, start - 2));
    const end = start + length;
    if (body[start - 1] !== quote || !(end < body.length) || body[end] !== quote || body[end + 1] !== semicolon) {
      throw damaged();
    }
    return { text: length > 1000 ? null : body.toString('utf8', start, end), end: end + 2 };
  }
  if (!'idbN'.includes(String.fromCharCode(kind))) throw damaged();
  const end = endOf(body, at + 1, semicolon);
  return { text: body.toString('latin1', at + 2, end), end: end + 1 };
}

/** Place of the mark that ends a number, which is never far. */
function endOf(body: Buffer, from: number, mark: number): number {
  const end = body.subarray(from, from + 40).indexOf(mark);
  if (end < 0) throw damaged();
  return from + end;
}

function damaged(): CatalogError {
  return new CatalogError('package-manifest-damaged', `${title} cannot be parsed as what PHP serialized`);
}
