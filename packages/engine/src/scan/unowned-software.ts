import { cpeProduct, cpeShard } from '../advisories/shard-names.ts';
import { classifiers } from '../inventory/classifier/classifier-table.ts';
import type { Package } from '../inventory/types.ts';
import type { Naming } from '../matching/plan.ts';

/** Builds of OpenJDK have its flaws and versions; what the NVD says of a vendor's own is in that vendor's numbers. */
const builtFromOpenJdk = /^java-(?!graalvm$|oracle$)/;

const products = new Map(
  classifiers.map(({ name, cpe }) => {
    const [vendor = '', product = ''] = (builtFromOpenJdk.test(name) ? 'oracle:openjdk' : cpe).split(':');
    return [name, cpeProduct(vendor, product)] as const;
  }),
);

/** Where Bitnami puts its components, each in a folder of its name. */
const bitnamiFolder = /^\/opt\/bitnami\/([^/]+)\//;

/**
 * Where the NVD speaks about programs that no package owns, by the names that it has for them. A program in the folder of a
 * component of Bitnami's that is listed is judged as that component, and not twice.
 */
export function unownedSoftware(packages: readonly Package[]): NonNullable<Naming['softwareShard']> {
  const components = new Set(packages.filter(({ type }) => type === 'bitnami').map(({ name }) => name));
  return ({ type, name, ownedBy, locations }) => {
    const product = type === 'generic' && ownedBy === null ? products.get(name) : undefined;
    if (product === undefined) return undefined;
    const component = bitnamiFolder.exec(locations[0]?.path ?? '')?.[1];
    if (component !== undefined && components.has(component)) return null;
    return { shard: cpeShard(product), scheme: 'generic', name: product };
  };
}
