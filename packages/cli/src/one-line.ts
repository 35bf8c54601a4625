/**
 * Text for a line of standard error. Names come from images and advisories: none may begin a line of its own, which a
 * runner would take for a command, move a terminal's cursor or turn the direction of writing.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]+/gu, ' ');
}
