import { config } from 'zod/v4/core';
import en from 'zod/v4/locales/en.js';
import type { Feed } from './feed.ts';
import { alpineFeed } from './feeds/alpine.ts';
import { amazonFeed } from './feeds/amazon.ts';
import { archFeed } from './feeds/arch.ts';
import { azureLinuxFeed } from './feeds/azure-linux.ts';
import { cveRatingsFeed } from './feeds/cve-ratings.ts';
import { debianFeed } from './feeds/debian.ts';
import { endOfLifeFeed } from './feeds/endoflife.ts';
import { epssFeed } from './feeds/epss.ts';
import { exploitsFeed } from './feeds/exploits.ts';
import { kevFeed } from './feeds/kev.ts';
import { oracleFeed } from './feeds/oracle.ts';
import { osvFeed } from './feeds/osv.ts';
import { photonFeed } from './feeds/photon.ts';
import { redHatFeed } from './feeds/redhat-vex.ts';
import { suseFeed } from './feeds/suse.ts';
import { chainguardFeed, wolfiFeed } from './feeds/wolfi.ts';

// what a record lacks, in words; without them every one would be "Invalid input"
config(en());

/** Every feed that `db build` reads. */
export const feeds: readonly Feed[] = [
  alpineFeed,
  amazonFeed,
  archFeed,
  azureLinuxFeed,
  chainguardFeed,
  cveRatingsFeed,
  debianFeed,
  endOfLifeFeed,
  epssFeed,
  exploitsFeed,
  kevFeed,
  oracleFeed,
  osvFeed,
  photonFeed,
  redHatFeed,
  suseFeed,
  wolfiFeed,
];
