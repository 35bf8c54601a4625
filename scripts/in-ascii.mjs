/** What an escape would mean something else in. */
const elsewhere = /\\[^\0-\x7f]|\braw`[^`]*[^\0-\x7f]/;

/**
 * A file of the bundle with escapes for all that is beyond ASCII. esbuild leaves it in regular expressions and tagged templates, and a
 * single such character makes V8 take two bytes for each of the whole file, which is twice the work of decoding it.
 *
 * @param text without such characters in templates that are read raw
 */
export function inAscii(text) {
  const found = elsewhere.exec(text);
  if (found !== null) throw new Error(`an escape would change ${found[0].slice(-60)}`);
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
