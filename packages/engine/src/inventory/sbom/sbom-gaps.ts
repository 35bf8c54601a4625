import type { Distro, Incomplete, Package } from '../types.ts';
import { distroTypes } from './package-draft.ts';

/** Its name is that of a source of other packages, which are judged by their own names. */
export function untoldSources(names: readonly string[]): Incomplete[] {
  const [first] = names;
  if (first === undefined) return [];
  const more = names.length === 1 ? first : `${first} and ${names.length - 1} more`;
  const message = `the SBOM has packages that were built from the source of ${more}, but does not say which: they were judged by their own names`;
  return [{ code: 'sbom-source-unknown', message }];
}

/** What says nothing must not look clean. */
export function nothingListed(packages: readonly Package[], distro: Distro | null): Incomplete[] {
  if (distro !== null && !packages.some(({ type }) => distroTypes.has(type))) {
    const name = distro.prettyName ?? [distro.id, distro.version].filter(Boolean).join(' ');
    const message = `the SBOM says that the image is ${name}, but lists no package of it: what is installed is not known`;
    return [{ code: 'package-database-missing', message }];
  }
  if (packages.length > 0) return [];
  return [{ code: 'sbom-incomplete', message: 'the SBOM lists no package at all: what is installed is not known' }];
}
