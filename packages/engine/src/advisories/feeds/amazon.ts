import {
  type Discovery,
  dayOf,
  type Feed,
  type FeedGroup,
  isCve,
  type ReadContext,
  reject,
  sortedSet,
} from '../feed.ts';
import { childOf, childrenOf, childText, readXml, type XmlElement } from '../formats/xml.ts';
import { amazonFile } from './amazon-mirrors.ts';
import { bulletinStatement } from './bulletin-statement.ts';
import { severityOf } from './ratings.ts';

const host = 'https://cdn.amazonlinux.com';
const licenses = ['Amazon Linux Security Center, © Amazon Web Services (facts of ALAS bulletins)'];
const maxBytes = 1 << 30;
const arch = 'x86_64';

interface Repository {
  /** below the host */
  readonly path: string;
  /** of Amazon Linux 2 Extras: `kernel-5.15` */
  readonly topic: string | null;
}

/** shard → its repository; Amazon Linux 2 has Extras besides */
const releases: Readonly<Record<string, string>> = {
  'amazon-linux-1': `2018.03/updates/${arch}`,
  'amazon-linux-2': `2/core/latest/${arch}`,
  'amazon-linux-2022': `al2022/core/latest/${arch}`,
  'amazon-linux-2023': `al2023/core/latest/${arch}`,
};

/**
 * Amazon Linux: ALAS bulletins, as each release's package repository lists them for its updater.
 * @see https://alas.aws.amazon.com/
 */
export const amazonFeed: Feed = {
  name: 'amazon-alas',
  about: {
    title: 'Amazon Linux ALAS (updateinfo)',
    gives: 'the version that fixes the CVEs of a bulletin in each binary package; for Amazon Linux 2 also of Extras',
    urls: [
      ...Object.values(releases).map((path) => `${host}/${path}/repodata/updateinfo.xml.gz`),
      `${host}/2/extras/TOPIC/latest/${arch}/repodata/updateinfo.xml.gz`,
    ],
    licenses,
    shards: Object.keys(releases),
    incremental:
      'one file per release, and per topic of Extras; where a mirror list and repomd.xml name another place, from there',
    provenOn: 'a few real records',
  },
  groups: async (discovery) => {
    const groups: FeedGroup[] = [];
    for (const [shard, path] of Object.entries(releases)) {
      if (discovery.only !== undefined && !discovery.only.includes(shard)) continue;
      const extras = shard === 'amazon-linux-2' ? await extrasOf(discovery) : [];
      groups.push(await releaseGroup(discovery, shard, [{ path, topic: null }, ...extras]));
    }
    return groups;
  },
};

/** Topics that the catalog of Extras names, or that a mirror holds. */
async function extrasOf(discovery: Discovery): Promise<Repository[]> {
  const catalog = (await discovery.json(`${host}/2/extras-catalog-${arch}-v2.json`)) as
    | { readonly topics?: readonly { readonly n?: unknown }[] }
    | undefined;
  const listed = Array.isArray(catalog?.topics) ? catalog.topics.map((topic) => topic?.n) : [];
  const named = [...listed, ...(discovery.list(`${host}/2/extras`) ?? [])].filter(
    (name): name is string => typeof name === 'string' && /^[A-Za-z0-9][\w.+-]{0,60}$/.test(name),
  );
  return sortedSet(named).map((topic) => ({ path: `2/extras/${topic}/latest/${arch}`, topic }));
}

async function releaseGroup(
  discovery: Discovery,
  shard: string,
  repositories: readonly Repository[],
): Promise<FeedGroup> {
  const files: { readonly url: string; readonly topic: string | null }[] = [];
  for (const { path, topic } of repositories)
    files.push({ url: await amazonFile(discovery, `${host}/${path}`), topic });
  return {
    name: `amazon-alas/${shard}`,
    licenses,
    makes: (name) => name === shard,
    // a topic need not have had a bulletin yet
    inputs: () =>
      files.map(({ url, topic }) => ({ url, maxBytes, ...(topic !== null && { optional: true as const }) })),
    read: async (context) => {
      for (const { url, topic } of files) await readUpdateInfo(context, shard, url, topic);
    },
  };
}

async function readUpdateInfo(context: ReadContext, shard: string, url: string, topic: string | null): Promise<void> {
  const stream = context.stream(url);
  if (stream === undefined) return;
  await readXml(url, stream, 'updates', new Set(['update']), (update) => readUpdate(context, shard, update, topic));
  context.sink.touch(shard, 'advisories');
}

function readUpdate({ sink, tally }: ReadContext, shard: string, update: XmlElement, topic: string | null): void {
  const bulletin = childText(update, 'id');
  const references = childOf(update, 'references')?.children ?? [];
  const ids = sortedSet(references.map(({ attributes }) => attributes.id ?? '').filter(isCve));
  tally.read++;
  if (!/^ALAS[\w.-]{0,60}$/.test(bulletin)) {
    reject(tally, bulletin || 'an update', 'has no ALAS id');
    return;
  }
  if (update.attributes.type !== 'security' || ids.length === 0) {
    tally.irrelevant++;
    return;
  }
  const severity = severityOf(childText(update, 'severity'));
  const date = dayOf(childOf(update, 'issued')?.attributes.date);
  const labels = severity === undefined ? [] : [{ source: 'amazon', severity }];
  const shared = { ids, bulletin, source: 'amazon-alas', labels, date };
  const seen = new Set<string>();
  for (const { attributes } of packagesOf(update)) {
    const { name = '', version = '', release = '', epoch = '0' } = attributes;
    const fixed = `${epoch}:${version}-${release}`;
    // repeats for each architecture; those of the other one have a list of their own with the same versions
    if (seen.has(`${name} ${fixed}`)) continue;
    seen.add(`${name} ${fixed}`);
    if (name === '' || version === '' || release === '') reject(tally, bulletin, 'has a package without version');
    else {
      const introduced = topic === null ? null : streamOf(topic, version);
      const statement = bulletinStatement(shared, {
        package: name,
        ranges: [{ introduced, fixed, lastAffected: null }],
      });
      sink.statement(shard, statement);
    }
  }
  const title = childText(update, 'title') || null;
  const description = childText(update, 'description') || null;
  for (const id of ids)
    sink.text([shard], { id, title, description, references: [`https://explore.alas.aws.amazon.com/${id}.html`] });
  sink.dated(shard, dayOf(childOf(update, 'updated')?.attributes.date) ?? date);
}

function packagesOf(update: XmlElement): XmlElement[] {
  const lists = childrenOf(update, 'pkglist').flatMap((list) => childrenOf(list, 'collection'));
  return lists.flatMap((collection) => childrenOf(collection, 'package'));
}

/**
 * A topic has packages of the core's names in another version (`kernel-5.15`, `php8.2`, `postgresql14`): its bulletins are
 * about that version alone. null: the topic's name has none, or the package a numbering of its own.
 */
function streamOf(topic: string, version: string): string | null {
  const stream = /[a-z-](\d+(?:\.\d+)*)$/i.exec(topic)?.[1];
  if (stream === undefined) return null;
  return version === stream || version.startsWith(`${stream}.`) ? stream : null;
}
