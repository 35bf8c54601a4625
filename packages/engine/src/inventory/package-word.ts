/** Whether a text can be a package's name, version or architecture: one word, printable, of a length that such have. */
export function isPackageWord(text: string | null | undefined): text is string {
  return text != null && text.length > 0 && text.length <= 512 && !/[\s\u0000-\u001f\u007f\ufffd]/.test(text);
}
