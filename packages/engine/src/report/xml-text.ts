/** Text that stands in XML 1.0: dangerous characters are shown as `\x1b`, and what XML has no way to hold is among them. */
import { safeText } from './safe-text.ts';

const maxChars = 4000;
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Noncharacters, which XML may not hold. */
const nonCharacters = /[\ufffe\uffff]/g;

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => escapes[char]!).replace(nonCharacters, '\ufffd');
}

/** Of an attribute, on one line, without spaces around it. */
export function xmlAttribute(text: string): string {
  return escaped(safeText(text, maxChars).trim());
}

/** Of an element, each line made harmless. */
export function xmlText(text: string): string {
  return text
    .split('\n')
    .map((each) => escaped(safeText(each, maxChars)))
    .join('\n');
}
