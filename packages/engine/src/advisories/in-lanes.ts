import { throwIfAborted } from './advisory-error.ts';

/** Each item once, so many at a time; after a failure no further one is begun, and those that run are waited for. */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  signal: AbortSignal | undefined,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let stopped = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !stopped) {
      throwIfAborted(signal);
      const index = next++;
      await work(items[index]!, index).catch((error: unknown) => {
        stopped = true;
        throw error;
      });
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
