/**
 * Makes text that an image, a feed or a file chose harmless to look at: nothing in it can move the cursor, change a
 * colour, reverse the reading direction or hide. What was there stays recognisable.
 */

/** Characters of one value; the rest is cut, since nobody reads it and a report must not grow with it. */
const maxValueChars = 400;

const plainAscii = /^[\x20-\x7e]*$/;
const lineControls = /[\t\n\v\f\r]+/g;
/** Controls (C0, C1), format characters (bidi, zero width, tags), line separators, surrogates, private use. */
const unsafe = /[\u2065\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u115f\u1160\u3164\uffa0]/gu;
/** A stack of combining marks paints over the lines around it. */
const markStack = /(\p{M}{4})\p{M}+/gu;

function escapeCharacter(char: string): string {
  const code = char.codePointAt(0)!;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** Tabs and line ends become a space, dangerous characters become `\x1b` or `\u{202e}`, long values end with `…`. */
export function safeText(text: string, maxChars = maxValueChars): string {
  const cut = text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
  if (plainAscii.test(cut)) return cut;
  return cut.replace(lineControls, ' ').replace(unsafe, escapeCharacter).replace(markStack, '$1');
}

/** The same, with everything that is no ASCII escaped too, for terminals without Unicode. */
export function asciiText(text: string): string {
  if (plainAscii.test(text)) return text;
  return safeText(text)
    .replaceAll('…', '...')
    .replace(/[^\x20-\x7e]/gu, escapeCharacter);
}
