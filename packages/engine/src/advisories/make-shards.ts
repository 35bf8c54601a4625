import { mkdirSync, rmSync } from 'node:fs';
import { AdvisoryError } from './advisory-error.ts';
import type { FeedGroup, FeedTally } from './feed.ts';
import { readContext } from './feed-reading.ts';
import type { FeedFile } from './sources/feed-source.ts';
import { GroupSink, type SunkShard } from './store/group-sink.ts';
import { sqlite } from './store/sqlite.ts';
import { asStoreError } from './store/store-error.ts';

/** What making the shards of one group takes; can be handed to another thread. */
export interface ShardsTask {
  readonly feed: string;
  readonly group: string;
  readonly dbDir: string;
  /** for this group alone; made when it is not there */
  readonly tempDir: string;
  /** by upstream URL */
  readonly files: ReadonlyMap<string, FeedFile>;
  /** shards to make; undefined: all of the group */
  readonly wanted: readonly string[] | undefined;
}

export interface MadeShards {
  readonly written: readonly SunkShard[];
  readonly tally: Readonly<FeedTally>;
}

/**
 * Reads the files of one group and puts its shards in their places.
 *
 * @throws AdvisoryError; what was written until then is named by nothing
 */
export async function makeShards(
  group: FeedGroup,
  { dbDir, tempDir, files, wanted }: Omit<ShardsTask, 'feed' | 'group'>,
  signal: AbortSignal | undefined,
  report: (phase: 'read' | 'write') => void,
): Promise<MadeShards> {
  report('read');
  const tally: FeedTally = { read: 0, rejected: 0, firstRejection: null, withdrawn: 0, irrelevant: 0 };
  mkdirSync(tempDir, { recursive: true });
  const sink = new GroupSink(sqlite(), tempDir, wanted);
  try {
    await group.read(readContext(files, sink, tally, tempDir, signal));
    if (tally.read === 0 && tally.rejected > 0) {
      throw new AdvisoryError(
        'feed-malformed',
        `${group.name}: not one record could be read (${tally.firstRejection}); what was there before is kept`,
      );
    }
    report('write');
    return { written: sink.finish(dbDir), tally };
  } catch (error) {
    throw asStoreError(dbDir, error);
  } finally {
    sink.discard();
  }
}

/** Of a run that was stopped, or is over. */
export function removeTemp(tempDir: string): void {
  rmSync(tempDir, { recursive: true, force: true });
}
