import type { ScanResult } from '@plimsoll/engine';
import { UsageError } from '../exit.ts';
import { storedResults } from './stored-results.ts';

/**
 * The one result that a file holds.
 *
 * @throws UsageError
 */
export async function oneResult(file: string): Promise<ScanResult> {
  const { results, all } = await storedResults(file);
  const [result] = results;
  if (all || result === undefined)
    throw new UsageError(`${file} holds several platforms: scan with --platform OS/ARCH for a result of one`);
  return result;
}
