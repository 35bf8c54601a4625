import { declaredLicenses, isWord } from '../declared.ts';
import type { ListedPackage } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/** As much as WordPress reads, bytes. */
const headBytes = 8192;

/** `wp-content/plugins/NAME/ANY.php`, or a single file without a directory. */
export function isPluginFile(path: string): boolean {
  return /(?:^|\/)wp-content\/(?:mu-)?plugins\/(?:[^/]+\/)?[^/]+$/.test(path.slice(-1024));
}

/**
 * Reads the header comment of a plug-in. Null for any other PHP file, and for a plug-in that states no version.
 *
 * @see https://developer.wordpress.org/plugins/plugin-basics/header-requirements/
 */
export function parsePluginHeader(path: string, body: Buffer): ListedPackage | null {
  const lines = body.toString('utf8', 0, headBytes).split(/[\r\n]/);
  const version = field(lines, 'Version');
  const name = slugOf(path);
  if (field(lines, 'Plugin Name') === undefined || !isWord(version) || !isWord(name)) return null;
  const purl = buildPurl({ type: 'generic', namespace: 'wordpress-plugin', name, version });
  return { type: 'generic', name, version, purl, licenses: declaredLicenses([field(lines, 'License')]) };
}

/** The name that wordpress.org knows it by: of its directory, or of the file that stands alone. */
function slugOf(path: string): string {
  const [folder = '', file = ''] = path.split('/').slice(-2);
  return /^(?:mu-)?plugins$/.test(folder) ? file.slice(0, -'.php'.length) : folder;
}

/** `Version: 5.3`, behind whatever begins a line of a comment */
function field(lines: readonly string[], name: string): string | undefined {
  for (const line of lines) {
    const colon = line.indexOf(':');
    const label = line.slice(0, Math.max(colon, 0)).replace(/^[ \t/*#@]+/, '');
    if (label.trimEnd().toLowerCase() !== name.toLowerCase()) continue;
    const text = line
      .slice(colon + 1)
      .replace(/(?:\*\/|\?>).*/, '')
      .trim();
    if (text !== '') return text;
  }
  return undefined;
}
