import type { Package } from '../../inventory/types.ts';
import type { Upgrade } from '../../policy/types.ts';

/**
 * The packages as they would be with upgrades made, in the same order: those of one source together.
 *
 * @returns the packages, and which of them are others now
 */
export function applyUpgrades(
  packages: readonly Package[],
  upgrades: readonly Upgrade[],
): { readonly packages: readonly Package[]; readonly changed: ReadonlySet<Package> } {
  const bySubject = Map.groupBy(upgrades, ({ type }) => type);
  const changed = new Set<Package>();
  const after = packages.map((pkg) => {
    const upgrade = bySubject.get(pkg.type)?.find((each) => isMeant(pkg, each));
    if (upgrade === undefined) return pkg;
    const raised = upgraded(pkg, upgrade);
    changed.add(raised);
    return raised;
  });
  return { packages: after, changed };
}

function isMeant(pkg: Package, { source, names, from, path }: Upgrade): boolean {
  if (source !== null)
    return (pkg.source?.name ?? pkg.name) === source && (pkg.source?.version ?? pkg.version) === from;
  return names.includes(pkg.name) && pkg.version === from && (path === null || pkg.locations[0]?.path === path);
}

function upgraded(pkg: Package, { to }: Upgrade): Package {
  // the source of an rpm is named without epoch
  const ofSource = pkg.type === 'rpm' ? to.replace(/^\d+:/, '') : to;
  const source = pkg.source && { ...pkg.source, version: ofSource };
  return { ...pkg, version: to, purl: withVersion(pkg.purl, pkg.type, to), source };
}

/** `pkg:npm/%40a/b@1.0?x=y` with another version. */
function withVersion(purl: string, type: string, version: string): string {
  const [, head = purl, qualifiers = ''] = /^([^?#]*)(.*)$/s.exec(purl) ?? [];
  const name = head.replace(/@[^@/]*$/, '');
  const written = type === 'rpm' ? version.replace(/^\d+:/, '') : version;
  return `${name}@${encodeURIComponent(written).replaceAll('%3A', ':')}${qualifiers}`;
}
