import { isPackageWord } from '../package-word.ts';

export interface EbuildName {
  readonly category: string;
  readonly name: string;
  /** with its revision, `1.2.3-r4` */
  readonly version: string;
}

/** A directory's name on Linux. */
const longestName = 255;

/**
 * Takes the directory of an installed package apart, `CATEGORY/NAME-VERSION[-rN]`: names may have hyphens, but none that
 * is followed by what looks like a version.
 *
 * @see https://projects.gentoo.org/pms/8/pms.html#restrictions-upon-names
 */
export function parseEbuildName(category: string, directory: string): EbuildName | null {
  // a killed installation leaves `-MERGING-NAME-VERSION`
  if (
    directory.length > longestName ||
    directory.startsWith('-') ||
    !isPackageWord(category) ||
    !isPackageWord(directory)
  )
    return null;
  for (let hyphen = directory.indexOf('-'); hyphen >= 0; hyphen = directory.indexOf('-', hyphen + 1)) {
    const version = directory.slice(hyphen + 1);
    if (hyphen > 0 && isVersion(version)) return { category, name: directory.slice(0, hyphen), version };
  }
  return null;
}

function isVersion(text: string): boolean {
  return /^\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?$/.test(text);
}
