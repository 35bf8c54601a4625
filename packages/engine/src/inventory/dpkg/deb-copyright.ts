const format = 'copyright-format/1.0';
const label = '\nLicense:';
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
  for (let at = body.indexOf(label); at >= 0; at = body.indexOf(label, at + 1)) {
    const start = at + label.length;
    const newline = body.indexOf(0x0a, start);
    const end = newline < 0 ? body.length : newline;
    if (end - start > longestLicense) continue;
    const text = body.toString('utf8', start, end).trim();
    if (text !== '') licenses.add(text);
  }
  return [...licenses];
}
