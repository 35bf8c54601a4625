/** How many terminal cells text takes. Wide is what East Asian Width says is wide, and emoji; marks take none. */

const plainAscii = /^[\x20-\x7e]*$/;
const noWidth = /\p{M}/u;

/** First and last code point of the wide blocks, ascending. @see https://www.unicode.org/reports/tr11/ */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23f3],
  [0x2614, 0x2615],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1b000, 0x1b2ff],
  [0x1f1e6, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f90c, 0x1faff],
  [0x20000, 0x3fffd],
];

function characterWidth(char: string): number {
  const code = char.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (noWidth.test(char)) return 0;
  return wideRanges.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** Cells that `text` takes; it holds no controls (see safe-text.ts). */
export function textWidth(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += characterWidth(char);
  return width;
}

/** Splits so that the first part takes at most `width` cells (at least one character, so that callers always get on). */
export function splitAtWidth(text: string, width: number): readonly [string, string] {
  let used = 0;
  let end = 0;
  for (const char of text) {
    const next = used + characterWidth(char);
    if (next > width && end > 0) break;
    used = next;
    end += char.length;
  }
  return [text.slice(0, end), text.slice(end)];
}

/** At most `width` cells; what is cut is marked by `ellipsis`. */
export function truncate(text: string, width: number, ellipsis: string): string {
  if (textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room < 1) return splitAtWidth(text, width)[0];
  return splitAtWidth(text, room)[0].trimEnd() + ellipsis;
}
