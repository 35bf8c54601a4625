import type { VersionScheme } from '../scheme.ts';
import { findScheme } from '../schemes.ts';

/** VERS types whose scheme has another name here; all others are named alike. */
const schemeNames: ReadonlyMap<string, string> = new Map([
  ['cargo', 'semver'],
  ['composer', 'packagist'],
  ['dart', 'pub'],
  ['ebuild', 'gentoo'],
  ['gem', 'rubygems'],
  ['github', 'semver'],
  ['golang', 'semver'],
  ['hex', 'semver'],
  ['nginx', 'intdot'],
  ['swift', 'semver'],
]);

/**
 * The scheme that orders the versions of a VERS type.
 * @returns undefined: there is none, also for `all` and `none`, which hold no version
 * @see https://github.com/package-url/vers-spec
 */
export function versScheme(type: string): VersionScheme | undefined {
  return findScheme(schemeNames.get(type) ?? type);
}
