import { existsSync, statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { AdvisoryError, throwIfAborted } from './advisory-error.ts';
import type { FeedGroup } from './feed.ts';
import type { DiscoveryAnswers } from './find-groups.ts';
import { type MadeShards, makeShards, type ShardsTask } from './make-shards.ts';
import type { ShardWorkerAnswer } from './shard-worker.ts';

/** Bundled, the thread's program lies beside this one; undefined where it does not. */
function threadProgram(): URL | undefined {
  const here: string | undefined = import.meta.url;
  if (here === undefined || !URL.canParse(here)) return undefined;
  const program = new URL(here.endsWith('.ts') ? './shard-worker.ts' : './shard-worker.mjs', here);
  return existsSync(program) ? program : undefined;
}

/** Smaller groups are read before a thread has started, bytes of their files. */
const defaultThreadFrom = 512 * 1024;
/** The largest feed needs a quarter of it. */
const maxHeapMiB = 1024;
/** Garbage waits here; more of it costs memory and saves little. */
const youngMiB = 16;

/** Threads that make shards, started when there is work for them and as many as there are lanes. */
export class ShardMakers {
  readonly #answers: DiscoveryAnswers;
  readonly #signal: AbortSignal | undefined;
  readonly #threadFrom: number;
  readonly #program = threadProgram();
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();

  /** @param threadFrom see `defaultThreadFrom`; Infinity: no thread is started */
  constructor(answers: DiscoveryAnswers, signal: AbortSignal | undefined, threadFrom: number = defaultThreadFrom) {
    this.#answers = answers;
    this.#signal = signal;
    this.#threadFrom = threadFrom;
  }

  /** @throws AdvisoryError as `makeShards`; `feed-too-large` when the group needs too much memory; `aborted` */
  async make(group: FeedGroup, task: ShardsTask, report: (phase: 'read' | 'write') => void): Promise<MadeShards> {
    const bytes = [...task.files.values()].reduce((sum, { path }) => sum + (statSync(path).size || 0), 0);
    if (bytes < this.#threadFrom || this.#program === undefined) return makeShards(group, task, this.#signal, report);
    throwIfAborted(this.#signal);
    const worker = this.#idle.pop() ?? this.#start(this.#program);
    const made = await this.#ask(worker, task, report);
    this.#idle.push(worker);
    return made;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #start(program: URL): Worker {
    const worker = new Worker(program, {
      workerData: this.#answers,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB, maxYoungGenerationSizeMb: youngMiB },
    });
    this.#all.add(worker);
    return worker;
  }

  #ask(worker: Worker, task: ShardsTask, report: (phase: 'read' | 'write') => void): Promise<MadeShards> {
    const { promise, resolve, reject } = Promise.withResolvers<MadeShards>();
    const heard = (answer: ShardWorkerAnswer): void => {
      if (answer.state === 'made') resolve(answer.made);
      else if (answer.state === 'failed') {
        this.#idle.push(worker);
        reject(new AdvisoryError(answer.code, answer.message));
      } else report(answer.state);
    };
    const died = (error: unknown): void => {
      this.#all.delete(worker);
      const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      const message = `${task.group}: needs more than ${maxHeapMiB} MiB of memory; what was there before is kept`;
      reject(tooLarge ? new AdvisoryError('feed-too-large', message, error) : error);
    };
    const exited = (code: number): void => died(new Error(`the thread of ${task.group} ended with ${code}`));
    const aborted = (): void => {
      void worker.terminate();
      reject(new AdvisoryError('aborted', 'stopped before the advisory database was done', this.#signal?.reason));
    };
    worker.on('message', heard).on('error', died).on('exit', exited);
    this.#signal?.addEventListener('abort', aborted);
    worker.postMessage(task);
    return promise.finally(() => {
      worker.off('message', heard).off('error', died).off('exit', exited);
      this.#signal?.removeEventListener('abort', aborted);
    });
  }
}
