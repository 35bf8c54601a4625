import { AdvisoryError } from './advisory-error.ts';
import type { FeedSource } from './sources/feed-source.ts';
import type { AdvisoryText, EolRecord, KevRecord, RatingRecord, ShardInfo, Statement } from './types.ts';

export type { Statement } from './types.ts';

export interface FeedInput {
  /** of the upstream file */
  readonly url: string;
  readonly maxBytes: number;
  /** holds checksums and the like, no data: its absence is not worth a word */
  readonly optional?: true;
}

/** Counts of one group; nothing is left out without a count. */
export interface FeedTally {
  read: number;
  /** records that do not fit the feed's schema */
  rejected: number;
  firstRejection: string | null;
  withdrawn: number;
  /** well-formed records that state no vulnerability (bug fixes, "unmaintained") */
  irrelevant: number;
}

export interface WithdrawnRecord {
  readonly id: string;
  /** its own and those of the vulnerability */
  readonly names: readonly string[];
  /** `YYYY-MM-DD` */
  readonly on: string | null;
}

/** What an adapter fills while it reads; the builder sorts, so that order does not matter. */
export interface ShardSink {
  wants(shard: string): boolean;
  statement(shard: string, statement: Statement): void;
  rating(shard: string, record: RatingRecord): void;
  kev(record: KevRecord): void;
  endOfLife(record: EolRecord): void;
  /** a row as the shard keeps it; the first of a key stays. `records`: how many it holds */
  row(shard: string, kind: ShardInfo['kind'], key: string, body: string, records: number): void;
  /** for the text shards of these shards, by the upstream record's id; the first text of an id stays */
  text(shards: Iterable<string>, text: AdvisoryText): void;
  /** a record that was taken back: it is no statement, and `explain` can say what became of it */
  withdrawn(shard: string, record: WithdrawnRecord): void;
  /** makes the shard even when it stays empty: its feed was there and had nothing to say */
  touch(shard: string, kind: ShardInfo['kind']): void;
  /** what upstream says about a shard's date, `YYYY-MM-DD`; the latest counts */
  dated(shard: string, date: string | null): void;
}

export interface ReadContext {
  readonly sink: ShardSink;
  readonly tally: FeedTally;
  readonly signal: AbortSignal | undefined;
  /** bytes of an input at hand: already without what a mirror's `.gz` added; undefined: the source lacks it */
  stream(url: string): AsyncIterable<Buffer> | undefined;
  /** path of an input that is read at random (zip) */
  path(url: string): Promise<string | undefined>;
  /** parsed JSON of a small input */
  json(url: string): Promise<unknown>;
}

/** Where a group of feeds may keep what it fetched. */
export interface KeptFolder {
  readonly folder: string;
  /** what was downloaded lies below it, and goes when the group is done */
  readonly tempDir: string;
  /** the hosts or mirrors that were asked */
  readonly origin: string;
}

/** Shards that are made together from the same upstream files. */
export interface FeedGroup {
  readonly name: string;
  /** attribution, one per feed that goes in */
  readonly licenses: readonly string[];
  /** takes seconds to read: is begun before the others */
  readonly large?: true;
  makes(shard: string): boolean;
  /** a source that keeps what was fetched, and asks only for the parts of it that changed */
  increments?(source: FeedSource, kept: KeptFolder): FeedSource;
  /** upstream files for these shards; undefined: for all */
  inputs(shards: readonly string[] | undefined): readonly FeedInput[];
  read(context: ReadContext): Promise<void>;
}

/** What an adapter may ask while it finds out which groups there are. */
export interface Discovery {
  /** last day that the feeds may be of, `YYYY-MM-DD` */
  readonly asOf: string;
  readonly only: readonly string[] | undefined;
  json(url: string): Promise<unknown>;
  text(url: string): Promise<string | undefined>;
  list(url: string): readonly string[] | undefined;
}

/** What the reference says of a feed: `docs/reference/feeds.md` is made of it. */
export interface FeedAbout {
  /** as people call it */
  readonly title: string;
  /** what is taken from it, as the end of a sentence without a full stop */
  readonly gives: string;
  /** upstream files; what varies is in capitals: `…/RELEASE/main.json` */
  readonly urls: readonly string[];
  /** attribution, one per source */
  readonly licenses: readonly string[];
  /** `debian-RELEASE` */
  readonly shards: readonly string[];
  /** what an update asks for; every file is asked for with its entity tag or date */
  readonly incremental: string;
  /** what the adapter has read in tests: upstream's own files, a few records of them, or small ones made by hand from the documented format */
  readonly provenOn: 'real data' | 'a few real records' | 'hand-made fixtures only';
  /** those of `urls` of which tests have only hand-made files, where others are upstream's own */
  readonly handMade?: readonly string[];
}

/** One upstream feed. Adding one is a file in `feeds/`, its test, and a line in `feeds.ts`. */
export interface Feed {
  readonly name: string;
  readonly about: FeedAbout;
  groups(discovery: Discovery): Promise<readonly FeedGroup[]>;
}

const cve = /^CVE-\d{4}-\d{4,19}$/;

export function isCve(id: string): boolean {
  return cve.test(id);
}

const dateStart = /^\d{4}-\d{2}-\d{2}/;

/** The day of an ISO 8601 time, or null. The first day of Unix time is how programs write "unknown". */
export function dayOf(time: unknown): string | null {
  if (typeof time !== 'string' || !dateStart.test(time)) return null;
  const day = time.slice(0, 10);
  return day === '1970-01-01' ? null : day;
}

/** By code unit, without duplicates. */
export function sortedSet(values: Iterable<string>): string[] {
  return [...new Set(values)].sort();
}

/** Counts a record that does not fit and keeps the first reason. */
export function reject(tally: FeedTally, record: string, reason: string): void {
  tally.rejected++;
  tally.firstRejection ??= `${record}: ${reason}`.slice(0, 300);
}

/** A file that is something else altogether: what was made from it before stays. */
export function notThisFeed(url: string, reason: string): AdvisoryError {
  return new AdvisoryError(
    'feed-malformed',
    `${url}: not the data of this feed (${reason}); what was there before is kept`,
  );
}
