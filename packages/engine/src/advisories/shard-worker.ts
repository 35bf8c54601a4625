import { parentPort, workerData } from 'node:worker_threads';
import { AdvisoryError, type AdvisoryErrorCode } from './advisory-error.ts';
import { type DiscoveryAnswers, groupsAgain } from './find-groups.ts';
import { type MadeShards, makeShards, type ShardsTask } from './make-shards.ts';

/** What a thread says while and after it makes the shards of a group. */
export type ShardWorkerAnswer =
  | { readonly state: 'read' | 'write' }
  | { readonly state: 'made'; readonly made: MadeShards }
  | { readonly state: 'failed'; readonly code: AdvisoryErrorCode; readonly message: string };

// The thread of `shard-makers.ts`: one task after the other, each answered with what was made or why it failed.
const port = parentPort!;
const answers = workerData as DiscoveryAnswers;
const groups = new Map<string, ReturnType<typeof groupsAgain>>();

async function groupOf({ feed, group }: ShardsTask) {
  const known = groups.get(feed) ?? groupsAgain(feed, answers);
  groups.set(feed, known);
  const found = (await known).find((each) => each.group.name === group);
  if (found === undefined) throw new Error(`no group ${group} of the feed ${feed}`);
  return found.group;
}

const say = (answer: ShardWorkerAnswer): void => port.postMessage(answer);

port.on('message', async (task: ShardsTask) => {
  try {
    const group = await groupOf(task);
    say({ state: 'made', made: await makeShards(group, task, undefined, (state) => say({ state })) });
  } catch (error) {
    // what is no AdvisoryError is a fault of ours: it ends the thread, and is thrown where it was started
    if (!(error instanceof AdvisoryError)) throw error;
    say({ state: 'failed', code: error.code, message: error.message });
  }
});
