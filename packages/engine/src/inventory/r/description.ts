import { declaredLicenses, isWord } from '../declared.ts';
import { CatalogError } from '../error.ts';
import type { ListedPackage } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/** Of a line that is kept, bytes. */
const longestField = 4096;
const wanted: ReadonlySet<string> = new Set(['Package', 'Version', 'License', 'Built']);

/**
 * Reads the `DESCRIPTION` of an R package. Null when it is none that is installed: R looks for a package in the directory
 * of its name, and notes there when it was built.
 *
 * @throws CatalogError when it lies in a library and has no name or version
 * @see https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file
 */
export function parseDescription(path: string, body: Buffer): ListedPackage | null {
  const [directory, library] = path.split('/').slice(-3, -1).reverse();
  const inLibrary = library === 'library' || library === 'site-library';
  const fields = parseFields(body);
  const [name, version] = [fields.get('Package'), fields.get('Version')];
  if (!isWord(name) || !isWord(version)) {
    if (!inLibrary) return null;
    throw new CatalogError('package-manifest-damaged', 'the DESCRIPTION has no readable package and version');
  }
  if (name !== directory || !(inLibrary || fields.has('Built'))) return null;
  const licenses = declaredLicenses([fields.get('License')]);
  return { type: 'cran', name, version, purl: buildPurl({ type: 'cran', name, version }), licenses };
}

/** `Name: value` with folded lines, of which only the licence is ever long. */
function parseFields(body: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let last: string | null = null;
  for (let start = 0; start < body.length; ) {
    const newline = body.indexOf(0x0a, start);
    const end = newline < 0 ? body.length : newline;
    const text = body.toString('utf8', start, Math.min(end, start + longestField));
    const folded = /^[ \t]/.test(text);
    const name: string | null = folded ? last : text.slice(0, Math.max(text.indexOf(':'), 0));
    last = name !== null && wanted.has(name) ? name : null;
    const before = last === null ? undefined : fields.get(last);
    if (last !== null && folded && before !== undefined && before.length < longestField) {
      fields.set(last, `${before} ${text.trim()}`);
    } else if (last !== null && !folded && before === undefined) {
      fields.set(last, text.slice(last.length + 1).trim());
    }
    start = end + 1;
  }
  return fields;
}
