import type { AdvisoryRecord, Statement } from './types.ts';

/** A record per vulnerability that the statement is about, in its order. */
export function recordsOf({ ids, ...rest }: Statement): AdvisoryRecord[] {
  return ids.map((id) => ({ id, ...rest }));
}
