import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { feeds } from './feeds.ts';
import { buildFrom } from './testing/build-from.ts';
import type { FeedBody } from './testing/make-mirror.ts';

/** One shard at least of every feed. */
const only = [
  ...['alpine-3.19', 'almalinux-9', 'amazon-linux-2023', 'arch', 'azurelinux-3.0', 'chainguard', 'cpe-n', 'debian-12'],
  ...['eol', 'epss', 'exploits', 'kev', 'npm', 'opensuse-leap-15.6', 'photon-5.0', 'ratings-2024', 'rhel-9'],
  ...['oracle-linux-9', 'rocky-linux-9', 'sles-15.6', 'ubuntu-22.04', 'wolfi'],
];

const asOf = '2024-06-01';
/** upstream files by feed */
const inputs = new Map<string, readonly string[]>();

beforeAll(async () => {
  const nothing = { json: async () => undefined, text: async () => undefined, list: () => undefined };
  for (const feed of feeds) {
    const groups = await feed.groups({ asOf, only, ...nothing });
    const urls = groups
      .filter((group) => only.some((shard) => group.makes(shard)))
      .flatMap((group) => group.inputs(only.filter((shard) => group.makes(shard))).map(({ url }) => url));
    inputs.set(feed.name, [...new Set(urls)]);
  }
});

test('every feed has a shard here', () => {
  expect([...inputs].filter(([, urls]) => urls.length === 0)).toEqual([]);
});

const page = '<!doctype html><title>Sign in</title><p>Too many requests';
const utf16 = Buffer.from('\uFEFF{"vulnerabilities": []}', 'utf16le');
const noise = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919 + (at >> 3)) % 256));

/** What a server, a proxy or a disk may put in the place of a feed. */
const bodies: readonly (readonly [string, Buffer])[] = [
  ['a page', Buffer.from(page)],
  ['nothing', Buffer.alloc(0)],
  ['noise', noise],
  ['another encoding', utf16],
  ['JSON of something else', Buffer.from('{"schema_version": "99.0", "items": [[1], {"a": null}, "x"]}')],
  ['a list of something else', Buffer.from('[{"name": 7}, [], null, "x"]')],
  ['JSON that breaks off', Buffer.from('{"vulnerabilities": [{"cve": {"id": "CVE-2024-1000", "descri')],
  ['XML of something else', Buffer.from('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;<y/></x>')],
];

describe.each(bodies)('%s in the place of every file', (_what, body) => {
  /** by their names some are compressed: what is inside is then the lie, or already the outside */
  test.each([
    ['as it is', (_url: string) => body],
    ['compressed as the name says', (url: string) => (/\.t?gz$/.test(url) ? gzipSync(body) : body)],
  ])('%s', async (_how, bodyOf) => {
    const urls = [...inputs.values()].flat();
    const files: Record<string, FeedBody> = Object.fromEntries(urls.map((url) => [url, bodyOf(url)]));
    using built = await buildFrom(files, { only, asOf });
    const { failed, feeds: read } = built.report;
    // each failure names its feed and a file of it, on one line
    for (const { feed, message } of failed) {
      const own = inputs.get(feed.split('/', 1)[0]!) ?? [];
      expect([feed, message]).toEqual([feed, expect.not.stringContaining('\n')]);
      expect([message, own.some((url) => message.includes(url)) || message.startsWith(feed)]).toEqual([message, true]);
    }
    // what is not refused as a whole has counted what it left out, and knows nothing
    for (const { feed, read: records } of read) expect([feed, records]).toEqual([feed, 0]);
    expect(built.reader.shards().filter(({ records }) => records > 0)).toEqual([]);
  });
});
