import { buildPurl } from './purl.ts';
import type { Distro } from './types.ts';

/** What every distribution's package manager says of a package. */
export interface NativePackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string | null;
}

/** Equal for the same build of a package alone: neither names, versions nor architectures hold white space. */
export function keyOf({ name, version, arch }: NativePackage): string {
  return `${name} ${version} ${arch ?? ''}`;
}

/**
 * The purl of a distribution's package: its namespace is the distribution's ID, `usual` where the image names none, and its
 * qualifier `distro` the release, by version or else by codename.
 */
export function nativePurl(
  type: string,
  { name, version, arch }: NativePackage,
  distro: Distro | null,
  usual: string | null,
  more: Readonly<Record<string, string | null>> = {},
): string {
  const release = distro && [distro.id, distro.version ?? distro.codename].filter(Boolean).join('-');
  const namespace = distro?.id.toLowerCase() ?? usual;
  return buildPurl({ type, namespace, name, version, qualifiers: { arch, distro: release, ...more } });
}
