import { distroShard } from '../../advisories/shard-names.ts';
import { comparePackages, distinctEntries } from '../../inventory/inventory-order.ts';
import type { Distro, Facts, Inventory, LicenseFact, Package } from '../../inventory/types.ts';
import { distroTypes } from '../../matching/plan.ts';
import { compareForType } from '../order-versions.ts';

export interface Rebased {
  readonly inventory: Inventory;
  /** own packages of the distro that would be installed anew, in a version that is not known; they are left out */
  readonly left: readonly Package[];
}

/**
 * What an image would hold if it were built on another base: what its base's layers brought is gone, what the other one holds
 * is there, and its own layers' packages and files stay. Of a distro's package that both have, the newer one stays: package
 * managers do not go back. Configuration is the image's own, as it is.
 *
 * @param layers how many of the image's layers, from the base up, are the base's
 */
export function rebase(inventory: Inventory, layers: number, other: Inventory): Rebased {
  const gone = new Set(inventory.layers.slice(0, layers).flatMap(({ diffId }) => diffId ?? []));
  const isOwn = ({ layer }: { readonly layer?: string | null }) => layer == null || !gone.has(layer);
  const isOwnPackage = ({ locations }: Package) => locations.every(isOwn);
  const own = inventory.packages.filter(isOwnPackage);
  const isSame = sameRelease(inventory.distro, other.distro);
  const left = isSame ? [] : own.filter(({ type }) => distroTypes.includes(type));
  const missing = new Set(left);
  const stay = newer(
    own.filter((pkg) => !missing.has(pkg)),
    other.packages,
  );
  const packages = [...stay.own, ...stay.other].sort(comparePackages);
  return {
    inventory: {
      ...inventory,
      distro: other.distro,
      packages,
      facts: facts(inventory, other, packages, isOwn),
      incomplete: distinctEntries([...inventory.incomplete.filter(isOwn), ...other.incomplete]),
      contents: [...(other.contents ?? []), ...(inventory.contents ?? [])],
      code: [...(other.code ?? []), ...(inventory.code ?? [])],
      layers: [...other.layers, ...inventory.layers.slice(layers)],
    },
    left,
  };
}

function sameRelease(one: Distro | null, other: Distro | null): boolean {
  if (one === null || other === null) return one === other;
  const shard = distroShard(one);
  return shard === undefined ? one.id === other.id && one.version === other.version : shard === distroShard(other);
}

function newer(
  own: readonly Package[],
  other: readonly Package[],
): { readonly own: readonly Package[]; readonly other: readonly Package[] } {
  const nameOf = ({ type, name, arch }: Package) => `${type}\0${name}\0${arch ?? ''}`;
  const isDistros = ({ type }: Package) => distroTypes.includes(type);
  const theirs = new Map(other.filter(isDistros).map((pkg) => [nameOf(pkg), pkg]));
  const replaced = new Set<Package>();
  const stays = own.filter((pkg) => {
    const same = isDistros(pkg) ? theirs.get(nameOf(pkg)) : undefined;
    if (same === undefined) return true;
    const isNewer = compareForType(pkg.type, pkg.version, same.version) > 0;
    if (isNewer) replaced.add(same);
    return isNewer;
  });
  return { own: stays, other: other.filter((pkg) => !replaced.has(pkg)) };
}

function facts(
  inventory: Inventory,
  other: Inventory,
  packages: readonly Package[],
  isOwn: (fact: { readonly layer?: string | null }) => boolean,
): Facts {
  const [mine, theirs] = [inventory.facts, other.facts];
  const byPath = <T extends { readonly path: string; readonly layer: string | null }>(
    own: readonly T[],
    others: readonly T[] = [],
  ): readonly T[] => {
    const stay = own.filter(isOwn);
    const paths = new Set(stay.map(({ path }) => path));
    return [...stay, ...others.filter(({ path }) => !paths.has(path))].sort((a, b) => compare(a.path, b.path));
  };
  const { files, programs, users, secrets, dockerfile } = mine;
  return {
    ...mine,
    ...(files && { files: byPath(files, theirs.files) }),
    ...(programs && { programs: byPath(programs, theirs.programs) }),
    ...(users && { users: [...(theirs.users ?? []), ...users.filter(isOwn)] }),
    ...(secrets && { secrets: [...(theirs.secrets ?? []).filter(({ path }) => path), ...secrets.filter(isOwn)] }),
    ...(dockerfile && {
      dockerfile: [
        ...(theirs.dockerfile ?? []).map((line) => ({ ...line, base: true })),
        ...dockerfile.filter(({ base }) => base !== true),
      ],
    }),
    ...(mine.licenses && { licenses: licenses(packages, inventory, other) }),
  };
}

/** One of every package, in their order. */
function licenses(packages: readonly Package[], ...from: readonly Inventory[]): readonly LicenseFact[] {
  const known = new Map<Package, LicenseFact>();
  for (const { packages: all, facts } of from) {
    for (const [at, fact] of (facts.licenses ?? []).entries()) known.set(all[at]!, fact);
  }
  return packages.flatMap((pkg) => known.get(pkg) ?? []);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
