import type { Compare } from './osv-ranges.ts';

/** Comparator of a scheme; null: none yet. Versions that cannot be parsed compare as null. */
export async function schemeCompare(_scheme: string): Promise<Compare | null> {
  return null;
}
