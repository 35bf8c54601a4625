import { AdvisoryError } from './advisory-error.ts';
import type { Discovery, Feed, FeedGroup } from './feed.ts';
import { parseJsonFile, readText } from './feed-reading.ts';
import { feeds } from './feeds.ts';
import type { FeedFile, FeedSource } from './sources/feed-source.ts';

/** What the feeds were told while they found their groups: with it they find the same ones in another thread. */
export interface DiscoveryAnswers {
  readonly asOf: string;
  readonly only: readonly string[] | undefined;
  /** undefined: the source has none */
  readonly files: Map<string, FeedFile | undefined>;
  readonly lists: Map<string, readonly string[] | undefined>;
}

export interface FoundGroup {
  readonly feed: string;
  readonly group: FeedGroup;
}

const maxDiscoveryBytes = 16 << 20;

/** Groups of all feeds that make a shard which is asked for, in the order of the feeds; notes what the sources answered. */
export async function findGroups(
  source: FeedSource,
  answers: DiscoveryAnswers,
  signal: AbortSignal | undefined,
  failed: (feed: string, error: AdvisoryError) => void,
): Promise<FoundGroup[]> {
  const fetched = new Map<string, Promise<FeedFile | undefined>>();
  const file = (url: string): Promise<FeedFile | undefined> => {
    let result = fetched.get(url);
    if (result === undefined) {
      result = source.fetch(url, null, maxDiscoveryBytes).then((answer) => {
        const found = answer.state === 'file' ? answer.file : undefined;
        answers.files.set(url, found);
        return found;
      });
      fetched.set(url, result);
    }
    return result;
  };
  const list = (url: string): readonly string[] | undefined => {
    if (!answers.lists.has(url)) answers.lists.set(url, source.list(url));
    return answers.lists.get(url);
  };
  const found: FoundGroup[] = [];
  for (const feed of feeds) {
    try {
      found.push(...(await groupsOf(feed, discovery(answers, file, list, signal))));
    } catch (error) {
      if (!(error instanceof AdvisoryError) || error.code === 'aborted') throw error;
      failed(feed.name, error);
    }
  }
  return found;
}

/** Groups of one feed, by the answers that were noted. */
export async function groupsAgain(name: string, answers: DiscoveryAnswers): Promise<FoundGroup[]> {
  const feed = feeds.find((each) => each.name === name);
  const file = async (url: string): Promise<FeedFile | undefined> => answers.files.get(url);
  return feed === undefined
    ? []
    : groupsOf(
        feed,
        discovery(answers, file, (url) => answers.lists.get(url), undefined),
      );
}

async function groupsOf(feed: Feed, given: Discovery): Promise<FoundGroup[]> {
  const groups = await feed.groups(given);
  const { only } = given;
  return groups
    .filter((group) => only === undefined || only.some((shard) => group.makes(shard)))
    .map((group) => ({ feed: feed.name, group }));
}

function discovery(
  { asOf, only }: DiscoveryAnswers,
  file: (url: string) => Promise<FeedFile | undefined>,
  list: (url: string) => readonly string[] | undefined,
  signal: AbortSignal | undefined,
): Discovery {
  return {
    asOf,
    only,
    json: async (url) => {
      const found = await file(url);
      return found === undefined ? undefined : parseJsonFile(found, signal);
    },
    text: async (url) => {
      const found = await file(url);
      return found === undefined ? undefined : readText(found, signal);
    },
    list,
  };
}
