import * as z from 'zod/mini';
import {
  type Discovery,
  type Feed,
  type FeedGroup,
  isCve,
  notThisFeed,
  type ReadContext,
  reject,
  type Statement,
} from '../feed.ts';
import { endOfLifeUrl } from './endoflife-products.ts';
import { schemaReason } from './osv-zip.ts';

const host = 'https://secdb.alpinelinux.org';
const repositories = ['main', 'community'] as const;
const licenses = ['Alpine Linux secdb, CC0-1.0'];
const maxBytes = 64 << 20;
/** the first release that the database covers */
const firstMinor = 2;

const secdb = z.object({ packages: z.array(z.unknown()) });

const secdbPackage = z.object({
  pkg: z.object({
    name: z.string(),
    secfixes: z.optional(z.nullable(z.record(z.string(), z.nullable(z.array(z.string()))))),
  }),
});

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
      for (const url of urls) await readRepository(context, shard, url);
    },
  };
}

async function readRepository(context: ReadContext, shard: string, url: string): Promise<void> {
  const value = await context.json(url);
  if (value === undefined) return;
  const database = z.safeParse(secdb, value);
  if (!database.success) throw notThisFeed(url, schemaReason(database.error));
  context.sink.touch(shard, 'advisories');
  for (const entry of database.data.packages) {
    const parsed = z.safeParse(secdbPackage, entry);
    if (!parsed.success) {
      reject(context.tally, url, schemaReason(parsed.error));
      continue;
    }
    const { name, secfixes } = parsed.data.pkg;
    for (const [version, lines] of Object.entries(secfixes ?? {})) {
      for (const line of lines ?? []) {
        context.tally.read++;
        const ids = idsOf(line);
        if (ids.length === 0) reject(context.tally, `${name} ${line}`, 'names no vulnerability');
        else context.sink.statement(shard, secfix(name, version, ids));
      }
    }
  }
}

const word = /^[A-Za-z0-9][A-Za-z0-9._:-]{3,60}$/;

/**
 * One line names one vulnerability by one or several ids: `CVE-2017-2620 XSA-209`, `CVE-2020-1 (+)`. Slips of the pen
 * (`CVE_2019-2426`, `CVE 2025-1234`, lower case) are read as what they mean.
 */
export function idsOf(line: string): string[] {
  const words = line
    .replace(/\bCVE[ _-](?=\d{4}-\d)/gi, 'CVE-')
    .split(/[\s,;()+]+/)
    .filter((part) => word.test(part) && /\d/.test(part))
    .map((part) => (/^cve-/i.test(part) ? part.toUpperCase() : part));
  return [...new Set(words)].sort((a, b) => Number(isCve(b)) - Number(isCve(a)) || (a < b ? -1 : 1));
}

/** Databases that give each vulnerability an id of its own, as CVE does. */
const sameVulnerability = /^(?:CVE|GHSA|RUSTSEC|PYSEC|GO)-/;

/** Version `0` is Alpine's word for "never affected". A fix has no date here. */
function secfix(name: string, version: string, ids: readonly string[]): Statement {
  const affected = version !== '0';
  const [id, ...others] = ids;
  // what a vendor writes beside a CVE (XSA, GNUTLS-SA, VSV …) is a bulletin, and often on several of them
  const bulletins = isCve(id!) ? others.filter((other) => !sameVulnerability.test(other)) : [];
  return {
    ids: [id!],
    source: 'alpine-secdb',
    aliases: others.filter((other) => !bulletins.includes(other)).sort(),
    bulletins,
    package: name,
    scheme: 'apk',
    ranges: affected ? [{ introduced: null, fixed: version, lastAffected: null }] : [],
    versions: [],
    status: affected ? 'affected' : 'not-affected',
    labels: [],
    cvss: [],
    published: null,
    modified: null,
    fixedSince: null,
    malicious: false,
    cwes: [],
  };
}
