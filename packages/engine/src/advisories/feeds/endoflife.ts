import * as z from 'zod/mini';
import { dayOf, type Feed, type FeedGroup, notThisFeed, type ReadContext, reject } from '../feed.ts';
import type { EolRecord } from '../types.ts';
import { type DistroProduct, distroProducts, endOfLifeUrl } from './endoflife-products.ts';
import { schemaReason } from './osv-zip.ts';

const maxBytes = 8 << 20;
const dateOrFlag = z.optional(z.nullable(z.union([z.string(), z.boolean()])));

const cycle = z.object({
  cycle: z.union([z.string(), z.number()]),
  codename: z.optional(z.nullable(z.string())),
  releaseDate: z.optional(z.nullable(z.string())),
  eol: dateOrFlag,
  extendedSupport: dateOrFlag,
});

type Cycle = z.infer<typeof cycle>;

const urls = [...new Set(distroProducts.map(({ product }) => endOfLifeUrl(product)))];

const group: FeedGroup = {
  name: 'endoflife.date',
  licenses: ['endoflife.date, MIT'],
  makes: (shard) => shard === 'eol',
  inputs: () => urls.map((url) => ({ url, maxBytes })),
  read: readProducts,
};

/**
 * When the public security support of distro releases ends.
 * @see https://endoflife.date/docs/api
 */
export const endOfLifeFeed: Feed = {
  name: 'endoflife.date',
  about: {
    title: 'endoflife.date',
    gives: 'the end of public security support of distro releases',
    urls: [endOfLifeUrl('PRODUCT')],
    licenses: group.licenses,
    shards: ['eol'],
    incremental: 'one small file per distro',
    provenOn: 'real data',
  },
  groups: async () => [group],
};

async function readProducts(context: ReadContext): Promise<void> {
  for (const product of distroProducts) {
    const url = endOfLifeUrl(product.product);
    const value = await context.json(url);
    if (value === undefined) continue;
    const list = z.safeParse(z.array(z.unknown()), value);
    if (!list.success) throw notThisFeed(url, schemaReason(list.error));
    if (list.data.length === 0) throw notThisFeed(url, 'it holds no release');
    for (const entry of list.data) {
      const parsed = z.safeParse(cycle, entry);
      if (!parsed.success) {
        reject(context.tally, url, schemaReason(parsed.error));
        continue;
      }
      context.tally.read++;
      for (const record of endOfLifeRecords(product, parsed.data)) context.sink.endOfLife(record);
    }
  }
}

/** One record per os-release id that the product stands for. */
function endOfLifeRecords(product: DistroProduct, data: Cycle): EolRecord[] {
  const name = String(data.cycle);
  if (product.without?.includes(name)) return [];
  return product.ids.map((distro) => ({
    distro,
    cycle: product.version?.(name) ?? name,
    codename: data.codename?.toLowerCase() ?? null,
    released: dayOf(data.releaseDate),
    endOfSupport: endOfSupport(data, product.extendedIsPublic === true),
  }));
}

function endOfSupport(data: Cycle, extendedIsPublic: boolean): string | boolean {
  const regular = dayOf(data.eol) ?? data.eol === true;
  const extended = extendedIsPublic ? dayOf(data.extendedSupport) : null;
  if (extended === null || regular === false) return regular;
  return regular === true || extended > regular ? extended : regular;
}
