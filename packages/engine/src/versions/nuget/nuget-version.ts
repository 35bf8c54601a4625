import { numeral } from '../numeral.ts';
import { maxVersionLength } from '../scheme.ts';
import { parsePrerelease, type SemanticVersion } from '../semver/semantic-version.ts';

const pattern = /^([0-9]+(?:\.[0-9]+){0,3})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * A `NuGetVersion`: one to four numbers, of which the missing are 0, and a pre-release that does not tell case apart.
 * @see https://learn.microsoft.com/en-us/nuget/concepts/package-versioning
 */
export function parseNugetVersion(text: string): SemanticVersion | undefined {
  if (text.length > maxVersionLength) return undefined;
  const [, numbers, prerelease] = pattern.exec(text.trim()) ?? [];
  if (numbers === undefined) return undefined;
  const pre = prerelease === undefined ? [] : parsePrerelease(prerelease.toLowerCase(), true);
  return pre && { parts: numbers.split('.').map(numeral), pre };
}
