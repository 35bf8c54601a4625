import type { ParsedFile } from '../cataloger.ts';
import { declaredLicenses, isRecord, isWord, jsonOf } from '../declared.ts';
import { CatalogError } from '../error.ts';
import { type ListedPackage, listed, type PackageList } from '../listed-in.ts';
import { buildPurl } from '../purl.ts';

/**
 * Reads Composer's list of what it installed: an array (Composer 1), or an object with the array `packages` (2).
 *
 * @throws CatalogError when it is neither
 * @see https://github.com/composer/composer/blob/main/src/Composer/Repository/FilesystemRepository.php
 */
export function parseInstalledJson(body: Buffer): ParsedFile<PackageList> {
  const value = jsonOf(body, 'installed.json');
  const entries = isRecord(value) ? value.packages : value;
  if (!Array.isArray(entries)) {
    throw new CatalogError('package-manifest-damaged', 'the installed.json of Composer has no list of packages');
  }
  const packages = entries.flatMap((entry: unknown) => packageOf(entry) ?? []);
  return listed(packages, entries.length - packages.length, 'installed.json of Composer');
}

function packageOf(entry: unknown): ListedPackage | null {
  if (!isRecord(entry)) return null;
  const { name, version, license } = entry;
  if (!isWord(name) || !isWord(version)) return null;
  const slash = name.indexOf('/');
  const namespace = name.slice(0, Math.max(slash, 0));
  const purl = buildPurl({ type: 'composer', namespace, name: name.slice(slash + 1), version });
  const licenses = declaredLicenses(Array.isArray(license) ? license : [license]);
  return { type: 'composer', name, version, purl, licenses };
}
