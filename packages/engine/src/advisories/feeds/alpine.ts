import { type Discovery, type Feed, type FeedGroup, notThisFeed } from '../feed.ts';
import { endOfLifeUrl } from './endoflife-products.ts';
import { namedInLines, readSecdb } from './secdb.ts';

const host = 'https://secdb.alpinelinux.org';
const repositories = ['main', 'community'] as const;
const licenses = ['Alpine Linux secdb, CC0-1.0'];
const maxBytes = 64 << 20;
/** the first release that the database covers */
const firstMinor = 2;

/**
 * Alpine: the fixed version per origin package and vulnerability of each release.
 * @see https://secdb.alpinelinux.org/
 */
export const alpineFeed: Feed = {
  name: 'alpine-secdb',
  about: {
    title: 'Alpine secdb',
    gives: 'the version that fixes a vulnerability in an origin package; version 0 means never affected',
    urls: repositories.map((repository) => `${host}/vRELEASE/${repository}.json`),
    licenses,
    shards: ['alpine-RELEASE'],
    incremental: 'the two files of a release',
    provenOn: 'real data',
  },
  groups: async (discovery) => (await releases(discovery)).map(alpineGroup),
};

async function releases(discovery: Discovery): Promise<string[]> {
  const asked = discovery.only?.flatMap((shard) => /^alpine-(edge|\d+\.\d+)$/.exec(shard)?.[1] ?? []);
  if (asked !== undefined) return [...new Set(asked)].sort();
  const found = new Set(['edge']);
  for (const name of discovery.list(host) ?? []) {
    const release = /^v(\d+\.\d+)$/.exec(name)?.[1];
    if (release !== undefined) found.add(release);
  }
  const cycles = await discovery.json(endOfLifeUrl('alpine-linux'));
  for (const entry of Array.isArray(cycles) ? cycles : []) {
    const cycle = (entry as { cycle?: unknown } | null)?.cycle;
    if (typeof cycle !== 'string') continue;
    const minor = /^3\.(\d{1,3})$/.exec(cycle)?.[1];
    if (minor === undefined ? /^[4-9]\.\d{1,3}$/.test(cycle) : Number(minor) >= firstMinor) found.add(cycle);
  }
  return [...found].sort();
}

function alpineGroup(release: string): FeedGroup {
  const shard = `alpine-${release}`;
  const urls = repositories.map(
    (repository) => `${host}/${release === 'edge' ? release : `v${release}`}/${repository}.json`,
  );
  return {
    name: `alpine-secdb/${release}`,
    licenses,
    makes: (name) => name === shard,
    inputs: () => urls.map((url) => ({ url, maxBytes })),
    read: async (context) => {
      const packages = new Map<string, number | undefined>();
      for (const url of urls) packages.set(url, await readSecdb(context, shard, url, 'alpine-secdb', namedInLines));
      const emptied = urls.find((url) => packages.get(url) === 0);
      // no release ever had one without the other, and what is missing would count as clean
      if (emptied !== undefined && urls.some((url) => packages.get(url)))
        throw notThisFeed(emptied, 'it holds no packages, and the other repository of the release does');
    },
  };
}
