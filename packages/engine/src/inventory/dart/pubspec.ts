import { isWord } from '../declared.ts';
import { CatalogError } from '../error.ts';
import type { ListedPackage } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/** `hosted/HOST/NAME-VERSION/pubspec.yaml` of a cache; what lies in a package below that is part of it. */
export function isCachedPubspec(path: string): boolean {
  const parts = path.split('/');
  return parts.at(-4) === 'hosted' && parts.indexOf('hosted') === parts.length - 4 && parts.at(-2)!.includes('-');
}

/**
 * Names a package of pub's cache by its directory, which pub itself named by what it fetched.
 *
 * @throws CatalogError when the directory does not say it, or the file has no name
 */
export function parsePubspec(path: string, body: Buffer): ListedPackage {
  const directory = path.split('/').at(-2) ?? '';
  const hyphen = directory.indexOf('-');
  const [name, version] = [directory.slice(0, Math.max(hyphen, 0)), directory.slice(hyphen + 1)];
  if (!isWord(name) || !isWord(version) || !/^name\s*:/m.test(body.toString('utf8', 0, 64 * 1024))) {
    throw new CatalogError('package-manifest-damaged', 'the pubspec.yaml has no readable name and version');
  }
  return pubPackage(name, version);
}

export function pubPackage(name: string, version: string): ListedPackage {
  return { type: 'pub', name, version, purl: buildPurl({ type: 'pub', name, version }), licenses: [] };
}
