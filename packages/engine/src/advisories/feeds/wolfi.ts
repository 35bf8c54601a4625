import type { Feed, FeedGroup } from '../feed.ts';
import { namedOneByOne, readSecdb } from './secdb.ts';

const maxBytes = 128 << 20;

/**
 * Wolfi: one rolling release, in Alpine's form.
 * @see https://packages.wolfi.dev/os/security.json
 */
export const wolfiFeed: Feed = {
  name: 'wolfi-secdb',
  about: {
    title: 'Wolfi security.json',
    gives: 'the version that fixes a vulnerability in a package; version 0 means never affected',
    urls: ['https://packages.wolfi.dev/os/security.json'],
    licenses: ['Wolfi security data, Apache-2.0'],
    shards: ['wolfi'],
    incremental: 'one file',
    provenOn: 'real data',
  },
  groups: async () => [groupOf(wolfiFeed)],
};

/**
 * Chainguard's images: their own packages, in the same form as Wolfi's.
 * @see https://packages.cgr.dev/chainguard/security.json
 */
export const chainguardFeed: Feed = {
  name: 'chainguard-secdb',
  about: {
    title: 'Chainguard security.json',
    gives: 'the version that fixes a vulnerability in a package; version 0 means never affected',
    urls: ['https://packages.cgr.dev/chainguard/security.json'],
    licenses: ['Chainguard security data, © Chainguard, Inc.'],
    shards: ['chainguard'],
    incremental: 'one file',
    provenOn: 'hand-made fixtures only',
  },
  groups: async () => [groupOf(chainguardFeed)],
};

function groupOf({ name, about: { urls, licenses, shards } }: Feed): FeedGroup {
  const [url, shard] = [urls[0]!, shards[0]!];
  return {
    name,
    licenses,
    makes: (asked) => asked === shard,
    inputs: () => [{ url, maxBytes }],
    read: async (context) => {
      await readSecdb(context, shard, url, name, namedOneByOne);
    },
  };
}
