const format = 'copyright-format/1.0';
const label = 'License:';
const newline = 0x0a;
/** Names that say more than this are texts. */
const longestLicense = 200;

/**
 * The licences that a machine-readable `copyright` file declares: the first line of each `License` field, in file order,
 * without duplicates. Free text declares nothing that could be read reliably, so it gives none.
 *
 * @see https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
 */
export function parseDebCopyright(body: Buffer): readonly string[] {
  if (!body.subarray(0, 1024).includes(format)) return [];
  const licenses = new Set<string>();
  // by its capital: there are ten times as many lines
  for (let at = body.indexOf(label); at >= 0; at = body.indexOf(label, at + label.length)) {
    if (body[at - 1] !== newline) continue;
    const start = at + label.length;
    const found = body.indexOf(newline, start);
    const end = found < 0 ? body.length : found;
    if (end - start > longestLicense) continue;
    const text = body.toString('utf8', start, end).trim();
    if (text !== '') licenses.add(text);
  }
  return [...licenses];
}
