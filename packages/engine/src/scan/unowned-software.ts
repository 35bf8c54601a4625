import { cpeProduct, cpeShard } from '../advisories/shard-names.ts';
import { classifiers } from '../inventory/classifier/classifier-table.ts';
import type { Package } from '../inventory/types.ts';
import type { Naming } from '../matching/plan.ts';

const products = new Map(
  classifiers.map(({ name, cpe }) => {
    const [vendor = '', product = ''] = cpe.split(':');
    return [name, cpeProduct(vendor, product)] as const;
  }),
);

/** Where the NVD speaks about a program that no package owns; undefined: nobody knows it by a name of the NVD's. */
export const unownedSoftware: NonNullable<Naming['softwareShard']> = ({ type, name, ownedBy }: Package) => {
  const product = type === 'generic' && ownedBy === null ? products.get(name) : undefined;
  return product === undefined ? undefined : { shard: cpeShard(product), scheme: 'generic', name: product };
};
