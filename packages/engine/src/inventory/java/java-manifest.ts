/** Attributes of a manifest's main section: name in lower case → value. */
export type JavaManifest = ReadonlyMap<string, string>;

const longestName = 70;
const longestValue = 4096;
const mostAttributes = 2000;

/**
 * Reads the main section of `META-INF/MANIFEST.MF`; the sections of single files behind it, which hold the digests of
 * signed archives, are not looked at. Long values are cut.
 *
 * @see https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest
 */
export function parseManifest(body: Buffer): JavaManifest {
  const attributes = new Map<string, string>();
  let last: { readonly name: string; value: string } | null = null;
  for (let start = body.subarray(0, 3).equals(byteOrderMark) ? 3 : 0; start < body.length; ) {
    const { end, next } = lineAt(body, start);
    if (end === start) break;
    const line = body.toString('utf8', start, Math.min(end, start + longestValue));
    start = next;
    if (line.startsWith(' ')) {
      // lines are folded at 72 bytes, within a character if it comes so
      if (last !== null && last.value.length < longestValue) {
        last.value += line.slice(1);
        attributes.set(last.name, last.value);
      }
      continue;
    }
    const colon = line.indexOf(':');
    last = null;
    if (colon <= 0 || colon > longestName || attributes.size >= mostAttributes) continue;
    last = { name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trimStart() };
    attributes.set(last.name, last.value);
  }
  return attributes;
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Lines end with CR LF, LF or CR. */
function lineAt(body: Buffer, start: number): { end: number; next: number } {
  const feed = body.indexOf(0x0a, start);
  const to = feed < 0 ? body.length : feed;
  const turn = body.subarray(start, to).indexOf(0x0d);
  if (turn < 0) return { end: to, next: to + 1 };
  const end = start + turn;
  return { end, next: end + 1 === to ? to + 1 : end + 1 };
}

const longestLicense = 200;
const mostLicenses = 20;

/** `Bundle-License` of OSGi: names or addresses, each with parameters, separated by commas. */
export function bundleLicenses(manifest: JavaManifest): readonly string[] {
  const declared = manifest.get('bundle-license');
  if (declared === undefined) return [];
  const clauses = declared.match(/(?:"[^"]*"|[^,"])+/g) ?? [];
  const names = clauses.map((clause) =>
    (/^\s*(?:"([^"]*)"|([^;"]*))/.exec(clause)?.slice(1).find(Boolean) ?? '').trim(),
  );
  return [...new Set(names)].filter((name) => name !== '' && name.length <= longestLicense).slice(0, mostLicenses);
}
